"""A request as our views see it: who asks, for which clinic, and what the audit notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails

    from needlework.web.accounts.models import User
    from needlework.web.audit.middleware import Notes
    from needlework.web.clinics.models import Clinic, Membership
    from needlework.web.portal.models import PortalLink


class Request(HttpRequest):
    """What the middlewares have put on a request by the time that a view sees it."""

    user: User
    htmx: HtmxDetails
    language: str
    audit: Notes
    idle_s: int
    """Set by the guard for who has signed in: after how long the screen is locked."""
    clinic: Clinic
    """Set by the policies `member` and `portal`."""
    membership: Membership
    roles: frozenset[str]
    portal: PortalLink
