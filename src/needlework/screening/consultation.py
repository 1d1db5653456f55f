"""The published input format: what the client and the practitioner said and saw, on a date.

A missing answer is unknown, never no. Field names and words are the format's; its JSON Schema
is printed by `needlework schema`.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

FORMAT = "needlework-consultation-1"

YesNo = Literal["yes", "no", "unknown"]
Phototype = Literal["I", "II", "III", "IV", "V", "VI"]
ZoneNames = Annotated[
    tuple[str, ...],
    Meta(description="Zones as `cheek-left` or `forehead`; a sided zone alone means both sides."),
]
Name = Annotated[str, Meta(max_length=200)]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class _Part(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Settings shared by every part of the format."""


class Told(_Part, frozen=True, kw_only=True):
    """An answer with the day on which it was given (default: the consultation's date)."""

    answer: YesNo
    on: date | None = None


class ZoneTold(Told, frozen=True, kw_only=True):
    """An answer about skin: with `yes`, `zones` says where (none named: everywhere asked)."""

    zones: ZoneNames = ()


class AcneTold(ZoneTold, frozen=True, kw_only=True):
    """Inflammatory acne today and how much of it."""

    severity: Literal["few-papules", "moderate", "severe", "cystic", "unknown"] = "unknown"


class RosaceaTold(ZoneTold, frozen=True, kw_only=True):
    """Rosacea, its kind, and whether it is active."""

    kind: Literal["papulopustular", "erythematotelangiectatic", "unknown"] = "unknown"
    active: YesNo = "unknown"


class DermatosisTold(ZoneTold, frozen=True, kw_only=True):
    """Eczema, psoriasis, lichen planus or dermatitis, and whether it is active in the zones."""

    active: YesNo = "unknown"


class SunTold(ZoneTold, frozen=True, kw_only=True):
    """Sunburn or tan: the last exposure, and for a burn the day when it had gone."""

    exposed_on: date | None = None
    gone_on: date | None = None


class HealedTold(Told, frozen=True, kw_only=True):
    """A cold sore now or lately, and the day on which it had healed."""

    healed_on: date | None = None


class DiabetesTold(Told, frozen=True, kw_only=True):
    """Diabetes with its last HbA1c."""

    hba1c_percent: Annotated[float, Meta(ge=3, le=20)] | None = None
    measured_on: date | None = None


class RadiotherapyTold(ZoneTold, frozen=True, kw_only=True):
    """Radiotherapy, where, and when it ended."""

    ended_on: date | None = None


Answer = YesNo | Told
ZoneAnswer = YesNo | ZoneTold


class Client(_Part, frozen=True, kw_only=True):
    """Who is treated; no name belongs here."""

    reference: Name = ""
    birth_date: date | None = None
    sex: Literal["female", "male", "unspecified"] = "unspecified"


class Questionnaire(_Part, frozen=True, kw_only=True):
    """Phototype questionnaire: the scheme by name and the raw items, never a total alone."""

    scheme: str
    items: dict[str, int]


class PhototypeGrade(_Part, frozen=True, kw_only=True):
    """Fitzpatrick phototype as the clinician graded it; the questionnaire only checks it."""

    clinician: Phototype | Literal["unknown"] = "unknown"
    on: date | None = None
    questionnaire: Questionnaire | None = None


class Wish(_Part, frozen=True, kw_only=True):
    """A concern in its zones, graded on a named scale before treatment."""

    concern: str
    zones: ZoneNames
    scale: str = ""
    grade: float | None = None
    items: dict[str, float] = {}
    scar_on: date | None = None
    topical_treatment: YesNo = "unknown"


