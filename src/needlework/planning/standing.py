"""How a plan that was signed compares with the same facts judged by other knowledge.

A signed plan does not change. When a release or the clinic's own choices become stricter, its
next session waits until somebody has read what changed and signed anew.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final, Literal

import msgspec
from msgspec import Struct, structs

from needlework.evidence import Cited, Verdict
from needlework.planning.model import AnaestheticPlan, Plan, Protocol, Status, ZonePlan

Direction = Literal["stricter", "looser", "changed"]
Standing = Literal["same", "looser", "stricter"]
What = Literal[
    "finding",
    "zone",
    "limit",
    "protocol",
    "start-depth",
    "maximum-depth",
    "step-depth",
    "needle-length",
    "passes",
    "pattern",
    "interval",
    "fewest-sessions",
    "most-sessions",
    "end-point",
    "label",
    "course",
    "session",
    "sessions",
    "wait",
    "step",
    "antiseptic",
    "anaesthetic",
    "area",
    "grams",
    "minutes",
    "approval",
    "anything-else",
    "judgement",
]

_STATES: Final[tuple[Status, ...]] = (
    "planned",
    "test-spot",
    "needs-clearance",
    "deferred",
    "not-enough-known",
    "no-device",
    "refused",
    "blocked",
)
"""From the freest to the strictest."""
_OFFERS: Final = ("offered", "needs-clearance", "not-enough-known", "refused")


class Change(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that another knowledge judges otherwise: what, where, before and after."""

    what: What
    direction: Direction
    zone: str = ""
    concern: str = ""
    device: str = ""
    about: str = ""
    """The rule, the product, what has to be stopped, or the number of the session."""
    before: str = ""
    after: str = ""


class _Where(Struct, frozen=True, kw_only=True):
    """What a change is about, for each that is found there."""

    zone: str = ""
    concern: str = ""
    device: str = ""
    about: str = ""

    def change(self, what: What, direction: Direction, before: str = "", after: str = "") -> Change:
        return Change(
            what=what,
            direction=direction,
            zone=self.zone,
            concern=self.concern,
            device=self.device,
            about=self.about,
            before=before,
            after=after,
        )


_WHOLE: Final = _Where()


def changes(
    signed: Plan, judged_again: Plan, unapproved: Collection[str] = ()
) -> tuple[Change, ...]:
    """What differs; both plans come from the same facts on the same day.

    `unapproved` are proposed claims behind the new plan that it does not cite.

    Where an order is not known, as with words of an end point, it counts as changed: somebody
    must read it.
    """
    return (
        *_findings(signed, judged_again),
        *_zones(signed, judged_again),
        *_course(signed, judged_again),
        *_preparation(signed, judged_again),
        *_unapproved(signed, judged_again, unapproved),
        *_rest(signed, judged_again),
    )


def standing(found: Iterable[Change]) -> Standing:
    """Stricter as soon as one thing is, or may be.

    >>> standing([Change(what="passes", direction="looser")])
    'looser'
    >>> standing([])
    'same'
    """
    directions = {change.direction for change in found}
    if directions & {"stricter", "changed"}:
        return "stricter"
    return "looser" if directions else "same"


def _findings(old: Plan, new: Plan) -> Iterator[Change]:
    before, after = _verdicts(old), _verdicts(new)
    for key in sorted(before.keys() | after.keys()):
        was, now = before.get(key), after.get(key)
        if was is now:
            continue
        stricter = now is not None and (was is None or now.rank < was.rank)
        yield Change(
            what="finding",
            about=" ".join(filter(None, (key[0], key[2]))),
            zone=key[1],
            direction="stricter" if stricter else "looser",
            before=was or "",
            after=now or "",
        )


def _verdicts(plan: Plan) -> Mapping[tuple[str, str, str], Verdict]:
    """The worst verdict of each rule in each zone, or about each product, that it speaks of."""
    held: dict[tuple[str, str, str], Verdict] = {}
    for finding in plan.assessment.findings:
        places = [(zone, "") for zone in finding.zones]
        places = places or [("", product) for product in finding.products] or [("", "")]
        for zone, product in places:
            key = (finding.rule, zone, product)
            known = held.get(key)
            if known is None or finding.verdict.rank < known.rank:
                held[key] = finding.verdict
    return held


