"""Which claims a part of a plan rests on."""

from __future__ import annotations

import re
from typing import Final

import msgspec

_CLAIMS: Final = re.compile(rb'"claims":\[([^\]]+)\]')
"""A list of ids as it stands in JSON. Looking through the text is quicker than walking every
part, and as exact: within a string a quote would be escaped, and no id holds a bracket."""


def cited_claims(part: object) -> frozenset[str]:
    """Ids of all claims that a part of a plan names.

    >>> from needlework.evidence import Cited
    >>> sorted(cited_claims(Cited(1.5, "mm", ("zone.cheek.scar-max",))))
    ['zone.cheek.scar-max']
    """
    lists = set(_CLAIMS.findall(msgspec.json.encode(part)))
    return msgspec.json.decode(b"[" + b",".join(lists) + b"]", type=frozenset[str])
