"""What the plan adds in words: concerns, punctures, devices, other ways."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from needlework.documents.citations import Citations
from needlework.documents.frame import quoted
from needlework.documents.words import Said, Words, capital
from needlework.evidence import CitedText
from needlework.planning import Plan
from needlework.planning.model import Alternative, Protocol


def notes(plan: Plan, words: Words, citations: Citations) -> Iterator[Said]:
    """What protocols add in words, by concern and each said once; then punctures and devices."""
    made = [made for zone in plan.zones for made in zone.protocols if not made.refused]
    held: dict[str, tuple[CitedText, dict[str, None]]] = {}
    for protocol in made:
        for note in protocol.notes:
            held.setdefault(note.text, (note, {}))[1][protocol.concern] = None
    for concern in dict.fromkeys(protocol.concern for protocol in made):
        own = [note for note, concerns in held.values() if list(concerns) == [concern]]
        first = next(protocol for protocol in made if protocol.concern == concern)
        said = [
            *sessions_said(first, words, citations),
            *(quoted(citations, note) for note in own),
        ]
        yield {"about": words.concern(concern), "said": said}
    for note, concerns in held.values():
        if len(concerns) > 1:
            about = " · ".join(map(words.concern, concerns))
            yield {"about": about, "said": [quoted(citations, note)]}
    yield from _punctures(made, words, citations)
    yield from _devices(plan, words, citations)


def sessions_said(protocol: Protocol, words: Words, citations: Citations) -> Iterator[Said]:
    if protocol.sessions is None or protocol.interval is None:
        return
    _ = words.say
    low, high = protocol.sessions
    text = _("{count} sessions, {time} apart.").format(
        count=words.span(low.value, high.value), time=words.quantity(protocol.interval)
    )
    yield citations.cite(text, (*low.claims, *high.claims, *protocol.interval.claims))


def _punctures(made: Sequence[Protocol], words: Words, citations: Citations) -> Iterator[Said]:
    """How dense the punctures come out, once for each device."""
    _ = words.say
    used = {protocol.device: protocol.passes for protocol in made if protocol.passes is not None}
    for device, passes in used.items():
        parts: list[str] = []
        claims: list[str] = []
        if (found := passes.density) is not None:
            spread = words.span(found.low, found.high)
            said = _("about {count} ({range}) for each cm²")
            parts.append(said.format(count=words.number(found.value), range=spread))
            claims += found.claims
        if passes.target is not None:
            low, high = passes.target
            said = _("published aim {range}")
            parts.append(said.format(range=words.span(low.value, high.value)))
            claims += [*low.claims, *high.claims]
        if parts:
            about = _("Punctures with {device}").format(device=words.device(device))
            yield {"about": about, "said": [citations.cite("; ".join(parts) + ".", claims)]}
    for note in dict.fromkeys(passes.note for passes in used.values()):
        if note is not None:
            yield {"about": _("Punctures"), "said": [quoted(citations, note)]}


def _devices(plan: Plan, words: Words, citations: Citations) -> Iterator[Said]:
    _ = words.say
    for device in plan.devices:
        parts = [_("single use: {answer}").format(answer=words.term(device.single_use))]
        parts.append(_("sleeve: {answer}").format(answer=words.term(device.sleeve_required)))
        claims: list[str] = []
        for fact in device.facts:
            parts.append(f"{words.say(fact.name)} {words.quantity(fact.value)}")
            claims += fact.value.claims
        if device.clearances:
            parts.append(_("cleared as {ids}").format(ids=", ".join(device.clearances)))
        about = words.device(device.id)
        yield {"about": about, "said": [citations.cite("; ".join(parts) + ".", claims)]}


def alternative_rows(
    alternatives: Sequence[Alternative], words: Words, citations: Citations
) -> Iterator[Said]:
    """Other ways in brief; those of which the same holds stand together."""
    held: dict[object, list[Alternative]] = {}
    for other in dict.fromkeys(alternatives):
        held.setdefault(_shared(other), []).append(other)
    for same in held.values():
        first, *rest = same
        ends = "".join(f", {other.what.partition(': ')[2]}" for other in rest)
        claims = dict.fromkeys(claim for other in same for claim in other.claims)
        yield {
            "what": _name(first.what + ends, words),
            "status": words.term(first.status),
            "said": [
                citations.quote(first.trade_off, claims),
                *_at_most(same, words, citations),
                *(words.said(reason) for reason in first.reasons),
            ],
        }


def _name(what: str, words: Words) -> Said:
    said = words.said(what)
    return said | {"text": capital(str(said["text"]))}


def _shared(other: Alternative) -> object:
    """What ways have in common that differ only in their zone."""
    head, _, zone = other.what.partition(": ")
    limits = tuple(cited and (cited.value, cited.unit) for cited in (other.depth, other.interval))
    return head if zone else other.what, other.status, other.trade_off, other.reasons, limits


def _at_most(same: Sequence[Alternative], words: Words, citations: Citations) -> Iterator[Said]:
    _ = words.say
    first = same[0]
    limits = [cited for cited in (first.depth, first.interval) if cited is not None]
    if limits:
        said = _(", every ").join(words.quantity(cited) for cited in limits)
        every = (cited for other in same for cited in (other.depth, other.interval) if cited)
        claims = dict.fromkeys(claim for cited in every for claim in cited.claims)
        yield citations.cite(_("At most {limits}.").format(limits=said), claims)
