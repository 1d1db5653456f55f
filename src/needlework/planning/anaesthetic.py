"""A topical anaesthetic only within its label: product, place, area, grams, minutes, person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Literal

from msgspec import Struct, structs

from needlework.evidence import Cited, CitedText, Knowledge, NotAccepted, Role, Verdict
from needlework.evidence.model import Anaesthetic
from needlework.evidence.places import lies_in
from needlework.planning.bounds import merge
from needlework.planning.clearances import is_cleared
from needlework.planning.model import AnaestheticPlan
from needlework.screening import Case, Finding
from needlework.screening.consultation import AnaestheticUse
from needlework.screening.labels import person
from needlework.screening.registry import COMPOUNDED, TWO_PRODUCTS
from needlework.units import later

Status = Literal["offered", "needs-clearance", "not-enough-known", "refused"]

_RANK: Final[dict[Status, int]] = {
    "offered": 0,
    "needs-clearance": 1,
    "not-enough-known": 2,
    "refused": 3,
}


class Label(Struct, frozen=True, kw_only=True):
    """What a product's label says in one place; a figure scoped elsewhere says nothing here."""

    knowledge: Knowledge
    product: str
    place: str

    def find(self, key: str) -> Cited | None:
        """The number of the local text (`-smpc` in Europe), else of the general one."""
        for name in (f"{key}-smpc", key):
            claim_id = f"anaesthetic.{self.product}.{name}"
            claim = self.knowledge.claims.get(claim_id)
            if claim is not None and self._holds(claim.scope.jurisdiction):
                return self.knowledge.number(claim_id)
        return None

    def minutes(self, key: str) -> Cited | None:
        """A time in minutes."""
        cited = self.find(key)
        if cited is None:
            return None
        return Cited(cited.value * {"min": 1, "h": 60}[cited.unit], "min", cited.claims)

    def _holds(self, places: tuple[str, ...]) -> bool:
        return not places or any(lies_in(self.place, place) for place in places)


class Remark(Struct, frozen=True, kw_only=True):
    """One thing found about a product, and what it makes of the product's status."""

    status: Status
    text: str
    claims: tuple[str, ...]


def anaesthetics(
    case: Case, findings: Sequence[Finding], zones: Sequence[str]
) -> tuple[AnaestheticPlan, ...]:
    """Each product wished, checked for the planned zones; then all of the day together."""
    wished = case.consultation.anaesthetic
    if wished is None or wished.answer != "yes":
        return ()
    plans = [_product(case, use, findings, zones) for use in wished.products]
    try:
        return tuple(_together(case, plans))
    except NotAccepted as missing:
        text = "Not enough known: this clinic rejected a claim about products of one day."
        reason = CitedText(text, (missing.claim_id,))
        return tuple(_worsened(plan, "not-enough-known", reason) for plan in plans)


def _product(
    case: Case, use: AnaestheticUse, findings: Sequence[Finding], zones: Sequence[str]
) -> AnaestheticPlan:
    entry = case.knowledge.release.anaesthetics[use.product]
    place = case.consultation.jurisdiction
    label = Label(knowledge=case.knowledge, product=use.product, place=place)
    try:
        area, area_remark = _area(case, use, zones)
        remarks = [
            *_person_remarks(case, label, entry, findings),
            *area_remark,
            *_limit_remarks(label, use, area, findings, is_atopic=_is_atopic(case)),
        ]
        return _summed_up(case, label, use, area, remarks, findings)
    except NotAccepted as missing:
        text = "Not enough known: this clinic rejected a claim that the limit rests on."
        reason = CitedText(text, (missing.claim_id,))
        return AnaestheticPlan(product=use.product, status="not-enough-known", reasons=(reason,))


