"""The knowledge that a clinic works with, loaded once a process."""

from __future__ import annotations

from functools import lru_cache

from needlework.web.clinics.models import Clinic
from needlework.workflow import Known, known


def known_for(clinic: Clinic) -> Known:
    return _shipped()


@lru_cache(maxsize=1)
def _shipped() -> Known:
    return known()
