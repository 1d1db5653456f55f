"""A clinic whose director has approved what is proposed, and a plan that was signed there."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from needlework.evidence import Verdict
from needlework.web.clearances.services import override_finding
from needlework.web.clinics.clock import today_in
from needlework.web.clinics.models import Client, Membership
from needlework.web.consultations.models import ConsultationVersion
from needlework.web.consultations.selectors import judged
from needlework.web.consultations.services import record_consultation
from needlework.web.governance.selectors import mark
from needlework.web.governance.services import BATCH_AT_MOST, Item, decide
from needlework.web.knowledge import known_for, shipped, shipped_digests
from needlework.web.plans.models import SignedPlan
from tests.web import people

EXAMPLES = Path(__file__).parents[3] / "examples"


def approve_all(director: Membership, but: tuple[str, ...] = ()) -> None:
    """As a director does who has read everything that is proposed, but claims that begin so."""
    proposed = sorted(one for one in shipped().knowledge.proposed if not one.startswith(but))
    for names in _batches(proposed):
        items = [
            Item(claim=name, choice="approve", seen=mark(shipped_digests()[name], None))
            for name in names
        ]
        decide(clinic=director.clinic, author=director, items=items, now=timezone.now())


def _batches(names: Sequence[str]) -> Iterator[Sequence[str]]:
    for first in range(0, len(names), BATCH_AT_MOST):
        yield names[first : first + BATCH_AT_MOST]


def consulted(
    client: Client, author: Membership, example: str = "01-fine-lines-nurse", **changes: Any
) -> ConsultationVersion:
    """The example as if it had been taken today."""
    now = timezone.now()
    data = tomllib.loads((EXAMPLES / f"{example}.toml").read_text())
    data["date"] = today_in(client.clinic, now)
    data["clearances"] = []
    return record_consultation(
        client=client,
        author=author.user,
        data={**data, **changes},
        known=known_for(client.clinic),
        now=now,
    )


def settle(version: ConsultationVersion, clinician: Membership) -> None:
    """Clear what a clinician may clear, as far as it needs clearing."""
    known = known_for(version.clinic)
    today = today_in(version.clinic, timezone.now())
    plan = judged(version, known, on=today).plan
    for finding in plan.assessment.findings:
        if finding.verdict is Verdict.CLEAR and finding.override and not finding.cleared:
            override_finding(
                version=version,
                finding=finding,
                member=clinician,
                knowledge=known.knowledge,
                reason="examined",
                words="Examined; the client knows that it is off label.",
                reach="course",
                valid_until=today + timedelta(days=200),
                now=timezone.now(),
            )


def sign_address(version: ConsultationVersion) -> str:
    here = {
        "clinic": version.clinic.slug,
        "client": version.client_id,
        "consultation": version.consultation_id,
    }
    return reverse("plans:sign", kwargs=here)


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, f"the page has no field {name}"
    return found[1]


def form_of(page: str, **changes: str) -> dict[str, str]:
    """What the page's form would send, filled in."""
    return {
        "digest": hidden(page, "digest"),
        "number": hidden(page, "number"),
        "agreed": "on",
        "password": people.PASSWORD,
        **changes,
    }


def signed(version: ConsultationVersion, browser: Browser) -> SignedPlan:
    """Read and signed, as the signer does it."""
    address = sign_address(version)
    page = browser.get(address).content.decode()
    answer = browser.post(address, form_of(page))
    assert answer.status_code == 302, answer.content.decode()[:2000]
    return SignedPlan.objects.filter(consultation=version.consultation).latest("number")
