"""Consultations that tests start from."""

from __future__ import annotations

import copy
import tomllib
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from needlework.evidence import Knowledge, load_knowledge
from needlework.lexicon import Lexicon
from needlework.planning import Plan, plan
from needlework.screening import Case, assess_case
from needlework.screening.consultation import decode
from needlework.screening.reading import validate


@cache
def _base() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "cases" / "base.toml").read_text())


def base() -> dict[str, Any]:
    """Every question answered, nothing against treatment."""
    return copy.deepcopy(_base())


def merged(into: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    """`into` with `patch` laid over it, table by table."""
    for key, value in patch.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            merged(into[key], value)
        else:
            into[key] = value
    return into


KNOWLEDGE = load_knowledge()
ON = date(2026, 11, 20)


def planned(*patches: dict[str, Any], knowledge: Knowledge = KNOWLEDGE, on: date = ON) -> Plan:
    """The plan for the base consultation with each patch laid over it."""
    data = base()
    for patch in patches:
        merged(data, copy.deepcopy(patch))
    consultation = decode(data)
    validate(consultation, knowledge, on)
    case = Case(consultation, knowledge, Lexicon.load(), on)
    return plan(case, assess_case(case))
