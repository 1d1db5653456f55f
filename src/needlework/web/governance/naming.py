"""Plain names: of topics, of what a claim is about, and of what it says, in a page's language."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

from msgspec import Struct

from needlework.evidence import Claim, Role, Verdict
from needlework.evidence.changes import claims_from
from needlework.evidence.model import Release, Value
from needlework.i18n import translator
from needlework.web.consultations.saying import Sayer, sayer
from needlework.web.knowledge import shipped


def _(words: str) -> str:
    """Marks words for the catalogue; they are translated where they are shown."""
    return words


TOPICS: Final[Mapping[str, str]] = {
    "rule": _("What stands against treatment"),
    "zone": _("Zones and their depths"),
    "concern": _("What clients want better"),
    "course": _("How a course is run"),
    "device": _("Devices"),
    "anaesthetic": _("Numbing creams"),
    "antiseptic": _("Antiseptics"),
    "jurisdiction": _("The law of each place"),
    "harm": _("Harms and warning signs"),
    "symptom": _("What a client may report"),
    "aftercare": _("After a session"),
    "consent": _("Consents and records"),
    "home": _("Needling at home"),
    "scale": _("Scales"),
    "response": _("Models of what skin does"),
}
"""By the first part of a claim's id, in the order in which a director reads them."""

_HELD: Final[Mapping[str, str]] = {
    "zone": "zones",
    "concern": "concerns",
    "device": "devices",
    "jurisdiction": "jurisdictions",
    "anaesthetic": "anaesthetics",
    "antiseptic": "antiseptics",
    "scale": "scales",
    "symptom": "symptoms",
}
_LINKS: Final = (
    (re.compile(r"doi (10\.\S+)"), "https://doi.org/{}"),
    (re.compile(r"(PMC\d+)"), "https://pmc.ncbi.nlm.nih.gov/articles/{}/"),
    (re.compile(r"PMID (\d+)"), "https://pubmed.ncbi.nlm.nih.gov/{}/"),
    (re.compile(r"(NCT\d{8})"), "https://clinicaltrials.gov/study/{}"),
    (re.compile(r"((?:[a-z0-9-]+\.)+[a-z]{2,}(?:/[\w./%-]*)?)"), "https://{}"),
)
"""What a source's reference may begin with, and where it then is."""


class Said(Struct, frozen=True):
    """Words, and their language where it is not the page's."""

    text: str
    lang: str = ""


def topic_name(topic: str, language: str) -> str:
    return translator(language)(TOPICS.get(topic, topic.capitalize()))


@lru_cache(maxsize=1024)
def entry_name(entry: str, language: str) -> Said:
    """What `zone.cheek` is called."""
    release = shipped().knowledge.release
    kind, _dot, stem = entry.partition(".")
    held = _held(release, kind).get(entry if kind not in _HELD else stem)
    name = getattr(held, "name", None)
    if name is not None:
        return Said(name.es if language == "es" else name.en)
    english = getattr(held, "title", "") or stem.replace("-", " ").capitalize()
    return said(english, language)


def said(english: str, language: str) -> Said:
    """A sentence of the release; one without a translation is marked English."""
    spoken = translator(language)(english)
    return Said(spoken, "en" if language != "en" and spoken == english else "")


def value_said(claim: Claim, value: Value, language: str) -> Said:
    """A value with its unit, or what its word means."""
    say = sayer(shipped().knowledge, language)
    if isinstance(value, bool):
        return Said(say.say("yes") if value else say.say("no"))
    if isinstance(value, int | float):
        return Said(say.length(value, claim.unit))
    if isinstance(value, list):
        return _listed(value, say)
    if claim.quantity == "verdict" and value in set(Verdict):
        return Said(say.verdict(Verdict(value)))
    if claim.quantity == "role" and value in set(Role):
        return Said(_role(Role(value), say))
    return said(value, language)


def claim_read(stored: object) -> Claim | None:
    """A claim as it was kept with a decision."""
    return claims_from({"": stored}).get("")


def words(language: str) -> Sayer:
    """How certainty, basis and standing are said."""
    return sayer(shipped().knowledge, language)


def range_said(claim: Claim, language: str) -> str:
    if claim.range is None:
        return ""
    say = sayer(shipped().knowledge, language)
    low, high = claim.range
    return f"{say.number(low)}–{say.length(high, claim.unit)}"


def link_of(ref: str) -> str:
    """Where a reference is found, if it says so.

    >>> link_of("doi 10.1093/asj/sjv079"), link_of("Dermatol Surg 2016")
    ('https://doi.org/10.1093/asj/sjv079', '')
    """
    for pattern, address in _LINKS:
        if found := pattern.match(ref):
            return address.format(found[1].rstrip(".,;"))
    return ""


def _held(release: Release, kind: str) -> Mapping[str, object]:
    found: Mapping[str, object] = getattr(release, _HELD.get(kind, "topics"))
    return found


def _listed(value: Sequence[str], say: Sayer) -> Said:
    if not value:
        return Said(say.say("none"))
    return Said(", ".join(say.term(each) for each in value), "en" if say.language != "en" else "")


def _role(role: Role, say: Sayer) -> str:
    return say.say("nobody is asked") if role is Role.NONE else say.who(role)
