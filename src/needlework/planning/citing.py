"""Which claims a part of a plan rests on."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

import msgspec

_CLAIMS: Final = re.compile(rb'"claims":\[([^\]]*)\]')
"""A list of ids as it stands in JSON. Looking through the text is quicker than walking every
part, and as exact: within a string a quote would be escaped, and no id holds a bracket."""


def cited_claims(part: object) -> frozenset[str]:
    """Ids of all claims that a part of a plan names.

    >>> from needlework.evidence import Cited
    >>> sorted(cited_claims(Cited(1.5, "mm", ("zone.cheek.scar-max",))))
    ['zone.cheek.scar-max']
    """
    lists = set(_CLAIMS.findall(msgspec.json.encode(part)))
    return frozenset[str]().union(*map(_ids, lists))


@lru_cache(maxsize=4096)
def _ids(listed: bytes) -> tuple[str, ...]:
    return tuple(msgspec.json.decode(b"[" + listed + b"]", type=list[str]))
