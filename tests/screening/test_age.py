"""Rule C3 without a date of birth, which a case file cannot take away from its base."""

from __future__ import annotations

from datetime import date

from needlework.evidence import Verdict, load_knowledge
from needlework.lexicon import Lexicon
from needlework.screening import assess
from needlework.screening.consultation import decode
from tests.consultations import base


def test_an_unknown_date_of_birth_is_asked_for() -> None:
    told = base()
    del told["client"]["birth_date"]
    assessment = assess(decode(told), load_knowledge(), Lexicon.load(), date(2026, 11, 20))
    found = [finding for finding in assessment.findings if finding.rule == "C3"]
    assert [(f.verdict, f.scope, f.asks) for f in found] == [
        (Verdict.ASK, "client", "client.birth_date")
    ]
    assert found[0].summary.endswith("?")
