"""The rules, by id; `@rule` adds one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from needlework.screening.inquiry import Inquiry
from needlework.screening.model import Finding

Rule = Callable[[Inquiry], Iterator[Finding]]

RULES: Final[dict[str, Rule]] = {}

OFF_LABEL: Final = "D1"
DEEPER: Final = "D2"
COMPOUNDED: Final = "A1"
TWO_PRODUCTS: Final = "A2"
PLANNER_RULES: Final = (COMPOUNDED, TWO_PRODUCTS, DEEPER)
"""What the planner asks to be cleared, beside the rules of screening."""


def rule(rule_id: str) -> Callable[[Rule], Rule]:
    """Register a rule; its claims lie in `evidence/data/rule/`, under its id in lower case."""

    def register(function: Rule) -> Rule:
        if rule_id in RULES:
            raise ValueError(f"rule {rule_id} is registered twice")
        RULES[rule_id] = function
        return function

    return register
