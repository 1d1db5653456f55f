"""One step, the most pressing one; and never `ready` while anything is unknown or in the way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from needlework.evidence import Verdict
from needlework.web.days.next_step import Situation, Step, next_step
from needlework.web.days.saying import _PAGES, _WORDS

TODAY: Final = date(2026, 11, 23)
READY: Final = Situation(
    reports_unseen=0,
    written="staff",
    verdict=Verdict.INFO,
    questions=0,
    clearances="none",
    plannable=True,
    plan="stands",
    consent="holds",
    session_on=TODAY,
    sessions_left=2,
)


@dataclass
class Case:
    changed: dict[str, Any]
    kind: str
    on: date | None = None


SOON: Final = TODAY + timedelta(days=9)
CASES: Final = [
    Case({}, "ready"),
    Case({"verdict": Verdict.LIMIT}, "ready"),
    Case({"clearances": "refused"}, "ready"),
    Case({"session_on": TODAY - timedelta(days=30)}, "ready"),
    Case({"reports_unseen": 1}, "see-report"),
    Case({"reports_unseen": 1, "verdict": Verdict.STOP}, "see-report"),
    Case({"written": "nothing"}, "consult"),
    Case({"written": "error"}, "correct"),
    Case({"written": "client"}, "confirm"),
    Case({"written": "client", "verdict": Verdict.STOP}, "confirm"),
    Case({"verdict": Verdict.STOP}, "refused"),
    Case({"verdict": Verdict.DEFER, "until": SOON}, "deferred", SOON),
    Case({"verdict": Verdict.DEFER}, "deferred"),
    Case({"verdict": Verdict.DEFER, "questions": 3}, "deferred"),
    Case({"questions": 3}, "answer"),
    Case({"questions": 3, "clearances": "to-ask"}, "answer"),
    Case({"clearances": "to-ask"}, "ask-clearance"),
    Case({"clearances": "asked", "plan": "none"}, "await-clearance"),
    Case({"plan": "none"}, "sign-plan"),
    Case({"plan": "none", "plannable": False}, "refused"),
    Case({"plan": "waits"}, "plan-again"),
    Case({"plan": "waits", "consent": "none"}, "plan-again"),
    Case({"session_on": SOON}, "wait-for-day", SOON),
    Case({"session_on": SOON, "consent": "none"}, "offer-consent"),
    Case({"session_on": SOON, "consent": "withdrawn"}, "withdrawn"),
    Case({"session_on": None, "sessions_left": 0, "review_on": SOON}, "finished", SOON),
    Case({"session_on": None, "sessions_left": 0}, "finished"),
    Case({"session_on": None, "sessions_left": 0, "questions": 9}, "finished"),
    Case({"session_on": None, "sessions_left": 0, "written": "client"}, "confirm"),
    Case({"consent": "none"}, "offer-consent"),
    Case({"consent": "thinking"}, "think"),
    Case({"consent": "thinking", "think_until": SOON}, "think", SOON),
    Case({"consent": "unsigned"}, "sign-consent"),
    Case({"consent": "withdrawn"}, "withdrawn"),
    # What is not known is not ready; somebody has to look.
    Case({"reports_unseen": None}, "look"),
    Case({"written": ""}, "look"),
    Case({"verdict": None}, "look"),
    Case({"verdict": Verdict.CLEAR}, "look"),
    Case({"verdict": Verdict.ASK}, "look"),
    Case({"questions": None}, "look"),
    Case({"clearances": ""}, "look"),
    Case({"plannable": None}, "look"),
    Case({"plannable": False}, "look"),
    Case({"plan": ""}, "look"),
    Case({"plan": "none", "plannable": None}, "look"),
    Case({"consent": ""}, "look"),
    Case({"session_on": None}, "look"),
    Case({"sessions_left": None}, "look"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.changed} → {case.kind}")
def test_step(case: Case) -> None:
    now = structs.replace(READY, **case.changed)
    assert next_step(now, TODAY) == Step(kind=case.kind, on=case.on)  # type: ignore[arg-type]


UNKNOWN: Final = structs.asdict(Situation())
SITUATIONS: Final = st.builds(
    Situation,
    reports_unseen=st.sampled_from([None, 0, 1, 4]),
    written=st.sampled_from(["", "nothing", "error", "client", "staff"]),
    verdict=st.sampled_from([None, *Verdict]),
    until=st.sampled_from([None, SOON]),
    questions=st.sampled_from([None, 0, 2]),
    clearances=st.sampled_from(["", "none", "to-ask", "asked", "refused"]),
    plannable=st.sampled_from([None, False, True]),
    plan=st.sampled_from(["", "none", "waits", "stands"]),
    consent=st.sampled_from(["", "none", "thinking", "unsigned", "withdrawn", "holds"]),
    session_on=st.sampled_from([None, TODAY, SOON, TODAY - timedelta(days=1)]),
    sessions_left=st.sampled_from([None, 0, 1, 3]),
    review_on=st.sampled_from([None, SOON]),
)
PARTS: Final = [name for name in UNKNOWN if name not in ("until", "review_on", "think_until")]


@given(SITUATIONS, st.sampled_from(PARTS))
def test_forgetting_a_part_never_makes_ready(now: Situation, part: str) -> None:
    forgotten = structs.replace(now, **{part: UNKNOWN[part]})
    assert next_step(forgotten, TODAY).kind != "ready"


@given(SITUATIONS)
def test_ready_means_that_each_part_says_so(now: Situation) -> None:
    if next_step(now, TODAY).kind == "ready":
        assert now.written == "staff"
        assert now.plan == "stands"
        assert now.consent == "holds"
        assert now.reports_unseen == 0
        assert now.questions == 0
        assert now.verdict in (Verdict.INFO, Verdict.LIMIT)
        assert now.session_on is not None
        assert now.session_on <= TODAY


@given(SITUATIONS)
def test_an_unseen_report_comes_before_everything(now: Situation) -> None:
    assert next_step(structs.replace(now, reports_unseen=1), TODAY).kind == "see-report"


@given(SITUATIONS)
def test_each_step_has_words_and_a_page(now: Situation) -> None:
    kind = next_step(now, TODAY).kind
    assert kind in _WORDS
    assert kind in _PAGES or kind == "look"