def _person_remarks(
    case: Case, label: Label, entry: Anaesthetic, findings: Sequence[Finding]
) -> Iterator[Remark]:
    """Where it is labelled, for whom, and what screening found against its agents."""
    knowledge, place = label.knowledge, label.place
    rule = "course.anaesthetic.label-required"
    labelled = any(lies_in(place, name) for name in entry.labelled_in)
    if entry.compounded:
        clears = "course.anaesthetic.compounded-role"
        text = (
            "Compounded: only a clinician may order it, with a maximum entered for the formula"
            f" (clearance {COMPOUNDED})."
        )
        cleared = is_cleared(case, COMPOUNDED) and knowledge.claim(clears).word == Role.CLINICIAN
        status: Status = "offered" if cleared else "needs-clearance"
        yield Remark(status=status, text=text, claims=(clears,))
        yield from _prescribed(case)
    elif knowledge.claim(rule).value is True and not labelled:
        yield Remark(status="refused", text=f"Not labelled in {place}.", claims=(rule,))
    yield from _age(case, label)
    concerned = {label.product, *entry.agents, *entry.agent_classes}
    for finding in findings:
        if finding.scope == "product" and concerned.intersection(finding.products):
            found = "refused" if finding.refused else _STATUS.get(finding.verdict)
            if found is not None:
                yield Remark(status=found, text=finding.summary, claims=finding.claims)


_STATUS: Final[dict[Verdict, Status]] = {
    Verdict.STOP: "refused",
    Verdict.DEFER: "refused",
    Verdict.CLEAR: "needs-clearance",
    Verdict.ASK: "not-enough-known",
}


def _prescribed(case: Case) -> Iterator[Remark]:
    """Where the law leaves procedures with a prescribed anaesthetic to health professionals."""
    knowledge, operator = case.knowledge, case.consultation.operator
    claim_id = f"jurisdiction.{case.consultation.jurisdiction}.prescribed-anaesthetic-specified"
    others = "rule.o3.not-health-professions"
    if operator is None or claim_id not in knowledge.claims:
        return
    if operator.profession in knowledge.claim(others).words and knowledge.claim(claim_id).value:
        text = "The law leaves a prescribed anaesthetic to health professionals."
        yield Remark(status="refused", text=text, claims=(claim_id, others))


def _age(case: Case, label: Label) -> Iterator[Remark]:
    youngest = label.find("age-min")
    if youngest is None:
        return
    who = person(case.consultation.client.birth_date, "", case.on)
    if who.age_y is None:
        text = "The age is not known."
        yield Remark(status="not-enough-known", text=text, claims=youngest.claims)
    elif who.age_y < youngest.value:
        text = "Younger than the label allows."
        yield Remark(status="refused", text=text, claims=youngest.claims)


def _area(
    case: Case, use: AnaestheticUse, zones: Sequence[str]
) -> tuple[Cited | None, list[Remark]]:
    """cm² to be covered: typed for each zone where it is wished, or the label's whole face."""
    typed = {zone: cm2 for name, cm2 in use.area_cm2.items() for zone in case.expand((name,))}
    wished = case.expand(use.zones) if use.zones else frozenset(zones)
    rest = [zone for zone in zones if zone in wished and zone not in typed]
    if use.whole_face:
        rest = [zone for zone in rest if case.region(zone) != "face"]
    if rest:
        claims = ("course.anaesthetic.area-measured",)
        text = f"Measure the area in cm² to be covered: {', '.join(rest)}."
        return None, [Remark(status="not-enough-known", text=text, claims=claims)]
    total = sum(
        cm2 for name, cm2 in use.area_cm2.items() if not (use.whole_face and _is_face(case, name))
    )
    if not use.whole_face:
        return Cited(total, "cm2", ()), []
    face = case.knowledge.number("course.anaesthetic.face-area")
    measured = sum(cm2 for name, cm2 in use.area_cm2.items() if _is_face(case, name))
    return Cited(total + max(face.value, measured), "cm2", face.claims), []


def _is_face(case: Case, name: str) -> bool:
    return all(case.region(zone) == "face" for zone in case.expand((name,)))


