"""Jurisdictions and the ones above them: what holds in a country holds in its parts."""

from __future__ import annotations


def places(jurisdiction: str) -> tuple[str, ...]:
    """A jurisdiction and the country it is part of, the nearer first.

    >>> places("us-az"), places("ca")
    (('us-az', 'us'), ('ca',))
    """
    return tuple(dict.fromkeys((jurisdiction, jurisdiction.split("-", maxsplit=1)[0])))


def lies_in(jurisdiction: str, place: str) -> bool:
    """True for the place itself and for its parts.

    >>> lies_in("us-az", "us"), lies_in("us", "us-az"), lies_in("usx", "us")
    (True, False, False)
    """
    return jurisdiction == place or jurisdiction.startswith(f"{place}-")
