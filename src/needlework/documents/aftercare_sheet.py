"""The client's sheet: what is normal, what to do, when what may begin, and whom to call."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from typing import Final

from needlework.aftercare import First, Moment, Timeline
from needlework.documents.citations import Citations
from needlework.documents.frame import closing, common_labels, frame
from needlework.documents.model import ClinicCard, PersonCard
from needlework.documents.press import plain, typeset
from needlework.documents.qr import qr_svg
from needlework.documents.words import Said, Words, capital
from needlework.evidence import CitedText, NotAccepted
from needlework.workflow import Known

_FLAGS: Final = "harm.red-flags."
_LEVELS: Final = ("emergency", "same-day", "clinician")


def aftercare_pdf(
    timeline: Timeline,
    known: Known,
    *,
    clinic: ClinicCard | None = None,
    person: PersonCard | None = None,
    portal_url: str = "",
    language: str = "en",
) -> bytes:
    """The weeks after a session on paper; `portal_url` is printed as it is."""
    words = Words(known.knowledge, language)
    citations = Citations(words)
    card = clinic or ClinicCard()
    _ = words.say
    data = frame(words, card, person or PersonCard(), title=_("After your treatment"))
    data["labels"] = _labels(words) | common_labels(words)
    data |= {
        "facts": list(_facts(timeline, words)),
        "help": _help(card, words, citations),
        "portal": _portal(portal_url, words),
        "firsts": [_first(first, words, citations) for first in _in_order(timeline.firsts)],
        "days": list(_days(timeline.moments, words, citations)),
        "advice": [
            {
                "about": capital(about),
                "said": citations.together([CitedText(e.text, e.claims) for e in entries]),
            }
            for about, entries in groupby(timeline.advice, key=lambda entry: entry.about)
        ],
        "courses": [
            {
                "label": capital(course.label),
                "usual": citations.cite(words.quantity(course.usual), course.usual.claims),
                "ask": citations.cite(words.short(course.warn_from.on), course.warn_from.claims),
            }
            for course in timeline.courses
        ],
        "reviews": [
            {"day": words.day(review.day.on), "what": review.what} for review in timeline.reviews
        ],
    }
    return typeset("aftercare", data | closing(words, citations))


def _labels(words: Words) -> Said:
    _ = words.say
    return {
        "firsts": _("When you may begin again"),
        "first-heads": [_("What"), _("From"), _("Sources say")],
        "days": _("Day by day"),
        "day-heads": [_("When"), _("What to expect"), _("Do"), _("Leave alone for now")],
        "advice": _("The whole time"),
        "courses": _("How long it lasts"),
        "course-heads": [_("What"), _("Usually up to"), _("Ask a clinician from")],
        "reviews": _("When we look at it again"),
    }


def _facts(timeline: Timeline, words: Words) -> Iterator[dict[str, str]]:
    _ = words.say
    when = words.weekday(timeline.day)
    if timeline.time_known:
        when = f"{when}, {words.time(timeline.ended)}"
    yield {"label": _("Treated on"), "value": when}
    yield {"label": _("Zones"), "value": words.zones(timeline.zones)}
    if timeline.depth_mm is not None:
        yield {"label": _("Deepest setting"), "value": words.length(timeline.depth_mm, "mm")}


# --- help -------------------------------------------------------------------------------------


def _help(clinic: ClinicCard, words: Words, citations: Citations) -> Said:
    """The emergency number first, then the clinic, then what is whose."""
    _ = words.say
    number = plain(clinic.emergency_number)
    return {
        "title": _("When to get help, on any day"),
        "number-label": _("Emergency number"),
        "number": number,
        "call": list(_claim("symptom.answer.emergency-unknown", words, citations)),
        "clinic-label": _("The clinic"),
        "clinic": " · ".join(filter(None, (plain(clinic.phone_e164), plain(clinic.email)))),
        "levels": [
            {
                "title": _level(level, words, number),
                "code": level,
                "flags": citations.together(list(_flags(level, words))),
                "do": list(_claim(f"symptom.answer.{level}-do", words, citations)),
            }
            for level in _LEVELS
        ],
    }


def _level(level: str, words: Words, number: str) -> str:
    _ = words.say
    if level == "emergency":
        return _("Call {number} now").format(number=number) if number else _("Call now")
    return _("See a doctor today") if level == "same-day" else _("Ask a clinician within days")


def _flags(level: str, words: Words) -> Iterator[CitedText]:
    """Every warning sign that the release puts at this level, in the language."""
    for claim_id, claim in words.knowledge.claims.items():
        if claim_id.startswith(_FLAGS) and claim_id.endswith("-action") and claim.value == level:
            sign = claim_id.removesuffix("-action")
            if sign not in words.knowledge.rejected:
                yield CitedText(words.say(words.knowledge.claims[sign].word), (sign,))


def _claim(claim_id: str, words: Words, citations: Citations) -> Iterator[Said]:
    """The words of a claim; none where the release lacks it or the clinic rejects it."""
    try:
        claim = words.knowledge.find(claim_id)
    except NotAccepted:
        return
    if claim is not None:
        yield citations.quote(claim.word, (claim_id,))


def _portal(url: str, words: Words) -> Said | None:
    if not url:
        return None
    _ = words.say
    return {
        "url": url,
        "svg": qr_svg(url),
        "alt": _("QR code of the address {url}").format(url=url),
        "said": _("Your page, with today's care and questions on symptoms:"),
    }


# --- days -------------------------------------------------------------------------------------


def _in_order(firsts: Sequence[First]) -> list[First]:
    return sorted(firsts, key=lambda first: (first.on is None, first.on or date.min))


def _first(first: First, words: Words, citations: Citations) -> Said:
    _ = words.say
    if first.at is not None:
        when = f"{words.short(first.at.date())}, {words.time(first.at)}"
    else:
        when = _("ask the clinic") if first.on is None else words.short(first.on)
    spread = ""
    if first.shortest is not None and first.longest is not None:
        low, high = first.shortest, first.longest
        if (low.value, low.unit) != (high.value, high.unit):
            spread = _("{low} to {high}").format(
                low=words.number(low.value), high=words.quantity(high)
            )
    if first.lengthened:
        spread = "; ".join(filter(None, (spread, _("longer, until the skin has closed"))))
    return {
        "label": capital(first.label),
        "when": citations.cite(when, first.claims),
        "spread": spread,
    }


def _days(moments: Sequence[Moment], words: Words, citations: Citations) -> Iterator[Said]:
    """Neighbouring days that say the same share a row."""
    _ = words.say
    for _key, group in groupby(moments, key=_alike):
        held = list(group)
        first, last = held[0], held[-1]
        name, days = capital(first.name), words.short(first.on)
        if first is not last:
            name = _("Days {first} to {last}").format(first=first.day, last=last.day)
            days = f"{days} – {words.short(last.on)}"
        yield {
            "name": name,
            "days": days,
            "expect": citations.together(first.expect),
            "do": citations.together(first.do),
            "dont": citations.together(first.dont),
        }


def _alike(moment: Moment) -> object:
    return moment.hours, moment.expect, moment.do, moment.dont
