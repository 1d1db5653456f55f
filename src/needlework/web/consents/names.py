"""Whether somebody signed with the name that the clinic knows."""

from __future__ import annotations

from needlework.web.clinics.models import APOSTROPHES, searchable


def names_match(signed: str, known: str) -> bool:
    """The same person's name, with parts left out, without accents, in any case.

    >>> names_match("pat nunez", "Pat Núñez Ortega"), names_match("Pat", "Pat Núñez")
    (True, False)
    """
    return any(_match(_parts(signed, mark), _parts(known, mark)) for mark in ("", " "))


def _match(typed: frozenset[str], held: frozenset[str]) -> bool:
    enough = min(2, len(held))
    return len(typed & held) >= max(1, enough) and (typed <= held or held <= typed)


def _parts(name: str, apostrophe: str) -> frozenset[str]:
    """Some write O'Brien as one word, some as two."""
    told = searchable(name.translate(dict.fromkeys(map(ord, APOSTROPHES), apostrophe)))
    return frozenset("".join(c if c.isalnum() else " " for c in told).split())