def _limit_remarks(
    label: Label,
    use: AnaestheticUse,
    area: Cited | None,
    findings: Sequence[Finding],
    *,
    is_atopic: bool,
) -> Iterator[Remark]:
    largest = _largest_area(label, findings)
    yield from _unknown_limits(label, use, largest)
    if area is not None and largest is not None and area.value > largest.value:
        text = f"{area.value:g} cm² is more than the {largest.value:g} cm² allowed."
        yield Remark(status="refused", text=text, claims=merge(area.claims, largest.claims))
    most = _most_grams(label, use, area, findings)
    if use.grams is not None and most is not None and use.grams > most.value + 1e-9:
        text = f"{use.grams:g} g is more than the {most.value:g} g allowed for this area."
        yield Remark(status="refused", text=text, claims=most.claims)
    times = _times(label, is_atopic=is_atopic)
    if use.minutes is not None and times is not None and use.minutes > times[1].value:
        text = f"{use.minutes:g} min is longer than the {times[1].value:g} min allowed."
        yield Remark(status="refused", text=text, claims=times[1].claims)
    if use.wrap != "no":
        text = "No wrap but a dressing that the label names."
        yield Remark(status="refused", text=text, claims=("course.anaesthetic.wrap",))


def _unknown_limits(label: Label, use: AnaestheticUse, largest: Cited | None) -> Iterator[Remark]:
    """A formula needs a maximum of its own; a label without figures for here is not enough."""
    if label.knowledge.release.anaesthetics[use.product].compounded:
        if use.compounded_max_grams is None:
            claims: tuple[str, ...] = ("course.anaesthetic.compounded-own-maximum",)
            text = "The maximum in grams for this formula has not been entered."
            yield Remark(status="not-enough-known", text=text, claims=claims)
        return
    figures = (largest, label.find("dose-high"), label.minutes("time-on-max"))
    if None in figures:
        text = f"No area, dose or time for a face is known from its label in {label.place}."
        claims = ("course.anaesthetic.label-required",)
        yield Remark(status="not-enough-known", text=text, claims=claims)


def _largest_area(label: Label, findings: Sequence[Finding]) -> Cited | None:
    """The label's area, less what screening takes off for liver or other medicines."""
    area = label.find("area-max")
    factor = min(_factors(label, findings), key=lambda cited: cited.value, default=None)
    if area is None or factor is None:
        return area
    return Cited(area.value * factor.value, area.unit, merge(area.claims, factor.claims))


def _factors(label: Label, findings: Iterable[Finding]) -> Iterator[Cited]:
    entry = label.knowledge.release.anaesthetics[label.product]
    concerned = {*entry.agents, *entry.agent_classes}
    for finding in findings:
        factor = finding.limit.anaesthetic_area_factor if finding.limit else None
        if factor is not None and concerned.intersection(finding.products):
            yield factor


def _compounded_grams(
    label: Label, use: AnaestheticUse, findings: Sequence[Finding]
) -> Cited | None:
    """The maximum entered for a formula, less what screening takes off: it has no label."""
    factor = min(_factors(label, findings), key=lambda cited: cited.value, default=None)
    if use.compounded_max_grams is None or factor is None:
        grams = use.compounded_max_grams
        return None if grams is None else Cited(grams, "g", ())
    return Cited(use.compounded_max_grams * factor.value, "g", factor.claims)


def _most_grams(
    label: Label, use: AnaestheticUse, area: Cited | None, findings: Sequence[Finding]
) -> Cited | None:
    """The least of the label's grams and the label's dose on this area."""
    if label.knowledge.release.anaesthetics[label.product].compounded:
        return _compounded_grams(label, use, findings)
    most, dose = label.find("grams-max"), label.find("dose-high")
    found = [] if most is None else [most]
    if area is not None and dose is not None:
        grams = round(dose.value * area.value, 6)
        found.append(Cited(grams, "g", merge(dose.claims, area.claims)))
    return min(found, key=lambda grams: grams.value, default=None)


def _summed_up(
    case: Case,
    label: Label,
    use: AnaestheticUse,
    area: Cited | None,
    remarks: Sequence[Remark],
    findings: Sequence[Finding],
) -> AnaestheticPlan:
    status = _worst(remark.status for remark in remarks)
    reasons = tuple(CitedText(remark.text, remark.claims) for remark in remarks)
    if status in ("refused", "not-enough-known"):
        return AnaestheticPlan(product=use.product, status=status, reasons=reasons)
    most = _most_grams(label, use, area, findings)
    is_atopic = _is_atopic(case)
    if is_atopic:
        text = "Atopic skin, or not known: the shorter time."
        reasons = (*reasons, CitedText(text, ("course.anaesthetic.atopic-shorter",)))
    return AnaestheticPlan(
        product=use.product,
        status=status,
        reasons=reasons,
        area=area,
        area_max=_largest_area(label, findings),
        grams=_grams(label, area, most),
        grams_max=most,
        minutes=_times(label, is_atopic=is_atopic),
        share_of_maximum=_share(use, most),
    )


