"""Numbered sources: every number of a document leads to the list at its end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from needlework.documents.words import Said, Words
from needlework.evidence import CitedText


class Citations:
    """Sources in the order in which a document first needs them."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._numbers: dict[str, int] = {}
        self._claims: set[str] = set()

    def cite(self, text: str, claims: Iterable[str]) -> Said:
        """Words of the document's own, with the sources of the number in them."""
        return {"text": text, "foreign": False} | self._marks(claims)

    def quote(self, text: str, claims: Iterable[str]) -> Said:
        """A sentence of the engine or of a claim, with its sources."""
        return self._words.said(text) | self._marks(claims)

    def spoken(self, text: str, claims: Iterable[str]) -> Said:
        """Words that are in the language already, but where the catalogue had none for a claim."""
        cited = tuple(claims)
        held = self._words.knowledge.claims
        english = any(held[claim_id].value == text for claim_id in cited)
        foreign = english and self._words.language != "en"
        return {"text": text, "foreign": foreign} | self._marks(cited)

    def together(self, texts: Sequence[CitedText]) -> list[Said]:
        """Sentences that stand in one place; the sources of all follow the last."""
        said = [self.spoken(text.text, text.claims) for text in texts]
        bare: list[Said] = [{"text": one["text"], "foreign": one["foreign"]} for one in said]
        if bare:
            bare[-1] |= self._marks(claim for text in texts for claim in text.claims)
        return bare

    def _marks(self, claims: Iterable[str]) -> Said:
        cited = tuple(claims)
        self._claims.update(cited)
        knowledge = self._words.knowledge
        for claim_id in cited:
            for reference in knowledge.claims[claim_id].supports:
                self._numbers.setdefault(reference.source, len(self._numbers) + 1)
        numbers = {
            self._numbers[reference.source]
            for claim_id in cited
            for reference in knowledge.claims[claim_id].supports
        }
        return {
            "sources": ", ".join(_ranges(sorted(numbers))),
            "proposed": not knowledge.proposed.isdisjoint(cited),
        }

    def sources(self) -> list[dict[str, object]]:
        """The list for the end of the document."""
        held = self._words.knowledge.release.sources
        return [
            {
                "title": held[source].title,
                "year": "" if held[source].year is None else str(held[source].year),
                "ref": held[source].ref,
            }
            for source in self._numbers
        ]

    def standing(self) -> str:
        """How much of what the document rests on nobody has approved yet."""
        proposed = len(self._words.knowledge.proposed.intersection(self._claims))
        if not proposed:
            return ""
        _ = self._words.say
        said = _("{n} of the {total} claims used are proposed, not yet approved by a clinician.")
        return said.format(n=proposed, total=len(self._claims))


def _ranges(numbers: Iterable[int]) -> Iterator[str]:
    """Neighbours as a range.

    >>> list(_ranges([1, 2, 3, 7, 9, 10]))
    ['1–3', '7', '9, 10']
    """
    for _, group in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]):
        run = [number for _, number in group]
        if len(run) > 2:
            yield f"{run[0]}–{run[-1]}"
        else:
            yield ", ".join(map(str, run))
