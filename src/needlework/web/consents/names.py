"""Whether somebody signed with the name that the clinic knows."""

from __future__ import annotations

from needlework.web.clinics.models import searchable


def names_match(signed: str, known: str) -> bool:
    """The same person's name, with parts left out, without accents, in any case.

    >>> names_match("pat nunez", "Pat Núñez Ortega"), names_match("Pat", "Pat Núñez")
    (True, False)
    """
    typed, held = _parts(signed), _parts(known)
    enough = min(2, len(held))
    return len(typed & held) >= max(1, enough) and (typed <= held or held <= typed)


def _parts(name: str) -> frozenset[str]:
    spaced = "".join(c if c.isalnum() else " " for c in searchable(name))
    return frozenset(spaced.split())
