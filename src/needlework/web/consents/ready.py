"""What a client's page says of consents: what a session waits for, and what is agreed to."""

from __future__ import annotations

from typing import Any

from needlework.web.clinics.models import Client
from needlework.web.consents import selectors
from needlework.web.consents.saying import OBSTACLE_WORDS, USE_WORDS
from needlework.web.days.listed import step_of
from needlework.web.knowledge import known_for
from needlework.web.request import Request


def card(request: Request, client: Client) -> dict[str, Any]:
    knowledge = known_for(request.clinic).knowledge
    return {
        "readiness": selectors.readiness(client, knowledge),
        "step": step_of(request, client),
        "uses": list(
            dict.fromkeys(selectors.standing_consents(client).values_list("use", flat=True))
        ),
        "obstacle_words": OBSTACLE_WORDS,
        "use_words": USE_WORDS,
    }
