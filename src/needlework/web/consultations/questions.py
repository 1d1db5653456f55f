"""What the form asks, in which order and in which words. What can be said is `kinds`' matter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple


def _(words: str) -> str:
    """Marks words for the catalogue; they are translated where they are shown."""
    return words


class Wording(NamedTuple):
    """A question, and what helps to answer it."""

    label: str
    hint: str = ""


class Group(NamedTuple):
    """Questions that belong together, by their paths in the format."""

    title: str
    paths: tuple[str, ...]


class Section(NamedTuple):
    """A part of the form that the list of parts leads to."""

    id: str
    title: str
    lede: str
    groups: tuple[Group, ...]

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(path for group in self.groups for path in group.paths)


SECTIONS: Final = (
    Section(
        "person",
        _("Person and phototype"),
        "",
        (Group("", ("date", "setting", "phototype")),),
    ),
    Section(
        "concerns",
        _("Concerns"),
        _("What should get better, and where. One entry for each concern."),
        (Group("", ("concerns",)),),
    ),
    Section(
        "health",
        _("Health"),
        _("As the person tells it. “Don’t know” is an honest answer, and is asked again."),
        (
            Group(
                _("Now"),
                (
                    "history.pregnancy",
                    "history.breastfeeding",
                    "history.chemotherapy",
                    "history.immunosuppression",
                    "history.diabetes",
                ),
            ),
            Group(
                _("Healing and skin, ever"),
                (
                    "history.keloid",
                    "history.pih",
                    "history.herpes_simplex",
                    "history.radiotherapy",
                    "history.atopy",
                ),
            ),
            Group(
                _("Illnesses"),
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
            Group(
                _("The person in the chair"),
                (
                    "history.smoking",
                    "history.fainting_or_needle_fear",
                    "history.expectation_or_body_image_concern",
                ),
            ),
        ),
    ),
    Section(
        "skin",
        _("Skin today"),
        _("What you see. Where nothing is ticked, the answer is about all areas of the plan."),
        (
            Group(
                _("Not today if it is there"),
                (
                    "skin.cold_sore",
                    "skin.infection",
                    "skin.fever",
                    "skin.irritated_or_open",
                    "skin.sunburn",
                    "skin.tan",
                    "skin.acne",
                ),
            ),
            Group(
                _("Never needled, or only around it"),
                (
                    "skin.suspicious_lesion_or_skin_cancer",
                    "skin.actinic_keratosis",
                    "skin.mole_birthmark_or_vascular_lesion",
                    "skin.warts",
                    "skin.tattoo_or_permanent_make_up",
                ),
            ),
            Group(
                _("Conditions of the skin"),
                (
                    "skin.rosacea",
                    "skin.eczema_psoriasis_lichen_or_dermatitis",
                    "skin.vitiligo",
                    "skin.hypertrophic_scar",
                ),
            ),
        ),
    ),
    Section(
        "medicines",
        _("Medicines and products"),
        "",
        (
            Group("", ("medicines", "new_medicines_or_antibiotics", "products")),
            Group(_("Planned on needled skin"), ("planned_products", "planned_prp")),
        ),
    ),
    Section("procedures", _("Procedures"), "", (Group("", ("procedures",)),)),
    Section(
        "comfort",
        _("Devices and comfort"),
        "",
        (Group("", ("devices",)), Group(_("Topical anaesthetic"), ("anaesthetic",))),
    ),
    Section(
        "calendar",
        _("Calendar"),
        _("All of this may stay empty."),
        (Group("", ("calendar",)),),
    ),
)

WORDING: Final[Mapping[str, Wording]] = {
    # person
    "date": Wording(_("Date of the consultation")),
    "setting": Wording(_("Where would it be done?")),
    "phototype": Wording(_("Phototype")),
    "phototype.clinician": Wording(
        _("Fitzpatrick phototype, as you grade it"),
        _("Your grade decides; the questionnaire only checks it."),
    ),
    "phototype.on": Wording(_("Graded on"), _("Empty: on the day of the consultation.")),
    "phototype.questionnaire": Wording(_("Questionnaire"), _("Fill in one of them, or none.")),
    # concerns
    "concerns": Wording(_("Concerns")),
    "concerns.concern": Wording(_("Concern")),
    "concerns.zones": Wording(_("Where?"), _("Tap the map or tick the list.")),
    "concerns.scale": Wording(_("Scale"), _("The scale that will measure the result.")),
    "concerns.grade": Wording(_("Grade today")),
    "concerns.items": Wording(_("Ratings"), _("They make the grade; it may stay empty.")),
    "concerns.scar_on": Wording(_("Date of the scar"), _("For scars after surgery or injury.")),
    "concerns.topical_treatment": Wording(
        _("Under topical treatment for it?"), _("Needling is only ever beside it.")
    ),
    # health
    "history.pregnancy": Wording(_("Pregnant, or possibly so?")),
    "history.breastfeeding": Wording(_("Breastfeeding?")),
    "history.keloid": Wording(
        _("Ever a keloid, anywhere on the body?"), _("A scar that grew beyond its wound.")
    ),
    "history.herpes_simplex": Wording(_("Ever cold sores or other herpes simplex?")),
    "history.bleeding_disorder": Wording(_("A bleeding disorder?")),
    "history.immunosuppression": Wording(
        _("A weakened immune system?"), _("By an illness or by medicines.")
    ),
    "history.chemotherapy": Wording(_("In chemotherapy?")),
    "history.radiotherapy": Wording(_("Ever radiotherapy?")),
    "history.radiotherapy.ended_on": Wording(_("Ended on")),
    "history.connective_tissue_disease": Wording(
        _("Scleroderma, lupus or another connective tissue disease?")
    ),
    "history.other_autoimmune": Wording(_("Another autoimmune disease?")),
    "history.diabetes": Wording(_("Diabetes?")),
    "history.diabetes.hba1c_percent": Wording(_("Last HbA1c, %")),
    "history.diabetes.measured_on": Wording(_("Measured on")),
    "history.cardiac": Wording(_("A heart condition or a pacemaker?")),
    "history.methaemoglobinaemia_or_g6pd": Wording(_("Methaemoglobinaemia or G6PD deficiency?")),
    "history.severe_liver_disease": Wording(_("Severe liver disease?")),
    "history.pseudocholinesterase_deficiency": Wording(
        _("Pseudocholinesterase deficiency?"), _("Often known from an anaesthetic.")
    ),
    "history.atopy": Wording(_("Atopy: eczema, hay fever or asthma?")),
    "history.pih": Wording(
        _("Dark marks left after inflammation or injury?"),
        _("Postinflammatory hyperpigmentation, ever."),
    ),
    "history.expectation_or_body_image_concern": Wording(
        _("Expectations or a body image that need a talk first?"),
        _("As you judge it, or a positive screening for body dysmorphia."),
    ),
    "history.fainting_or_needle_fear": Wording(_("Faints easily, or fears needles?")),
    "history.smoking": Wording(_("Smokes?")),
    "conditions": Wording(
        _("Any other condition?"), _("Whatever was not asked above, one a line.")
    ),
    "conditions.list": Wording(_("Known conditions")),
    "conditions.list.name": Wording(_("Condition")),
    "allergies": Wording(
        _("Any allergy?"), _("Medicines, anaesthetics, antiseptics, metals, latex, cosmetics.")
    ),
    "allergies.list": Wording(_("Allergies")),
    "allergies.list.name": Wording(_("Allergic to")),
    # skin
    "skin.acne": Wording(_("Inflammatory acne?")),
    "skin.acne.severity": Wording(_("How much of it?")),
    "skin.infection": Wording(
        _("An infection of the skin?"), _("Bacterial, fungal or viral; warts are asked below.")
    ),
    "skin.warts": Wording(_("Warts?")),
    "skin.cold_sore": Wording(_("A cold sore, now or lately?")),
    "skin.cold_sore.healed_on": Wording(_("Healed on"), _("Empty: not healed yet.")),
    "skin.fever": Wording(_("Fever, or feeling ill?")),
    "skin.irritated_or_open": Wording(_("Irritated or open skin?")),
    "skin.hypertrophic_scar": Wording(_("A raised (hypertrophic) scar?")),
    "skin.suspicious_lesion_or_skin_cancer": Wording(_("A suspicious lesion or skin cancer?")),
    "skin.actinic_keratosis": Wording(_("Actinic keratosis?")),
    "skin.mole_birthmark_or_vascular_lesion": Wording(_("A mole, birthmark or vascular lesion?")),
    "skin.rosacea": Wording(_("Rosacea?")),
    "skin.rosacea.kind": Wording(_("Which kind?")),
    "skin.rosacea.active": Wording(_("Active now?")),
    "skin.eczema_psoriasis_lichen_or_dermatitis": Wording(
        _("Eczema, psoriasis, lichen planus or dermatitis?"), _("Now or in the past.")
    ),
    "skin.eczema_psoriasis_lichen_or_dermatitis.active": Wording(_("Active in these areas now?")),
    "skin.vitiligo": Wording(_("Vitiligo?")),
    "skin.sunburn": Wording(_("Sunburnt, now or lately?")),
    "skin.sunburn.exposed_on": Wording(_("Last in the sun on")),
    "skin.sunburn.gone_on": Wording(_("Gone since"), _("Empty: still there.")),
    "skin.tan": Wording(_("Tanned, by sun or by lamp?")),
    "skin.tan.exposed_on": Wording(_("Last exposed on")),
    "skin.tan.gone_on": Wording(_("Gone since"), _("Empty: still there.")),
    "skin.tattoo_or_permanent_make_up": Wording(_("A tattoo or permanent make-up?")),
    # medicines and products
    "medicines": Wording(
        _("Any medicine, now or lately?"),
        _("Also those stopped lately, and isotretinoin or acitretin of past years."),
    ),
    "medicines.list": Wording(_("Medicines")),
    "medicines.list.name": Wording(_("Medicine"), _("Any name: brand or substance.")),
    "medicines.list.route": Wording(_("How taken")),
    "medicines.list.daily": Wording(_("Every day?")),
    "medicines.list.stopped_on": Wording(_("Stopped on")),
    "medicines.list.taken_for": Wording(_("Taken for")),
    "new_medicines_or_antibiotics": Wording(_("A new medicine or an antibiotic in these days?")),
    "products": Wording(
        _("Anything on the skin of these areas lately?"),
        _("Retinoids, acids, peroxide, self-tanner and the like. No: bland care only."),
    ),
    "products.list": Wording(_("Products")),
    "products.list.name": Wording(_("Ingredient or kind")),
    "products.list.last_used": Wording(_("Last used on")),
    "planned_products": Wording(
        _("Products to be put on during or after needling"),
        _("Only products made for needled skin may be."),
    ),
    "planned_prp": Wording(_("Platelet-rich plasma (PRP) planned?")),
    # procedures
    "procedures": Wording(
        _("Any procedure in the last year?"),
        _("Needling (also at home), toxin, fillers, threads, peels, laser, surgery, waxing."),
    ),
    "procedures.list": Wording(_("Procedures done")),
    "procedures.list.kind": Wording(_("Procedure")),
    "procedures.list.on": Wording(_("Done on"), _("Empty: the day is not known.")),
    "procedures.list.needle_length_mm": Wording(_("Needle length, mm"), _("For needling.")),
    # devices and comfort
    "devices": Wording(_("Devices at hand"), _("The first that fits is planned with.")),
    "devices.id": Wording(_("Device")),
    "devices.needle_lengths_mm": Wording(
        _("Needle lengths in stock, mm"), _("For rollers; one length a box.")
    ),
    "anaesthetic": Wording(_("Topical anaesthetic")),
    "anaesthetic.answer": Wording(_("Does the person wish a topical anaesthetic?")),
    "anaesthetic.products": Wording(_("Products considered")),
    "anaesthetic.products.product": Wording(_("Product")),
    "anaesthetic.products.grams": Wording(_("Amount, g")),
    "anaesthetic.products.minutes": Wording(_("Time on the skin, minutes")),
    "anaesthetic.products.area_cm2": Wording(
        _("Area measured, cm²"), _("For each place where it is put.")
    ),
    "anaesthetic.products.area_cm2.zone": Wording(_("Place")),
    "anaesthetic.products.area_cm2.amount": Wording(_("cm²")),
    "anaesthetic.products.whole_face": Wording(_("On the whole face")),
    "anaesthetic.products.zones": Wording(_("On these areas only")),
    "anaesthetic.products.compounded_max_grams": Wording(
        _("Highest amount of this formula, g"), _("For a compounded formula only.")
    ),
    "anaesthetic.products.wrap": Wording(_("Covered with a wrap?")),
    # calendar
    "calendar": Wording(_("Calendar")),
    "calendar.not_before": Wording(_("No session before")),
    "calendar.keep_clear": Wording(
        _("Days to keep clear"), _("A journey, a wedding, a week in the sun.")
    ),
    "calendar.keep_clear.first": Wording(_("First day")),
    "calendar.keep_clear.last": Wording(_("Last day")),
    "calendar.closed_weekdays": Wording(_("Weekdays without sessions")),
    "calendar.closed_days": Wording(_("Single days without sessions")),
}

ENDINGS: Final[Mapping[str, Wording]] = {
    "on": Wording(_("Said on another day"), _("Empty: on the day of the consultation.")),
    "zones": Wording(_("Where?"), _("Nothing ticked: in all areas of the plan.")),
    "confirmed_as": Wording(_("Did you mean …?"), _("Nothing is assumed until you choose.")),
}
"""Words of parts that are the same wherever they occur."""

WORDS: Final[Mapping[str, str]] = {
    "yes": _("Yes"),
    "no": _("No"),
    "unknown": _("Don’t know"),
    "clinic": _("In the clinic"),
    "home": _("At home, by the person"),
    "few-papules": _("A few papules"),
    "moderate": _("Moderate"),
    "severe": _("Severe"),
    "cystic": _("Cystic"),
    "papulopustular": _("With papules and pustules"),
    "erythematotelangiectatic": _("With redness and small vessels"),
    "oral": _("By mouth"),
    "topical": _("On the skin"),
    "injected": _("Injected"),
    "inhaled": _("Inhaled"),
    "other": _("Other"),
    "acne": _("Acne"),
    "rosacea": _("Rosacea"),
    "infection": _("Infection"),
    "microneedling": _("Microneedling in a clinic"),
    "microneedling-home": _("Microneedling at home"),
    "botulinum-toxin": _("Botulinum toxin"),
    "filler": _("Filler, absorbable"),
    "permanent-filler": _("Filler, permanent"),
    "threads": _("Threads"),
    "peel-superficial": _("Peel, superficial"),
    "peel-medium": _("Peel, medium"),
    "peel-deep": _("Peel, deep"),
    "peel-unknown-depth": _("Peel, depth not known"),
    "laser-non-ablative": _("Laser, non-ablative"),
    "laser-ablative": _("Laser, ablative"),
    "laser-unknown": _("Laser, kind not known"),
    "dermabrasion": _("Dermabrasion"),
    "facial-surgery": _("Surgery of the face"),
    "other-surgery": _("Surgery elsewhere"),
    "hair-removal": _("Hair removal: wax, cream, threading"),
    "monday": _("Monday"),
    "tuesday": _("Tuesday"),
    "wednesday": _("Wednesday"),
    "thursday": _("Thursday"),
    "friday": _("Friday"),
    "saturday": _("Saturday"),
    "sunday": _("Sunday"),
}

SPECIAL_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "phototype.clinician": {
        "I": _("I – always burns, never tans"),
        "II": _("II – burns easily, tans little"),
        "III": _("III – burns at times, tans evenly"),
        "IV": _("IV – burns little, tans well"),
        "V": _("V – rarely burns, tans deeply"),
        "VI": _("VI – never burns, deeply pigmented"),
        "unknown": _("Not graded yet"),
    },
}
"""Words that one question has for itself."""

ROW_LABELS: Final[Mapping[str, str]] = {
    "concerns": _("Concern"),
    "conditions.list": _("Condition"),
    "allergies.list": _("Allergy"),
    "medicines.list": _("Medicine"),
    "products.list": _("Product"),
    "planned_products": _("Planned product"),
    "procedures.list": _("Procedure"),
    "devices": _("Device"),
    "devices.needle_lengths_mm": _("Needle length"),
    "anaesthetic.products": _("Anaesthetic"),
    "anaesthetic.products.area_cm2": _("Measured area"),
    "calendar.keep_clear": _("Period"),
    "calendar.closed_days": _("Closed day"),
}
"""What one row of a list is called; its number follows."""

EMPTY_ROWS: Final = {"anaesthetic.products.area_cm2": 2, "devices.needle_lengths_mm": 2}
"""Rows that stand ready where none was filled in; elsewhere one."""


def wording(path: str) -> Wording:
    """The words of the question at a path of the format, without row numbers."""
    found = WORDING.get(path)
    return found or ENDINGS[path.rpartition(".")[2]]


def section_of(path: str) -> Section | None:
    """The section that asks what stands at `path` of the format."""
    return next((section for section in SECTIONS if _asks(section, path)), None)


def _asks(section: Section, path: str) -> bool:
    return any(path == asked or path.startswith(f"{asked}.") for asked in section.paths)
