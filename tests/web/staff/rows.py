"""Somebody who was just added and trained, for walks over addresses."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from needlework.web.accounts.models import User
from needlework.web.clinics.models import Membership
from needlework.web.clinics.services import add_member, add_training


def rows_of(author: Membership, now: datetime) -> dict[str, Any]:
    """Ids by the names that addresses give them."""
    user = User.objects.create_user(f"new-{uuid4().hex}@{author.clinic.slug}.example", name="Newt")
    made = add_member(
        clinic=author.clinic, user=user, roles=["assistant"], author=author.user, now=now
    )
    training = add_training(
        membership=made,
        device="skinpen-precision",
        trained_on=(now - timedelta(days=30)).date(),
        author=author.user,
        now=now,
    )
    return {"member": made.pk, "training": training.pk}
