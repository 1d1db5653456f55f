"""What a signed plan means to the form: saving here makes it wait for a new signature."""

from __future__ import annotations

from needlework.evidence import Knowledge
from needlework.web.clinics.models import Client
from needlework.web.plans.models import SignedPlan
from needlework.web.plans.selectors import standing_of


def plan_that_would_wait(client: Client, knowledge: Knowledge) -> SignedPlan | None:
    """The client's plan in force: what is newly said of the client is newer than what it knew."""
    found = SignedPlan.objects.current().filter(client=client).order_by("-recorded_at")
    return next((plan for plan in found if standing_of(plan, knowledge).holds), None)
