"""What a client is asked, in which steps and in which words.

What only a professional can tell is not here, so no answer to it is ever taken from a client.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from needlework.web.consultations.questions import (
    ENDINGS,
    WORDING,
    Group,
    Section,
    Wording,
)


def _(words: str) -> str:
    """Marks words for the catalogue; they are translated where they are shown."""
    return words


PARTS: Final = (
    Section(
        "wishes",
        _("What you would like to change"),
        _("Choose what comes closest. Your practitioner will look at it with you."),
        (Group("", ("concerns",)),),
    ),
    Section(
        "health",
        _("Your health"),
        _("“I don’t know” is a good answer: you will be asked again at the clinic."),
        (
            Group(
                _("Now"),
                (
                    "history.pregnancy",
                    "history.breastfeeding",
                    "history.chemotherapy",
                    "history.immunosuppression",
                    "history.diabetes",
                    "history.smoking",
                ),
            ),
            Group(
                _("Ever in your life"),
                (
                    "history.keloid",
                    "history.pih",
                    "history.herpes_simplex",
                    "history.radiotherapy",
                    "history.atopy",
                    "history.fainting_or_needle_fear",
                ),
            ),
        ),
    ),
    Section(
        "illnesses",
        _("Illnesses and allergies"),
        _("If a name means nothing to you, say that you do not know: it is looked at with you."),
        (
            Group(
                "",
                (
                    "history.bleeding_disorder",
                    "history.cardiac",
                    "history.connective_tissue_disease",
                    "history.other_autoimmune",
                    "history.severe_liver_disease",
                    "history.methaemoglobinaemia_or_g6pd",
                    "history.pseudocholinesterase_deficiency",
                    "conditions",
                    "allergies",
                ),
            ),
        ),
    ),
    Section(
        "skin",
        _("Your skin"),
        _("As you know it. The practitioner will examine it."),
        (
            Group(
                _("These days"),
                (
                    "skin.cold_sore",
                    "skin.fever",
                    "skin.sunburn",
                    "skin.tan",
                    "skin.acne",
                ),
            ),
            Group(
                _("Known to you"),
                (
                    "skin.rosacea",
                    "skin.eczema_psoriasis_lichen_or_dermatitis",
                    "skin.vitiligo",
                    "skin.tattoo_or_permanent_make_up",
                ),
            ),
        ),
    ),
    Section(
        "medicines",
        _("Medicines and skin products"),
        _("Have the packages at hand. Write each name as it stands there, one in each entry."),
        (Group("", ("medicines", "new_medicines_or_antibiotics", "products")),),
    ),
    Section(
        "procedures",
        _("Earlier treatments"),
        _("If you do not know the day, leave it empty."),
        (Group("", ("procedures",)),),
    ),
)

QUESTIONS: Final = tuple(path for part in PARTS for path in part.paths)

_PROFESSIONAL: Final = frozenset(
    {
        "concerns.scale",
        "concerns.grade",
        "concerns.items",
        "history.diabetes.hba1c_percent",
        "history.diabetes.measured_on",
        "skin.acne.severity",
        "skin.rosacea.kind",
        "procedures.list.needle_length_mm",
        # A client's answers are all of the day on which they are sent.
        *(f"{path}.on" for path in QUESTIONS),
    }
)
"""What belongs to a question that a client answers, and is not theirs to tell."""

LAY: Final[Mapping[str, Wording]] = {
    # what you would like to change
    "concerns": Wording(_("What you would like to change")),
    "concerns.concern": Wording(_("What is it?")),
    "concerns.zones": Wording(_("Where is it?"), _("Tap the map or tick the list.")),
    "concerns.scar_on": Wording(
        _("If it is a scar: when did it happen?"),
        _("The day of the operation or injury. It may stay empty."),
    ),
    "concerns.topical_treatment": Wording(
        _("Do you use a cream or gel from a doctor for it?"),
    ),
    # health
    "history.pregnancy": Wording(_("Are you pregnant, or could you be?")),
    "history.breastfeeding": Wording(_("Are you breastfeeding?")),
    "history.chemotherapy": Wording(_("Are you having chemotherapy?")),
    "history.immunosuppression": Wording(
        _("Is your immune system weakened?"),
        _("By an illness, or by medicines such as those after a transplant."),
    ),
    "history.diabetes": Wording(_("Do you have diabetes?")),
    "history.smoking": Wording(_("Do you smoke?")),
    "history.keloid": Wording(
        _("Have you ever had a keloid?"),
        _("A thick scar that grew larger than the wound, anywhere on the body."),
    ),
    "history.pih": Wording(
        _("Do spots, scratches or insect bites leave dark marks on your skin?"),
    ),
    "history.herpes_simplex": Wording(_("Have you ever had cold sores or another herpes?")),
    "history.radiotherapy": Wording(_("Have you ever had radiotherapy?")),
    "history.radiotherapy.ended_on": Wording(
        _("When did it end?"), _("It may stay empty if you do not know the day.")
    ),
    "history.atopy": Wording(_("Have you ever had eczema, hay fever or asthma?")),
    "history.fainting_or_needle_fear": Wording(_("Do you faint easily, or fear needles?")),
    # illnesses and allergies
    "history.bleeding_disorder": Wording(
        _("Do you have a bleeding disorder?"), _("You bleed for long, or bruise very easily.")
    ),
    "history.cardiac": Wording(_("Do you have a heart condition or a pacemaker?")),
    "history.connective_tissue_disease": Wording(
        _("Do you have scleroderma, lupus or another disease of the connective tissue?")
    ),
    "history.other_autoimmune": Wording(_("Do you have another autoimmune disease?")),
    "history.severe_liver_disease": Wording(_("Do you have a severe liver disease?")),
    "history.methaemoglobinaemia_or_g6pd": Wording(
        _("Has anyone told you of methaemoglobinaemia or G6PD deficiency?"),
        _("Rare conditions of the blood. They matter for numbing creams."),
    ),
    "history.pseudocholinesterase_deficiency": Wording(
        _("Has anyone told you of pseudocholinesterase deficiency?"),
        _("A rare condition that is often found at an anaesthetic."),
    ),
    "conditions": Wording(
        _("Do you have any other illness?"), _("Whatever was not asked, one in each entry.")
    ),
    "conditions.list.name": Wording(_("Illness")),
    "allergies": Wording(
        _("Do you have any allergy?"),
        _("To medicines, numbing creams, disinfectants, metals, latex or cosmetics."),
    ),
    "allergies.list.name": Wording(_("Allergic to")),
    # skin
    "skin.cold_sore": Wording(_("Do you have a cold sore, or had one lately?")),
    "skin.cold_sore.healed_on": Wording(
        _("When had it healed?"), _("Leave it empty if it is still there.")
    ),
    "skin.fever": Wording(_("Do you have a fever, or feel ill?")),
    "skin.sunburn": Wording(_("Is your skin sunburnt, or was it lately?")),
    "skin.sunburn.exposed_on": Wording(_("Last in the sun on")),
    "skin.sunburn.gone_on": Wording(_("Gone since"), _("Leave it empty if it is still there.")),
    "skin.tan": Wording(_("Are you tanned, by the sun or a sunbed?")),
    "skin.tan.exposed_on": Wording(_("Last in the sun or on a sunbed on")),
    "skin.tan.gone_on": Wording(_("Gone since"), _("Leave it empty if it is still there.")),
    "skin.acne": Wording(_("Do you have inflamed spots (acne) at present?")),
    "skin.rosacea": Wording(_("Do you have rosacea?")),
    "skin.rosacea.active": Wording(_("Is it active at present?")),
    "skin.eczema_psoriasis_lichen_or_dermatitis": Wording(
        _("Do you have eczema, psoriasis, lichen planus or dermatitis, or had you?")
    ),
    "skin.eczema_psoriasis_lichen_or_dermatitis.active": Wording(
        _("Is it there at present, where you ticked?")
    ),
    "skin.vitiligo": Wording(_("Do you have vitiligo?"), _("White patches of the skin.")),
    "skin.tattoo_or_permanent_make_up": Wording(
        _("Do you have a tattoo or permanent make-up where you would be treated?")
    ),
    # medicines and products
    "medicines": Wording(
        _("Do you take any medicine, or did you lately?"),
        _("Also those that you stopped, and acne capsules of past years."),
    ),
    "medicines.list.name": Wording(_("Medicine"), _("Any name: brand or substance.")),
    "medicines.list.route": Wording(_("How do you take it?")),
    "medicines.list.daily": Wording(_("Every day?")),
    "medicines.list.stopped_on": Wording(
        _("If you stopped: when?"), _("Leave it empty if you still take it.")
    ),
    "medicines.list.taken_for": Wording(_("What is it for?"), _("It may stay empty.")),
    "new_medicines_or_antibiotics": Wording(
        _("Did you begin a new medicine or an antibiotic in these days?")
    ),
    "products": Wording(
        _("Do you use anything stronger than simple care on this skin?"),
        _("Retinol, acids, peroxide, self-tanner and the like."),
    ),
    "products.list.name": Wording(_("Product or ingredient")),
    "products.list.last_used": Wording(_("Last used on")),
    # earlier treatments
    "procedures": Wording(
        _("Did you have any treatment of the skin in the last year?"),
        _("Needling (also at home), toxin, fillers, threads, peels, laser, surgery, waxing."),
    ),
    "procedures.list.kind": Wording(_("Treatment")),
    "procedures.list.on": Wording(_("When?"), _("Leave it empty if you do not know the day.")),
}

LAY_ENDINGS: Final[Mapping[str, Wording]] = {
    "zones": Wording(_("Where?"), _("Leave it open if it is everywhere, or you are not sure.")),
}

UNKNOWN: Final = _("I don’t know")

CONCERNS: Final[Mapping[str, str]] = {
    "acne-scar-boxcar": _("Acne scars: wider dents with clear edges"),
    "acne-scar-icepick": _("Acne scars: small, deep holes"),
    "acne-scar-rolling": _("Acne scars: shallow, wavy dents"),
    "atrophic-scar": _("Another sunken scar (chickenpox, injury)"),
    "dullness": _("Tired, dull skin"),
    "fine-lines": _("Fine lines"),
    "hypertrophic-scar": _("A raised scar"),
    "laxity": _("Skin that has become loose"),
    "melasma": _("Brown patches on the face (melasma)"),
    "pih": _("Dark marks left by spots or injuries"),
    "pores": _("Large pores"),
    "striae": _("Stretch marks"),
    "surgical-scar": _("A scar after an operation"),
    "texture": _("Rough or uneven skin"),
    "uneven-tone": _("Uneven skin colour"),
    "wrinkles": _("Wrinkles"),
}
"""Concerns in plain words; one that has none here is called as in the knowledge base."""

PROCEDURES: Final[Mapping[str, str]] = {
    "microneedling": _("Microneedling in a clinic"),
    "microneedling-home": _("Microneedling at home"),
    "botulinum-toxin": _("Botulinum toxin against wrinkles"),
    "filler": _("Filler that dissolves with time"),
    "permanent-filler": _("Filler that stays"),
    "threads": _("Lifting threads"),
    "peel-unknown-depth": _("Chemical peel"),
    "laser-unknown": _("Laser or light treatment"),
    "dermabrasion": _("Dermabrasion"),
    "facial-surgery": _("Operation on the face"),
    "other-surgery": _("Operation elsewhere"),
    "hair-removal": _("Hair removal: wax, cream, threading"),
}
"""Kinds that a client can tell apart; how deep a peel or laser went the practitioner asks."""


def part_of(name: str) -> Section | None:
    """The part that asks what has that name in the form; none where no client is asked."""
    path = path_of(name)
    if not is_asked(path):
        return None
    return next(part for part in PARTS if any(_within(path, one) for one in part.paths))


def part_named(code: str) -> Section | None:
    return next((part for part in PARTS if part.id == code), None)


def is_asked(path: str) -> bool:
    """Whether a client is asked what stands at a path of the format."""
    return any(_within(path, one) for one in QUESTIONS) and not any(
        _within(path, one) for one in _PROFESSIONAL
    )


def lay_wording(path: str) -> Wording:
    """The words of a question for a client."""
    last = path.rpartition(".")[2]
    if path in WORDING:
        return LAY.get(path, WORDING[path])
    return LAY_ENDINGS.get(last) or ENDINGS[last]


def path_of(name: str) -> str:
    """A name's path in the format, without row numbers."""
    return ".".join(step for step in name.split(".") if not step.isdigit())


def _within(path: str, above: str) -> bool:
    return path == above or path.startswith(f"{above}.")