def _zones(old: Plan, new: Plan) -> Iterator[Change]:
    after = {zone.zone: zone for zone in new.zones}
    for zone in old.zones:
        now = after.pop(zone.zone, None)
        here = _Where(zone=zone.zone)
        if now is None:
            yield here.change("zone", "stricter", before=zone.status)
            continue
        yield from _ordered("zone", here, _STATES, zone.status, now.status)
        yield from _set("limit", here, zone.limits, now.limits)
        yield from _protocols(zone, now)
    for zone in after.values():
        yield _Where(zone=zone.zone).change("zone", "looser", after=zone.status)


def _protocols(old: ZonePlan, new: ZonePlan) -> Iterator[Change]:
    after = {_name(made): made for made in new.protocols}
    for made in old.protocols:
        now = after.pop(_name(made), None)
        where = _at(old, made)
        if now is None or (now.refused and not made.refused):
            yield where.change("protocol", "stricter")
            continue
        if made.refused and not now.refused:
            yield where.change("protocol", "looser")
        yield from _protocol(made, now, where)
    for made in after.values():
        # Another device or concern in the place of what was signed is for somebody to read.
        yield _at(new, made).change("protocol", "changed")


def _name(made: Protocol) -> tuple[str, str]:
    return made.concern, made.device


def _at(zone: ZonePlan, made: Protocol) -> _Where:
    return _Where(zone=zone.zone, concern=made.concern, device=made.device)


_DEPTHS: Final[tuple[tuple[What, str], ...]] = (
    ("start-depth", "start"),
    ("maximum-depth", "maximum"),
    ("step-depth", "step"),
)
_COUNTS: Final[tuple[What, What]] = ("fewest-sessions", "most-sessions")


def _protocol(old: Protocol, new: Protocol, where: _Where) -> Iterator[Change]:
    if old.depth is not None or new.depth is not None:
        for what, name in _DEPTHS:
            before, after = getattr(old.depth, name, None), getattr(new.depth, name, None)
            yield from _less_is_stricter(what, where, before, after)
    yield from _less_is_stricter("needle-length", where, old.needle_length, new.needle_length)
    if old.passes is not None and new.passes is not None:
        yield from _less_is_stricter("passes", where, old.passes.count, new.passes.count)
        yield from _words("pattern", where, old.passes.pattern.text, new.passes.pattern.text)
    yield from _more_is_stricter("interval", where, old.interval, new.interval)
    if old.sessions is not None and new.sessions is not None:
        for what, was, now in zip(_COUNTS, old.sessions, new.sessions, strict=True):
            yield from _less_is_stricter(what, where, was, now)
    if old.end_point is not None and new.end_point is not None:
        yield from _words("end-point", where, old.end_point.text, new.end_point.text)
    if old.fit.labelled is not new.fit.labelled:
        yield where.change("label", "stricter" if old.fit.labelled else "looser")


def _course(old: Plan, new: Plan) -> Iterator[Change]:
    if old.course is None:
        return
    if new.course is None:
        yield Change(what="course", direction="stricter", after=new.no_course)
        return
    yield from _more_is_stricter("interval", _WHOLE, old.course.interval, new.course.interval)
    days = zip(old.course.sessions, new.course.sessions, strict=False)
    for was, now in days:
        if was.day.on != now.day.on:
            yield Change(
                what="session",
                about=str(was.number),
                direction="stricter" if now.day.on > was.day.on else "looser",
                before=was.day.on.isoformat(),
                after=now.day.on.isoformat(),
            )
    count, counted = len(old.course.sessions), len(new.course.sessions)
    if count != counted:
        yield Change(
            what="sessions",
            direction="stricter" if counted < count else "looser",
            before=str(count),
            after=str(counted),
        )


def _preparation(old: Plan, new: Plan) -> Iterator[Change]:
    if old.preparation is None or new.preparation is None:
        return
    stops = {stop.what: stop.wait for stop in new.preparation.stops}
    for stop in old.preparation.stops:
        about = _Where(about=stop.what)
        yield from _more_is_stricter("wait", about, stop.wait, stops.pop(stop.what, None))
    for what, wait in stops.items():
        yield from _more_is_stricter("wait", _Where(about=what), None, wait)
    yield from _set(
        "step",
        _WHOLE,
        (step.text for step in old.preparation.steps),
        (step.text for step in new.preparation.steps),
    )
    antiseptics = {one.antiseptic: one for one in new.preparation.antiseptics}
    for one in old.preparation.antiseptics:
        now = antiseptics.get(one.antiseptic)
        for zone in one.zones:
            if now is None or zone not in now.zones:
                yield _Where(zone=zone, about=one.antiseptic).change("antiseptic", "stricter")
    anaesthetics = {one.product: one for one in new.preparation.anaesthetics}
    for product in old.preparation.anaesthetics:
        yield from _anaesthetic(product, anaesthetics.get(product.product))


