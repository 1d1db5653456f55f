"""The frozen models, scored once for all tests of a process."""

from __future__ import annotations

from functools import cache

from needlework.evidence import load_knowledge
from needlework.response.verification import Verification, verify


@cache
def verified() -> Verification:
    return verify(load_knowledge())
