"""What to do in a zone for a concern with a device: depth, passes, end point, course."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Literal

from msgspec import Struct, structs

from needlework.evidence import Cited, CitedText, Knowledge, NotAccepted
from needlework.planning.bounds import (
    CONCERN_ZONE,
    NEEDS_LABEL,
    ZONE_CAP,
    concern_zone,
    least,
    marked,
    may_be_raised,
    merge,
    person_bounds,
    stepped,
)
from needlework.planning.model import Bound, Depth, Fit, Passes, Protocol
from needlework.planning.puncture import density_per_cm2
from needlework.screening import Limit
from needlework.screening.consultation import DeviceAtHand
from needlework.screening.labels import LabelFit
from needlework.screening.registry import DEEPER

Refusal = Literal["not-enough-known", "no-fit", "not-planned-here", "barred"]


class Restriction(Struct, frozen=True):
    """What one finding changes about treatment, and the claims behind it."""

    limit: Limit
    claims: tuple[str, ...]


class Setting(Struct, frozen=True, kw_only=True):
    """All that a protocol depends on besides concern, zone, device and its label."""

    operator_bounds: tuple[Bound, ...]
    limits: tuple[Restriction, ...]
    raised: bool
    concerns_here: tuple[str, ...]


@lru_cache(maxsize=4096)
def protocol(
    knowledge: Knowledge,
    concern: str,
    zone: str,
    device: DeviceAtHand,
    fit: LabelFit,
    setting: Setting,
) -> Protocol:
    """The protocol for one concern in one zone (without side), or why there is none.

    Kept, since many consultations ask for the same: everything it depends on is an argument.
    """
    entry = knowledge.release.concerns[concern]
    shown = Fit(labelled=fit.labelled, why=fit.outside, claims=fit.claims)
    plain = Protocol(concern=concern, zone=zone, device=device.id, fit=shown)
    if knowledge.release.zones[zone].region not in entry.regions:
        return _refuse(plain, f"{entry.name.en} is not planned in this zone.", "not-planned-here")
    if _is_barred(device.id, setting.limits):
        return _refuse(plain, "This device's label bars it for this client.", "barred")
    try:
        return _protocol(knowledge, plain, device, fit, setting)
    except NotAccepted as missing:
        text = f"Not enough known: this clinic rejected {missing.claim_id}."
        return _refuse(plain, text, "not-enough-known")


def _protocol(
    knowledge: Knowledge,
    plain: Protocol,
    device: DeviceAtHand,
    fit: LabelFit,
    setting: Setting,
) -> Protocol:
    start, bounds = _bounds(knowledge, plain, fit, setting)
    length = None
    if knowledge.release.devices[device.id].kind == "roller":
        stocked = _stocked(knowledge, device)
        if not stocked:
            text = "Not enough known: which needle lengths of this roller are in stock?"
            return _refuse(plain, text, "not-enough-known")
        length = _longest_fitting(stocked, least(bounds))
        depth = None if length is None else _roller_depth(length, bounds)
    else:
        depth = _pen_depth(knowledge, device.id, start, bounds)
    if depth is None:
        text = "No fit: nothing on this device is as shallow as it would have to be."
        return _refuse(plain, text, "no-fit")
    made = structs.replace(
        plain,
        depth=depth,
        needle_length=length,
        passes=_passes(knowledge, device.id),
        end_point=_end_point(knowledge, plain.concern, setting),
        notes=_notes(knowledge, plain, fit, depth, setting),
    )
    if is_test_spot_only(setting.limits):
        return made
    return structs.replace(
        made,
        sessions=_sessions(knowledge, plain.concern),
        interval=knowledge.number(f"concern.{plain.concern}.interval"),
    )


def _is_barred(device: str, limits: Iterable[Restriction]) -> bool:
    """A limit names the devices that alone may be used, and this is none of them."""
    named = (restriction.limit.only_devices for restriction in limits)
    return any(devices is not None and device not in devices for devices in named)


def is_test_spot_only(limits: Iterable[Restriction]) -> bool:
    """Nothing but a test spot was allowed here."""
    return any(restriction.limit.test_spot == "only" for restriction in limits)


def _refuse(plain: Protocol, why: str, refusal: Refusal) -> Protocol:
    return structs.replace(plain, refused=why, refusal=refusal)


def _bounds(
    knowledge: Knowledge, plain: Protocol, fit: LabelFit, setting: Setting
) -> tuple[Cited, list[Bound]]:
    """The start, and every limit of this use; other concerns in the zone bind as well."""
    raised = setting.raised and _may_raise(knowledge, plain.zone, fit)
    start, here = concern_zone(knowledge, plain.concern, plain.zone, raised=raised)
    bounds = list(here)
    for other in setting.concerns_here:
        if other != plain.concern:
            _, theirs = concern_zone(knowledge, other, plain.zone, raised=raised)
            name = knowledge.release.concerns[other].name.en.lower()
            bounds.append(Bound(name=f"{name} in the same zone", depth=least(theirs)))
    bounds += person_bounds(
        bounds, start, [(restriction.limit, restriction.claims) for restriction in setting.limits]
    )
    bounds += _device_bounds(knowledge, plain.device, fit)
    bounds += setting.operator_bounds
    if is_test_spot_only(setting.limits):
        bounds.append(Bound(name="test spot", depth=start))
    return start, bounds


def _may_raise(knowledge: Knowledge, zone: str, fit: LabelFit) -> bool:
    """The neck goes deeper only with a device labelled for the neck."""
    return fit.labelled or zone not in knowledge.claim(NEEDS_LABEL).words


def _device_bounds(knowledge: Knowledge, device: str, fit: LabelFit) -> Iterable[Bound]:
    if fit.use is not None and fit.use.max_depth and not _elsewhere(fit):
        depth = knowledge.depth_mm(f"device.{device}.{fit.use.max_depth}")
        yield Bound(name="device label", depth=depth)
    for key, name in (("dial-max", "end of the dial"), ("needle-length", "needle length")):
        if f"device.{device}.{key}" in knowledge.claims:
            yield Bound(name=name, depth=knowledge.depth_mm(f"device.{device}.{key}"))


def _elsewhere(fit: LabelFit) -> bool:
    """A label for another zone or concern says nothing about how deep is safe here."""
    return "zone" in fit.outside or "concern" in fit.outside


def _pen_depth(
    knowledge: Knowledge, device: str, start: Cited, bounds: Sequence[Bound]
) -> Depth | None:
    """Settings from start to maximum, on the dial's steps.

    A pen whose steps nobody knows is not rounded, and raised by the usual step.
    """
    step_id = f"device.{device}.dial-step"
    dial = knowledge.depth_mm(step_id) if step_id in knowledge.claims else None
    maximum = stepped(least(bounds), dial)
    if maximum.value <= 0:
        return None
    first = stepped(start, dial)
    if first.value <= 0 and dial is not None:
        first = Cited(dial.value, "mm", merge(start.claims, dial.claims))
    if first.value > maximum.value:
        first = maximum
    step = dial or knowledge.depth_mm("course.depth.step")
    return Depth(start=first, maximum=maximum, step=step, bounds=marked(bounds))


def _longest_fitting(stocked: Iterable[Cited], allowed: Cited) -> Cited | None:
    """The longest stocked needle that is not longer than allowed."""
    fitting = [length for length in stocked if length.value <= allowed.value + 1e-9]
    return max(fitting, key=lambda length: length.value, default=None)


def _roller_depth(length: Cited, bounds: Sequence[Bound]) -> Depth:
    """A roller has one depth: its needles, chosen under all limits."""
    depth = Cited(length.value, "mm", merge(length.claims, least(bounds).claims))
    return Depth(start=depth, maximum=depth, bounds=marked(bounds))


def _stocked(knowledge: Knowledge, device: DeviceAtHand) -> list[Cited]:
    """Lengths that exist and are in stock; a roller with one length needs no list."""
    keys = knowledge.release.devices[device.id].lengths
    made = [knowledge.depth_mm(f"device.{device.id}.{key}") for key in keys]
    if not device.needle_lengths_mm:
        return made if len(made) == 1 else []
    if not made:
        return [Cited(length, "mm", ()) for length in device.needle_lengths_mm]
    return [length for length in made if length.value in device.needle_lengths_mm]


@lru_cache(maxsize=256)
def _passes(knowledge: Knowledge, device: str) -> Passes:
    is_roller = knowledge.release.devices[device].kind == "roller"
    if is_roller:
        each = knowledge.number("course.technique.passes-roller-per-direction")
        ways = knowledge.number("course.technique.passes-roller-directions")
        count = Cited(each.value * ways.value, "1", merge(each.claims, ways.claims))
        pattern = _text(knowledge, "course.technique.pattern-roller")
    else:
        count = knowledge.number("course.technique.passes-pen")
        pattern = _text(knowledge, "course.technique.pattern-pen")
    density = density_per_cm2(knowledge, device, count)
    low = knowledge.number("course.puncture.density-target-low")
    high = knowledge.number("course.puncture.density-target-high")
    return Passes(
        count=count,
        pattern=pattern,
        density=density,
        target=(low, high),
        note=_text(knowledge, "course.puncture.density-conflict"),
    )


def _end_point(knowledge: Knowledge, concern: str, setting: Setting) -> CitedText:
    """The concern's end point, unless the person's skin, or pigment here, asks to be gentler."""
    for restriction in setting.limits:
        if restriction.limit.end_point:
            return CitedText(restriction.limit.end_point, restriction.claims)
    families = {name: knowledge.release.concerns[name].family for name in setting.concerns_here}
    pigment = (name for name, family in families.items() if family == "pigment")
    return _text(knowledge, f"concern.{next(pigment, concern)}.end-point")


def _sessions(knowledge: Knowledge, concern: str) -> tuple[Cited, Cited]:
    return (
        knowledge.number(f"concern.{concern}.sessions-min"),
        knowledge.number(f"concern.{concern}.sessions-max"),
    )


def _notes(
    knowledge: Knowledge, plain: Protocol, fit: LabelFit, depth: Depth, setting: Setting
) -> tuple[CitedText, ...]:
    notes = list(_deeper(knowledge, plain, fit, depth, setting))
    start = knowledge.depth_mm(_start_claim(knowledge, plain))
    if depth.maximum.value < start.value:
        text = f"Shallower than the usual start of {start.value:g} mm: expect less, add no passes."
        notes.append(CitedText(text, start.claims))
    for key in ("referral", "evidence"):
        claim_id = f"concern.{plain.concern}.{key}"
        if claim_id in knowledge.claims:
            notes.append(_text(knowledge, claim_id))
    notes += _test_spot_notes(setting.limits)
    return tuple(notes)


def _start_claim(knowledge: Knowledge, plain: Protocol) -> str:
    return f"zone.{plain.zone}.{knowledge.release.concerns[plain.concern].family}-start"


def _deeper(
    knowledge: Knowledge, plain: Protocol, fit: LabelFit, depth: Depth, setting: Setting
) -> Iterator[CitedText]:
    """What a clinician could clear, where nothing but the zone's own limit stands in the way."""
    binding = {bound.name for bound in depth.bounds if bound.binds}
    may = may_be_raised(knowledge, plain.concern, plain.zone)
    if setting.raised or not may or not binding <= {CONCERN_ZONE, ZONE_CAP}:
        return
    if _may_raise(knowledge, plain.zone, fit):
        deeper = knowledge.depth_mm(f"zone.{plain.zone}.hard-cap-clinician")
        text = f"A clinician may clear up to {deeper.value:g} mm here (clearance {DEEPER})."
        yield CitedText(text, deeper.claims)


def _test_spot_notes(limits: Iterable[Restriction]) -> Iterator[CitedText]:
    words = {
        "offer": "Offer a test spot before the first full session.",
        "only": "A test spot only, at the start depth; no session until it has been judged.",
    }
    kinds = {r.limit.test_spot: r.claims for r in limits if r.limit.test_spot}
    for kind in ("only", "offer"):
        if kind in kinds:
            yield CitedText(words[kind], kinds[kind])
            return


def _text(knowledge: Knowledge, claim_id: str) -> CitedText:
    return CitedText(knowledge.claim(claim_id).word, (claim_id,))
