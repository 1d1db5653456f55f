"""One thing that has names, and the words for what it can be."""

from __future__ import annotations

from typing import Final, Literal

from msgspec import Struct

Kind = Literal["medicine", "ingredient", "condition", "allergen"]
Route = Literal["oral", "topical", "injected", "inhaled", "other"]
Language = Literal["en", "es", "inci"]

CLASSES: Final = frozenset(
    {
        "systemic-retinoid",
        "acitretin",
        "anticoagulant",
        "antiplatelet",
        "nsaid",
        "immunosuppressant",
        "biologic",
        "jak-inhibitor",
        "chemotherapy",
        "systemic-steroid",
        "photosensitiser",
        "antiarrhythmic-class-1",
        "antiarrhythmic-class-3",
        "methaemoglobin-inducer",
        "nitrate",
        "cyp3a4-inhibitor",
        "cyp1a2-inhibitor",
        "topical-retinoid",
        "aha",
        "bha",
        "pha",
        "benzoyl-peroxide",
        "vitamin-c",
        "hydroquinone",
        "azelaic-acid",
        "topical-steroid",
        "scrub",
        "self-tanner",
        "anaesthetic-amide",
        "anaesthetic-ester",
        "growth-factor",
        "exosome",
        "pdrn",
        "tranexamic-acid",
        "fragrance",
        "prp",
        "antiviral",
        "antibiotic",
        "against-diabetes",
        "against-herpes",
        "against-hiv-or-hepatitis",
        "for-heart",
        "botulinum-toxin",
        "peel",
        "depilatory",
        "other-known",
    }
)
"""Classes of medicines and ingredients; `other-known` is recognised and none of the others."""

COSMETICS: Final = frozenset(
    {
        "brightener",
        "colour",
        "drying-alcohol",
        "essential-oil",
        "fragrance-allergen",
        "irritant",
        "limited-preservative",
        "mineral-colour",
        "peptide",
        "phototoxic",
        "sensitiser",
        "uv-filter-chemical",
        "uv-filter-mineral",
    }
)
"""Classes that only a cosmetic ingredient can have; no rule of screening looks at them."""

ALLERGENS: Final = frozenset(
    {
        "steel",
        "nickel",
        "steel-alloy",
        "other-metal",
        "antiseptic",
        "chlorhexidine",
        "iodine",
        "alcohol",
        "glide-gel",
        "sulfonamide",
        "penicillin",
        "latex",
        "adhesive",
        "preservative",
    }
)
"""Classes that only an allergy can have; an allergy may have those of a medicine as well."""

CONDITIONS: Final = frozenset(
    {
        "acne",
        "acne-severe",
        "active",
        "actinic-keratosis",
        "atopy",
        "bleeding-disorder",
        "body-dysmorphia",
        "breastfeeding",
        "cancer",
        "cardiac",
        "chemotherapy-now",
        "cold-sore-active",
        "connective-tissue-disease",
        "dermatitis",
        "dermatosis-active",
        "diabetes",
        "eczema",
        "fainting",
        "g6pd-deficiency",
        "herpes-simplex",
        "hypertrophic-scar",
        "immune-deficiency",
        "infection",
        "keloid",
        "lichen-planus",
        "liver-disease-severe",
        "lupus",
        "melasma",
        "methaemoglobinaemia",
        "other-autoimmune",
        "other-known",
        "pacemaker",
        "photosensitivity-disorder",
        "pih",
        "pregnancy",
        "pseudocholinesterase-deficiency",
        "psoriasis",
        "radiotherapy",
        "rosacea-active",
        "rosacea-erythematotelangiectatic",
        "rosacea-papulopustular",
        "scleroderma",
        "skin-cancer",
        "smoking",
        "vascular-lesion",
        "vitiligo",
        "warts",
    }
)
"""What a condition can be; `other-known` is recognised and none of the others."""

State = Literal["active", "severe"]

MARKS: Final[dict[State, dict[str, str]]] = {
    "active": {
        "dermatitis": "dermatosis-active",
        "eczema": "dermatosis-active",
        "herpes-simplex": "cold-sore-active",
        "lichen-planus": "dermatosis-active",
        "psoriasis": "dermatosis-active",
        "rosacea-erythematotelangiectatic": "rosacea-active",
        "rosacea-papulopustular": "rosacea-active",
    },
    "severe": {"acne": "acne-severe"},
}
"""What a condition of a class is besides, when words beside its name say how it is now.

Any condition that is said to be active has the class `active` as well.
"""

PERMITTED: Final[dict[Kind, frozenset[str]]] = {
    "medicine": CLASSES,
    "ingredient": CLASSES | COSMETICS,
    "condition": CONDITIONS,
    "allergen": ALLERGENS | CLASSES,
}
"""Classes that an entry of each kind may have."""


class Source(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """On what the classes of a file rest."""

    title: str
    ref: str


class Entry(Struct, frozen=True, kw_only=True):
    """A medicine, ingredient, condition or allergen, with its names and classes.

    `variant` is the name shared by entries that differ in route; such a name, alone, is
    ambiguous. A `vague` entry is a word for many things ("antibiotics"): its classes are those
    that any of them may have, and what exactly is meant has to be asked. `stems` are words that
    mark a name that is in no list as one of a family; a star stands for any letters.
    """

    id: str
    kind: Kind
    names: dict[str, tuple[str, ...]]
    brands: tuple[str, ...]
    classes: tuple[str, ...]
    routes: tuple[str, ...]
    note: str
    source: str
    variant: str
    vague: bool
    stems: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The first name in English."""
        return self.names["en"][0]

    @property
    def every_name(self) -> tuple[str, ...]:
        """All names in all languages, brands last."""
        return (*(name for names in self.names.values() for name in names), *self.brands)