class History(_Part, frozen=True, kw_only=True):
    """What is or was the matter with the person."""

    pregnancy: Answer = "unknown"
    breastfeeding: Answer = "unknown"
    keloid: Answer = "unknown"
    herpes_simplex: Answer = "unknown"
    bleeding_disorder: Answer = "unknown"
    immunosuppression: Answer = "unknown"
    chemotherapy: Answer = "unknown"
    radiotherapy: YesNo | RadiotherapyTold = "unknown"
    connective_tissue_disease: Answer = "unknown"
    other_autoimmune: Answer = "unknown"
    diabetes: YesNo | DiabetesTold = "unknown"
    cardiac: Answer = "unknown"
    methaemoglobinaemia_or_g6pd: Answer = "unknown"
    severe_liver_disease: Answer = "unknown"
    pseudocholinesterase_deficiency: Answer = "unknown"
    atopy: Answer = "unknown"
    pih: Answer = "unknown"
    expectation_or_body_image_concern: Answer = "unknown"
    fainting_or_needle_fear: Answer = "unknown"
    smoking: Answer = "unknown"


class Skin(_Part, frozen=True, kw_only=True):
    """What is seen on the skin today, by zone."""

    acne: YesNo | AcneTold = "unknown"
    infection: ZoneAnswer = "unknown"
    warts: ZoneAnswer = "unknown"
    cold_sore: YesNo | HealedTold = "unknown"
    fever: Answer = "unknown"
    irritated_or_open: ZoneAnswer = "unknown"
    hypertrophic_scar: ZoneAnswer = "unknown"
    suspicious_lesion_or_skin_cancer: ZoneAnswer = "unknown"
    actinic_keratosis: ZoneAnswer = "unknown"
    mole_birthmark_or_vascular_lesion: ZoneAnswer = "unknown"
    rosacea: YesNo | RosaceaTold = "unknown"
    eczema_psoriasis_lichen_or_dermatitis: YesNo | DermatosisTold = "unknown"
    vitiligo: ZoneAnswer = "unknown"
    sunburn: YesNo | SunTold = "unknown"
    tan: YesNo | SunTold = "unknown"
    tattoo_or_permanent_make_up: ZoneAnswer = "unknown"


class Medicine(_Part, frozen=True, kw_only=True):
    """A medicine by any name; `confirmed_as` settles a misspelling or an ambiguous name."""

    name: Name
    route: Literal["oral", "topical", "injected", "inhaled", "other", "unknown"] = "unknown"
    confirmed_as: Name = ""
    daily: YesNo = "unknown"
    stopped_on: date | None = None
    taken_for: Literal["", "acne", "rosacea", "infection", "other"] = ""


class Medicines(Told, frozen=True, kw_only=True):
    """Medicines taken now, those stopped lately, systemic retinoids of past years; `no` is none."""

    list: tuple[Medicine, ...] = ()


class Condition(_Part, frozen=True, kw_only=True):
    """Any other condition by name."""

    name: Name
    confirmed_as: Name = ""


class Conditions(Told, frozen=True, kw_only=True):
    """Conditions not asked for elsewhere; `no` means none."""

    list: tuple[Condition, ...] = ()


class Allergy(_Part, frozen=True, kw_only=True):
    """What the person reacts to, by name."""

    name: Name
    confirmed_as: Name = ""


class Allergies(Told, frozen=True, kw_only=True):
    """All allergies; `no` means none."""

    list: tuple[Allergy, ...] = ()


ProcedureKind = Literal[
    "microneedling",
    "botulinum-toxin",
    "filler",
    "permanent-filler",
    "threads",
    "peel-superficial",
    "peel-medium",
    "peel-deep",
    "peel-unknown-depth",
    "laser-non-ablative",
    "laser-ablative",
    "laser-unknown",
    "dermabrasion",
    "facial-surgery",
    "other-surgery",
    "hair-removal",
    "microneedling-home",
]


class Procedure(_Part, frozen=True, kw_only=True):
    """One recent procedure; without a date its day is unknown, without zones its place."""

    kind: ProcedureKind
    on: date | None = None
    needle_length_mm: Annotated[float, Meta(gt=0, le=5)] | None = None
    zones: ZoneNames = ()


class Procedures(Told, frozen=True, kw_only=True):
    """All procedures of the last year; `no` means none."""

    list: tuple[Procedure, ...] = ()


class Product(_Part, frozen=True, kw_only=True):
    """Something put on the skin, by ingredient or kind."""

    name: Name
    confirmed_as: Name = ""
    last_used: date | None = None
    zones: ZoneNames = ()