def _is_atopic(case: Case) -> bool:
    """Atopic skin, or nobody knows, where the clinic holds to the shorter time."""
    knowledge = case.knowledge
    answer, given, _ = case.dated("history.atopy")
    valid = knowledge.claim("course.anaesthetic.atopy-validity")
    expired = case.on > later(given, valid.number, valid.unit)
    listed = case.condition_keys.intersection(("atopy", "eczema"))
    shorter = knowledge.claim("course.anaesthetic.atopic-shorter").value is True
    return shorter and (answer != "no" or expired or bool(listed))


def _worst(statuses: Iterable[Status]) -> Status:
    start: Status = "offered"
    return max((start, *statuses), key=_RANK.__getitem__)


def _grams(label: Label, area: Cited | None, most: Cited | None) -> tuple[Cited, Cited] | None:
    low = label.find("dose-low")
    if area is None or most is None or low is None:
        return None
    grams = min(round(low.value * area.value, 6), most.value)
    return Cited(grams, "g", merge(low.claims, area.claims, most.claims)), most


def _times(label: Label, *, is_atopic: bool) -> tuple[Cited, Cited] | None:
    """From when it works until when it must be off; atopic skin gets the shorter time."""
    shortest, longest = label.minutes("time-on-min"), label.minutes("time-on-max")
    if shortest is None or longest is None:
        return None
    if is_atopic:
        atopic = label.minutes("atopic-time") or shortest
        longest = min(atopic, longest, key=lambda minutes: minutes.value)
        shortest = min(shortest, longest, key=lambda minutes: minutes.value)
    return shortest, longest


def _share(use: AnaestheticUse, most: Cited | None) -> Cited | None:
    if use.grams is None or most is None or most.value <= 0:
        return None
    return Cited(round(use.grams / most.value, 3), "1", most.claims)


def _together(case: Case, plans: Sequence[AnaestheticPlan]) -> Iterator[AnaestheticPlan]:
    """One product a day; two only by a clinician, with the sum of their shares at most one."""
    open_plans = [plan for plan in plans if plan.status in ("offered", "needs-clearance")]
    knowledge = case.knowledge
    ids = ("course.anaesthetic.products-a-day", "course.anaesthetic.two-products-sum")
    a_day, most = (knowledge.number(claim_id).value for claim_id in ids)
    if len(open_plans) <= a_day:
        yield from plans
        return
    shares = [plan.share_of_maximum for plan in open_plans]
    verdict: Status = "refused"
    if len(open_plans) > a_day + 1:
        text = "More products on a day than anybody may allow."
    elif None in shares:
        verdict = "not-enough-known"
        text = "More than one product on a day: state the grams of each, for a clinician to decide."
    elif sum(share.value for share in shares if share is not None) > most:
        text = "Together they go past the maximum of the day."
    elif knowledge.claim("course.anaesthetic.two-products-role").word != Role.CLINICIAN:
        text = "Nobody may allow two products on a day."
    elif is_cleared(case, TWO_PRODUCTS):
        yield from plans
        return
    else:
        verdict = "needs-clearance"
        text = f"Two products on a day: only a clinician may allow it (clearance {TWO_PRODUCTS})."
    for plan in plans:
        yield _worsened(plan, verdict, CitedText(text, ids)) if plan in open_plans else plan


def _worsened(plan: AnaestheticPlan, status: Status, reason: CitedText) -> AnaestheticPlan:
    reasons = (*plan.reasons, reason)
    if status == "needs-clearance":
        return structs.replace(plan, status=status, reasons=reasons)
    return AnaestheticPlan(product=plan.product, status=status, reasons=reasons)
