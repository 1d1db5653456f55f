"""What pages about the weeks after a session share: days, waits and zones in the language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from needlework.cli.text.paper import Paper
from needlework.evidence import Cited, CitedText, Knowledge
from needlework.i18n import Translate, plural, say_date, say_number, say_time, translator
from needlework.planning import cited_claims
from needlework.planning.plan import INTENDED_USE
from needlework.screening.case import base


class Words:
    """Everything that a page says, in one language."""

    def __init__(self, knowledge: Knowledge, language: str) -> None:
        self.knowledge = knowledge
        self.language = language
        self.say: Translate = translator(language)

    def day(self, on: date) -> str:
        """A day with its weekday and year."""
        return say_date(on, self.language, width="weekday")

    def long(self, on: date) -> str:
        """A day in full, without its weekday."""
        return say_date(on, self.language)

    def short(self, on: date) -> str:
        """A day of this course; the year is known from the head."""
        return say_date(on, self.language, width="short")

    def moment(self, at: datetime) -> str:
        """A day of this course with its hour."""
        return f"{self.short(at.date())}, {self.time(at)}"

    def time(self, at: datetime) -> str:
        return say_time(at, self.language)

    def number(self, value: float) -> str:
        return say_number(value, self.language)

    def length(self, value: float, unit: str) -> str:
        """A length of time, spelt out."""
        # Literals in every branch, so that the catalogue finds them.
        match unit:
            case "h":
                return plural(self.language, "{n} hour", "{n} hours", value)
            case "d":
                return plural(self.language, "{n} day", "{n} days", value)
            case "wk":
                return plural(self.language, "{n} week", "{n} weeks", value)
            case _:
                return f"{self.number(value)} {unit}".removesuffix(" 1")

    def spread(self, low: Cited, high: Cited) -> str:
        """The range between sources; nothing where they agree."""
        if (low.value, low.unit) == (high.value, high.unit):
            return ""
        high_ = self.length(high.value, high.unit)
        _ = self.say
        return _("{low} to {high}").format(low=self.number(low.value), high=high_)

    def zones(self, zones: Sequence[str]) -> str:
        """Zones in a row; the two sides of one are named together."""
        return " · ".join(dict.fromkeys(self._zone(zone, zones) for zone in zones))

    def _zone(self, zone: str, zones: Sequence[str]) -> str:
        _ = self.say
        stem = base(zone)
        held = self.knowledge.release.zones[stem].name
        name = held.es if self.language == "es" else held.en
        side = zone[len(stem) + 1 :]
        if side and {f"{stem}-left", f"{stem}-right"}.issubset(zones):
            return _("{zone}, both sides").format(zone=name)
        if side:
            return (_("{zone}, left") if side == "left" else _("{zone}, right")).format(zone=name)
        return name


def head(paper: Paper, words: Words, title: str) -> None:
    """What this is, and from which knowledge."""
    _ = words.say
    release = words.knowledge.release
    digest = words.knowledge.overlay_digest
    overlay = " · " + _("overlay {digest}").format(digest=digest[:8]) if digest else ""
    said = _("Knowledge {release} ({digest})")
    paper.line((title, "bold"))
    paper.line((said.format(release=release.id, digest=release.digest[:8]) + overlay, "dim"))


def bullets(paper: Paper, texts: Iterable[CitedText], *, with_why: bool, by: int = 2) -> None:
    """One line each, with its claims if wanted."""
    for text in texts:
        paper.pairs([("–", text.text)], by=by)
        if with_why:
            paper.pairs([("", "← " + ", ".join(text.claims))], by=by)


def claims_below(
    paper: Paper, rows: Iterable[tuple[str, Sequence[str]]], *, with_why: bool
) -> None:
    """The claims of each row of a table, under it: beside it they would leave it no room."""
    if with_why:
        paper.gap()
        paper.pairs([("", f"{label} ← {', '.join(claims)}") for label, claims in rows])


def foot(paper: Paper, words: Words, result: object, *, with_why: bool) -> None:
    """The chains, how much of it nobody has approved yet, and what this is for."""
    from needlework.cli.text import why

    _ = words.say
    cited = cited_claims(result)
    if with_why:
        why.chains(paper, words.knowledge, cited, _)
    proposed = len(words.knowledge.proposed.intersection(cited))
    paper.gap()
    if proposed:
        said = _(
            "{n} of the {total} claims used are proposed, not yet approved by a clinician; "
            "--why shows each with its sources."
        )
        paper.line(said.format(n=proposed, total=len(cited)))
    paper.line((_(INTENDED_USE), "dim"))