def _anaesthetic(old: AnaestheticPlan, new: AnaestheticPlan | None) -> Iterator[Change]:
    about = _Where(about=old.product)
    if new is None:
        if old.status == "offered":
            yield about.change("anaesthetic", "stricter", before=old.status)
        return
    yield from _ordered("anaesthetic", about, _OFFERS, old.status, new.status)
    yield from _less_is_stricter("area", about, old.area_max, new.area_max)
    yield from _less_is_stricter("grams", about, old.grams_max, new.grams_max)
    if old.minutes is not None and new.minutes is not None:
        yield from _less_is_stricter("minutes", about, old.minutes[1], new.minutes[1])


def _unapproved(old: Plan, new: Plan, unapproved: Collection[str]) -> Iterator[Change]:
    if lost := {*new.proposed_claims, *unapproved} - set(old.proposed_claims):
        yield Change(what="approval", direction="stricter", after=", ".join(sorted(lost)))


def _rest(old: Plan, new: Plan) -> Iterator[Change]:
    """Whatever else differs is for somebody to read: nothing is looser by not being compared."""
    if _tree(old) != _tree(new):
        yield Change(what="anything-else", direction="changed")


def _tree(plan: Plan) -> object:
    """A plan without its digests and claims, and without numbers whose order is known."""
    zones = [
        structs.replace(
            zone,
            protocols=tuple(_unnumbered(made) for made in zone.protocols),
            other_devices=tuple(_unnumbered(made) for made in zone.other_devices),
        )
        for zone in plan.zones
    ]
    bare = structs.replace(
        plan,
        zones=tuple(zones),
        release="",
        release_digest="",
        overlay_digest="",
        proposed_claims=(),
    )
    return _without_claims(msgspec.to_builtins(bare))


def _unnumbered(made: Protocol) -> Protocol:
    passes = made.passes and structs.replace(made.passes, count=_NOTHING, density=None)
    return structs.replace(made, depth=None, needle_length=None, passes=passes, sessions=None)


_NOTHING: Final = Cited(0, "1", ())


def _without_claims(tree: object) -> object:
    if isinstance(tree, dict):
        return {key: _without_claims(value) for key, value in tree.items() if key != "claims"}
    return [_without_claims(one) for one in tree] if isinstance(tree, list | tuple) else tree


# --- two values -------------------------------------------------------------------------------


def _less_is_stricter(
    what: What, where: _Where, old: Cited | None, new: Cited | None
) -> Iterator[Change]:
    yield from _numbers(what, where, old, new, rising="looser")


def _more_is_stricter(
    what: What, where: _Where, old: Cited | None, new: Cited | None
) -> Iterator[Change]:
    yield from _numbers(what, where, old, new, rising="stricter")


def _numbers(
    what: What, where: _Where, old: Cited | None, new: Cited | None, *, rising: Direction
) -> Iterator[Change]:
    """A number that came or went is for somebody to read."""
    if old is None and new is None:
        return
    if old is None or new is None or old.unit != new.unit:
        direction: Direction = "changed"
    elif old.value == new.value:
        return
    elif new.value > old.value:
        direction = rising
    else:
        direction = "looser" if rising == "stricter" else "stricter"
    yield where.change(what, direction, before=_said(old), after=_said(new))


def _said(number: Cited | None) -> str:
    if number is None:
        return ""
    return f"{number.value:g}" if number.unit == "1" else f"{number.value:g} {number.unit}"


def _ordered(
    what: What, where: _Where, order: tuple[str, ...], old: str, new: str
) -> Iterator[Change]:
    if old != new:
        stricter = order.index(new) > order.index(old)
        yield where.change(what, "stricter" if stricter else "looser", before=old, after=new)


def _words(what: What, where: _Where, old: str, new: str) -> Iterator[Change]:
    if old != new:
        yield where.change(what, "changed", before=old, after=new)


def _set(what: What, where: _Where, old: Iterable[str], new: Iterable[str]) -> Iterator[Change]:
    before, after = dict.fromkeys(old), dict.fromkeys(new)
    for text in after:
        if text not in before:
            yield where.change(what, "stricter", after=text)
    for text in before:
        if text not in after:
            yield where.change(what, "looser", before=text)