class Products(Told, frozen=True, kw_only=True):
    """All that was put on the zones lately; `no` means bland care only."""

    list: tuple[Product, ...] = ()


class Operator(_Part, frozen=True, kw_only=True):
    """Who would treat, and with what licence."""

    profession: Literal[
        "physician",
        "nurse-prescriber",
        "physician-assistant",
        "nurse",
        "master-aesthetician",
        "aesthetician",
        "other",
    ]
    licence: Literal["current", "expired", "none", "unknown"] = "unknown"
    licence_until: date | None = None
    device_training: YesNo = "unknown"
    scope_max_depth_mm: Annotated[float, Meta(gt=0, le=3)] | None = None


class DeviceAtHand(_Part, frozen=True, kw_only=True):
    """A device in the room; a roller lists the needle lengths that are in stock."""

    id: str
    needle_lengths_mm: tuple[Annotated[float, Meta(gt=0, le=3)], ...] = ()


class AnaestheticUse(_Part, frozen=True, kw_only=True):
    """A topical anaesthetic wished, with what is needed to check its limits."""

    product: str
    grams: Annotated[float, Meta(gt=0, le=500)] | None = None
    minutes: Annotated[float, Meta(gt=0, le=600)] | None = None
    area_cm2: dict[str, Annotated[float, Meta(gt=0, le=5000)]] = {}
    whole_face: bool = False
    zones: ZoneNames = ()
    compounded_max_grams: Annotated[float, Meta(gt=0, le=500)] | None = None
    wrap: YesNo = "no"


class Anaesthesia(_Part, frozen=True, kw_only=True):
    """What the client wishes: `yes` with products, or `no`."""

    answer: YesNo
    products: tuple[AnaestheticUse, ...] = ()


class Period(_Part, frozen=True, kw_only=True):
    """Days to keep clear, both included."""

    first: date
    last: date


class Calendar(_Part, frozen=True, kw_only=True):
    """When sessions may be held."""

    not_before: date | None = None
    keep_clear: tuple[Period, ...] = ()
    closed_weekdays: tuple[Weekday, ...] = ()
    closed_days: tuple[date, ...] = ()


class GivenClearance(_Part, frozen=True, kw_only=True):
    """A clinician's answer to a finding of rule `rule`."""

    rule: str
    outcome: Literal["cleared", "refused"]
    role: Literal["C", "P"]
    by: Name = ""
    on: date
    until: date
    zones: ZoneNames = ()
    conditions: Name = ""
    about: Annotated[
        str,
        Meta(
            max_length=2000,
            description="The finding's sentence that was answered; empty: each of the rule's.",
        ),
    ] = ""


class Consultation(_Part, frozen=True, kw_only=True):
    """One consultation, for the day on which treatment is considered."""

    format: Literal["needlework-consultation-1"]
    date: date
    jurisdiction: str
    setting: Literal["clinic", "home"] = "clinic"
    client: Client = Client()
    operator: Operator | None = None
    phototype: PhototypeGrade = PhototypeGrade()
    concerns: Annotated[tuple[Wish, ...], Meta(min_length=1, max_length=50)]
    history: History = History()
    skin: Skin = Skin()
    medicines: YesNo | Medicines = "unknown"
    new_medicines_or_antibiotics: Answer = "unknown"
    conditions: YesNo | Conditions = "unknown"
    allergies: YesNo | Allergies = "unknown"
    procedures: YesNo | Procedures = "unknown"
    products: YesNo | Products = "unknown"
    planned_products: tuple[Name, ...] = ()
    planned_prp: YesNo = "no"
    devices: tuple[DeviceAtHand, ...] = ()
    anaesthetic: Anaesthesia | None = None
    calendar: Calendar = Calendar()
    clearances: tuple[GivenClearance, ...] = ()


def decode(data: object) -> Consultation:
    """A consultation from parsed TOML or JSON; `msgspec.ValidationError` names the place."""
    return msgspec.convert(data, Consultation, strict=True)
