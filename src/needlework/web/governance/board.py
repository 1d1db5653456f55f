"""Every claim of the release as it stands in a clinic, by topic, and what somebody looks for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final, Literal, cast, get_args

from django.http import QueryDict
from msgspec import Struct

from needlework.evidence import Claim
from needlework.evidence.decided import Standing, asks, standing
from needlework.evidence.model import Value
from needlework.web.clinics.models import Clinic, searchable
from needlework.web.governance.naming import TOPICS, entry_name
from needlework.web.governance.selectors import Held, held_by, mark
from needlework.web.knowledge import shipped, shipped_digests

PAGE: Final = 40
LONGEST_SEARCH: Final = 100

Show = Literal["asking", "changed", "approved", "tightened", "rejected", "sourced", "all"]


class Row(Struct, frozen=True, kw_only=True):
    """A claim in a list: as the release has it, where it stands, and what was seen of it."""

    id: str
    claim: Claim
    standing: Standing
    asks: bool
    is_used: bool
    mark: str
    own: Value | None = None
    """The clinic's value, where it tightened the release's."""

    @property
    def topic(self) -> str:
        return self.id.partition(".")[0]

    @property
    def entry(self) -> str:
        """The one thing that it is about: `zone.cheek`."""
        return self.id.rpartition(".")[0]


class Counts(Struct, frozen=True, kw_only=True):
    """How the claims of a topic stand."""

    topic: str
    claims: int
    proposed: int
    asking: int
    approved: int
    tightened: int
    rejected: int
    changed: int


class Filter(Struct, frozen=True, kw_only=True):
    """What somebody looks for; an empty part leaves everything in."""

    topic: str = ""
    entry: str = ""
    show: Show = "asking"
    used: bool = True
    search: str = ""

    def query(self, **other: str | int) -> str:
        """As an address has it."""
        made = QueryDict(mutable=True)
        parts = {
            "topic": self.topic,
            "entry": self.entry,
            "show": self.show,
            "used": "1" if self.used else "0",
            "q": self.search,
        }
        made.update({name: str(value) for name, value in {**parts, **other}.items() if value})
        return made.urlencode()


def filter_from(given: Mapping[str, str], *, used: bool) -> Filter:
    """From an address; whatever it says that is none of ours is left out."""
    topic, show = given.get("topic", ""), given.get("show", "")
    return Filter(
        topic=topic if topic in TOPICS else "",
        entry=given.get("entry", "")[:120],
        show=cast("Show", show) if show in get_args(Show) else "asking",
        used=given.get("used", "1" if used else "0") != "0",
        search=" ".join(given.get("q", "")[:LONGEST_SEARCH].replace("\x00", "").split()),
    )


def rows(held: Held, used: frozenset[str]) -> list[Row]:
    """All claims of the release, by topic and then by what they are about."""
    return [_row(held, claim_id, is_used=claim_id in used) for claim_id in _ordered()]


def row(clinic: Clinic, claim_id: str) -> Row | None:
    """One claim as it stands in a clinic; none where the release lacks it."""
    if claim_id not in shipped().knowledge.release.claims:
        return None
    return _row(held_by(clinic.pk, subject=claim_id), claim_id, is_used=False)


def _row(held: Held, claim_id: str, *, is_used: bool) -> Row:
    claim, digest = shipped().knowledge.release.claims[claim_id], shipped_digests()[claim_id]
    decided = held.decided.get(claim_id)
    stand = standing(claim, digest, decided)
    return Row(
        id=claim_id,
        claim=claim,
        standing=stand,
        asks=asks(claim, stand),
        is_used=is_used,
        mark=mark(digest, held.last.get(claim_id)),
        own=decided.value if decided is not None and stand.state == "tightened" else None,
    )


def counted(found: Iterable[Row]) -> list[Counts]:
    """By topic, in the order in which a director reads them."""
    by_topic: dict[str, list[Row]] = {topic: [] for topic in TOPICS}
    for one in found:
        by_topic.setdefault(one.topic, []).append(one)
    return [_counts(topic, held) for topic, held in by_topic.items() if held]


def matching(found: Sequence[Row], wanted: Filter, language: str) -> list[Row]:
    """Those that fit; every word of a search must occur in what the claim says or is called."""
    words = searchable(wanted.search).split()
    return [
        one
        for one in found
        if (not wanted.topic or one.topic == wanted.topic)
        and (not wanted.entry or one.entry == wanted.entry)
        and (not wanted.used or one.is_used)
        and _is_shown(one, wanted.show)
        and (not words or _holds(one, words, language))
    ]


def entries(found: Iterable[Row], topic: str, language: str) -> list[tuple[str, str]]:
    """What the claims of a topic are about, to choose from."""
    stems = dict.fromkeys(one.entry for one in found if one.topic == topic)
    return sorted(((stem, entry_name(stem, language).text) for stem in stems), key=lambda e: e[1])


def _counts(topic: str, held: Sequence[Row]) -> Counts:
    states = [one.standing.state for one in held]
    return Counts(
        topic=topic,
        claims=len(held),
        proposed=states.count("proposed"),
        asking=sum(one.asks for one in held),
        approved=states.count("approved"),
        tightened=states.count("tightened"),
        rejected=states.count("rejected"),
        changed=sum(one.standing.is_changed for one in held),
    )


def _is_shown(one: Row, show: Show) -> bool:
    if show == "asking":
        return one.asks
    if show == "changed":
        return one.standing.is_changed
    return show in {"all", one.standing.state}


def _holds(one: Row, words: Sequence[str], language: str) -> bool:
    text = searchable(" ".join(_said(one, language)))
    return all(word in text for word in words)


def _said(one: Row, language: str) -> Iterator[str]:
    yield one.id
    yield one.id.replace("-", " ").replace(".", " ")
    yield one.claim.statement
    yield str(one.claim.value)
    yield entry_name(one.entry, language).text


@lru_cache(maxsize=1)
def _ordered() -> tuple[str, ...]:
    return tuple(sorted(shipped().knowledge.release.claims, key=_place))


def _place(claim_id: str) -> tuple[str, list[tuple[int, str]], str]:
    """Rules by their numbers: C2 stands before C10."""
    topic, stem, key = claim_id.split(".", 2)
    digits = "".join(c for c in stem if c.isdigit())
    return topic, [(int(digits), stem) if digits and len(stem) < 4 else (0, stem)], key
