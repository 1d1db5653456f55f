"""A client who was treated, and their browser after the second factor."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

from django.core.cache import cache
from django.test import Client as Browser
from django.utils import timezone

from needlework.web.clinics.models import Client, Membership
from needlework.web.portal import links
from needlework.web.treatments.held import Held, ZoneHeld
from needlework.web.treatments.models import TreatmentSession
from needlework.web.treatments.services import record_treatment
from tests.web import people

HELD = Held(zones=(ZoneHeld(zone="cheek-left", depth_mm=1.0),), phototype="IV")


def treat(client: Client, by: Membership, days_ago: float = 3) -> TreatmentSession:
    now = timezone.now()
    return record_treatment(
        client=client,
        author=by.user,
        performed_by=by,
        ended_at=now - timedelta(days=days_ago),
        held=HELD,
        now=now,
    )


def enter(client: Client) -> Browser:
    """A browser that came in by a new link."""
    cache.clear()
    _, token = links.make_link(client=client, by=None, now=timezone.now())
    browser = people.browser()
    birth_date = client.birth_date
    assert birth_date is not None
    answer = browser.post(links.address(token), {"birth_date": birth_date.isoformat()})
    assert answer.status_code == 302
    return browser


def words_of(page: str) -> str:
    """What a reader sees of a page, in one line."""
    main = page[page.index("<main") : page.index("</main>")]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())
