"""`python -m needlework.web release_note`: keep the release at hand, to compare later ones."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from needlework.web.governance.releases import note_release
from needlework.web.knowledge import shipped


class Command(BaseCommand):
    help = "Note that this installation works with the release at hand; `migrate` does so too."

    def handle(self, *args: Any, **options: Any) -> None:
        is_new = note_release(now=timezone.now())
        name = shipped().knowledge.release.id
        self.stdout.write(f"Noted {name}." if is_new else f"{name} is noted already.")
