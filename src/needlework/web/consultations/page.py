"""What a plan's page shows: the same whether it is read, or drawn to be signed."""

from __future__ import annotations

from functools import partial
from typing import Any

from needlework.web.citing import Citations
from needlework.web.consultations.assessing import cards_at, knowledge_then, shown
from needlework.web.consultations.planned import counts, notes, places, regions
from needlework.web.consultations.saying import TONE, sayer
from needlework.web.consultations.selectors import Judged
from needlework.workflow import Known


def plan_context(judged: Judged, known: Known, language: str) -> dict[str, Any]:
    """What a version comes to, ready to be drawn."""
    plan, knowledge = judged.plan, known.knowledge
    where = regions(plan, knowledge)
    say = sayer(knowledge, language)
    return {
        "version": judged.version,
        "say": say,
        "then": knowledge_then(judged.version, plan),
        "said": judged.said,
        "plan": plan,
        "counts": counts(plan),
        "assessed": shown(plan.assessment, knowledge, language),
        "has_face": bool(where - {"body"}),
        "has_body": "body" in where,
        "states": {zone.zone: zone.status for zone in plan.zones},
        "citations": Citations(knowledge, say),
        "tone": TONE,
        "places": places(plan),
        "notes": notes(plan, say),
        "has_protocols": any(zone.protocols for zone in plan.zones),
        "ways": list(dict.fromkeys(plan.alternatives)),
        "reasons_at": partial(cards_at, plan.assessment, knowledge, language),
    }
