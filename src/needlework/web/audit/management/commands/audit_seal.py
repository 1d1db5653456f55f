"""`python -m needlework.web audit_seal`: chain the rows written since the last seal."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from needlework.web.audit.models import AuditSeal
from needlework.web.audit.seal import seal_rows


class Command(BaseCommand):
    help = (
        "Seal the audit's rows, and print the last seal as NUMBER:DIGEST. Note it outside of this "
        "machine: `audit_verify --expect` then finds a chain whose end was cut off."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        sealed = seal_rows(timezone.now())
        last = AuditSeal.objects.order_by("-number").first()
        head = f"{last.number}:{last.digest}" if last else "0:"
        self.stdout.write(f"{sealed} rows sealed; last seal {head}")
