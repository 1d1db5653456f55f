"""What the page on microneedling tells, as data: which claims carry which part of it.

No figure stands here. A text names claims in braces, and the page fills them in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from needlework.evidence import Knowledge, Verdict
from needlework.evidence.model import Concern, Zone
from needlework.web.site.citing import Part, said


class Finding(Struct, frozen=True):
    """One thing that was seen, with the claims whose figures it names."""

    text: str
    figures: Mapping[str, Part] = {}


class Benefit(Struct, frozen=True):
    """What may get better, what trials saw, and the claims that say how far that carries."""

    title: str
    findings: tuple[Finding, ...]
    limits: tuple[str, ...]
    caution: Finding | None = None


class Resumed(Struct, frozen=True):
    """Something that waits after a session, and the claim that says how long."""

    what: str
    wait: str


class Reason(Struct, frozen=True):
    """Why somebody is not treated, or not yet: the claim that gives its class, and its waits."""

    claim: str
    text: str
    figures: Mapping[str, Part] = {}


class Reasons(Struct, frozen=True):
    """Reasons of one verdict."""

    title: str
    verdict: Verdict
    reasons: tuple[Reason, ...]


class Depths(Struct, frozen=True):
    """A zone and the claim of its deepest setting for each family of concerns."""

    zone: str
    cells: tuple[str, ...]


class Course(Struct, frozen=True):
    """A concern with the claims of its sessions and their spacing."""

    concern: str
    sessions: tuple[str, str]
    interval: str


BENEFITS: Final = (
    Benefit(
        "Collagen, firmness and elasticity",
        (
            Finding(
                "In an open trial, laxity graded from photographs improved by {grade} on average.",
                {"grade": "concern.laxity.trial-ablon2018-laxity"},
            ),
            Finding(
                "In another, elasticity measured by instrument rose by {share}.",
                {"share": "concern.laxity.trial-face-neck2021-elasticity"},
            ),
        ),
        ("concern.laxity.evidence", "concern.fine-lines.trial-face-neck2021-result"),
    ),
    Benefit(
        "Wrinkles and fine lines",
        (
            Finding(
                "In an open trial of the face, wrinkles on a photo scale improved by {grade} on "
                "average.",
                {"grade": "concern.wrinkles.trial-ablon2018-wrinkle"},
            ),
            Finding(
                "In a trial of the neck, raters who did not know which photo came first saw a fall "
                "of {grade}; {share} of the people improved.",
                {
                    "grade": "concern.wrinkles.trial-alqam2022-lemperle",
                    "share": "concern.wrinkles.trial-alqam2022-improved",
                },
            ),
        ),
        ("concern.wrinkles.evidence",),
    ),
    Benefit(
        "Acne scars and other sunken scars",
        (
            Finding(
                "In a randomised trial that treated one side of the face, the scar score fell by "
                "{treated} on that side and by {untreated} on the other.",
                {
                    "treated": "concern.acne-scar-rolling.trial-alam2014-goodman-baron-6-months",
                    "untreated": "concern.acne-scar-rolling.trial-alam2014-control-6-months",
                },
            ),
        ),
        (
            "concern.acne-scar-rolling.evidence",
            "concern.acne-scar-rolling.trial-pakla-misiur2021-result",
            "concern.acne-scar-icepick.evidence",
        ),
    ),
    Benefit(
        "Dark marks, melasma and uneven tone",
        (),
        ("concern.melasma.evidence", "concern.pih.evidence", "concern.uneven-tone.evidence"),
        Finding(
            "On the face never deeper than {depth}, and always with strict sun protection: "
            "needling can itself leave dark marks.",
            {"depth": "course.depth.pigment-face-max"},
        ),
    ),
    Benefit(
        "Texture and pores",
        (
            Finding(
                "In an open trial, texture graded from photographs improved by {grade} on average.",
                {"grade": "concern.texture.trial-ablon2018-texture"},
            ),
        ),
        ("concern.texture.evidence", "concern.pores.evidence"),
    ),
    Benefit("Stretch marks", (), ("concern.striae.evidence",)),
)

RESUMED: Final = (
    Resumed("Rinse with cool water", "aftercare.first-wash.water-wait"),
    Resumed("Bland moisturiser without fragrance", "aftercare.moisturiser.from"),
    Resumed("Gentle cleanser", "aftercare.first-wash.wait"),
    Resumed("Mineral sunscreen; until then shade and a hat", "aftercare.sunscreen.wait"),
    Resumed("Mineral make-up, with clean tools", "aftercare.make-up.wait"),
    Resumed("Alcohol and spicy food", "aftercare.alcohol-spicy.wait"),
    Resumed("Exercise that makes you sweat", "aftercare.exercise.wait"),
    Resumed("Pool, sea, sauna", "aftercare.pool.wait"),
    Resumed("Retinoids, acids, vitamin C, scrubs", "aftercare.actives.wait"),
    Resumed("Benzoyl peroxide", "aftercare.benzoyl-peroxide.wait"),
    Resumed("Botulinum toxin in the same area", "aftercare.toxin-filler.toxin-wait"),
    Resumed("Filler in the same area", "aftercare.toxin-filler.filler-wait"),
    Resumed("Peel, laser, waxing, facial", "aftercare.peel-laser-wax.wait"),
    Resumed("The next needling of the same area", "aftercare.next-session.wait"),
)

_REASONS: Final = (
    Reason("rule.c1.class", "Pregnancy."),
    Reason("rule.c2.class", "Breastfeeding, in most cases."),
    Reason("rule.c3.class-minor", "Under {age} of age.", {"age": "rule.c3.adult-age"}),
    Reason("rule.c4.class", "Taking isotretinoin, acitretin or alitretinoin."),
    Reason("rule.c10.class", "A keloid, now or ever."),
    Reason("rule.c12.class", "A bleeding disorder."),
    Reason("rule.c21.class", "Scleroderma, lupus or another connective tissue disease."),
    Reason("rule.c14.class-chemotherapy", "Chemotherapy now."),
    Reason("rule.c6.class-severe", "Severe or cystic acne."),
    Reason("rule.c16.class", "Skin cancer, or a spot that might be one, in the area."),
    Reason("rule.c17.class", "Rough sun-damaged patches (actinic keratosis) in the area."),
    Reason(
        "rule.c15.class-recent",
        "Radiotherapy of the area within the last {wait}.",
        {"wait": "rule.c15.wait"},
    ),
    Reason("rule.c25.class-steel", "Allergy to steel."),
    Reason(
        "rule.c8.class",
        "A cold sore: the face waits until it has healed, and {wait} more.",
        {"wait": "rule.c8.wait"},
    ),
    Reason("rule.c7.class-infection", "An infection of the skin in the area, until it has healed."),
    Reason("rule.c7.class-irritated", "Open, sore or irritated skin, until it has healed."),
    Reason("rule.c6.class-moderate", "Inflamed acne in the area, until it has calmed."),
    Reason("rule.c20.class-active", "Eczema, psoriasis or dermatitis that is active there."),
    Reason("rule.c19.class-active", "Rosacea with spots that is active there."),
    Reason(
        "rule.c30.class-burn",
        "Sunburn: {wait} after it has gone.",
        {"wait": "rule.c30.wait-burn"},
    ),
    Reason(
        "rule.c30.class-tan",
        "A tan: {wait} after the last sun.",
        {"wait": "rule.c30.wait-tan"},
    ),
    Reason(
        "rule.c31.class",
        "Retinoid creams: {retinoid} before. Acids, benzoyl peroxide and scrubs: {acid} before.",
        {"retinoid": "rule.c31.wait-retinoid", "acid": "rule.c31.wait-acid"},
    ),
    Reason(
        "rule.c32.class",
        "Botulinum toxin in the area: {wait} after.",
        {"wait": "rule.c32.wait"},
    ),
    Reason("rule.c33.class", "Filler in the area: {wait} after.", {"wait": "rule.c33.wait"}),
    Reason(
        "rule.c34.class",
        "A peel or laser in the area: {first} to {last} after, by its depth.",
        {"first": "rule.c34.wait-peel-superficial", "last": "rule.c34.wait-laser-ablative"},
    ),
    Reason("rule.c35.class", "Surgery on the face: {wait} after.", {"wait": "rule.c35.wait"}),
    Reason("rule.c36.class", "Waxing or threading: {wait} after.", {"wait": "rule.c36.wait"}),
    Reason("rule.c23.class-above", "Diabetes that is not well controlled."),
    Reason("rule.c9.class", "Cold sores in the past, when the face is treated."),
    Reason("rule.c13.class", "Medicines against clotting. Never stop one on your own for this."),
    Reason("rule.c14.class", "Weakened defences, by an illness or a medicine."),
    Reason(
        "rule.c5.class",
        "Isotretinoin or a similar medicine within the last {wait}.",
        {"wait": "rule.c5.wait"},
    ),
    Reason("rule.c24.class", "A heart condition or a pacemaker."),
    Reason("rule.c22.class", "Another autoimmune disease."),
    Reason("rule.c20.class-vitiligo", "Vitiligo."),
    Reason("rule.c11.class", "A raised scar that is itself to be treated."),
    Reason("rule.c41.class", "Hopes that needling cannot meet."),
    Reason("rule.c39.class", "Skin that darkens easily: shallower, gentler, with a sun plan."),
    Reason("rule.c23.class-controlled", "Well controlled diabetes: gentler."),
    Reason("rule.c40.class", "Medicines that make the skin sensitive to light: a sun plan."),
    Reason("rule.c18.class", "Moles, birthmarks and small vessels: left out, with a margin."),
    Reason("rule.c37.class", "Tattoos and permanent make-up: left out, with a margin."),
)
"""By the classes of the rules; what stays out here is asked in the consultation all the same."""

_TITLES: Final[Mapping[Verdict, str]] = {
    Verdict.STOP: "Not with needles",
    Verdict.DEFER: "Not yet",
    Verdict.CLEAR: "A clinician decides first",
    Verdict.LIMIT: "Yes, with changes",
    Verdict.ASK: "Asked about first",
}

_FAMILIES: Final = ("rejuvenation", "pigment", "scar")


def reasons(knowledge: Knowledge) -> tuple[Reasons, ...]:
    """Grouped by the class that each rule has in this clinic, the gravest first."""
    return tuple(
        Reasons(title, verdict, found)
        for verdict, title in _TITLES.items()
        if (
            found := tuple(
                reason for reason in _REASONS if knowledge.claims[reason.claim].value == verdict
            )
        )
    )


def depths(knowledge: Knowledge, language: str) -> tuple[Depths, ...]:
    """Zones that are offered, from head to foot."""
    zones: list[tuple[str, Zone]] = sorted(
        knowledge.release.zones.items(), key=lambda item: item[1].order
    )
    return tuple(
        Depths(
            said(zone.name, language), tuple(f"zone.{stem}.{family}-max" for family in _FAMILIES)
        )
        for stem, zone in zones
        if zone.status == "offered"
    )


def courses(knowledge: Knowledge, language: str) -> tuple[Course, ...]:
    return tuple(
        Course(
            said(concern.name, language),
            (f"concern.{stem}.sessions-min", f"concern.{stem}.sessions-max"),
            f"concern.{stem}.interval",
        )
        for stem, concern in sorted(knowledge.release.concerns.items(), key=_by_family)
    )


def _by_family(item: tuple[str, Concern]) -> tuple[int, str]:
    stem, concern = item
    return _FAMILIES.index(concern.family), stem


def home_allowed(knowledge: Knowledge, language: str) -> tuple[str, ...]:
    """Names of the places in which a home plan is allowed; a list not accepted allows none."""
    if "home.limits.jurisdictions" in knowledge.rejected:
        return ()
    found = knowledge.claims["home.limits.jurisdictions"].words
    return tuple(said(knowledge.release.jurisdictions[place].name, language) for place in found)


def home_law(knowledge: Knowledge, jurisdiction: str) -> str:
    """The claim that says what is known of home needling where the clinic is, if there is one."""
    claim_id = f"jurisdiction.{jurisdiction}.home"
    return claim_id if claim_id in knowledge.claims else ""
