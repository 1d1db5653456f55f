"""`python -m needlework.web demo`: invented data to look around in."""

from __future__ import annotations

from typing import Any

import msgspec
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from needlework.web.clinics.models import Clinic


class Command(BaseCommand):
    help = "Fill an empty installation with invented clinics, and print how to sign in."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the log-ins as JSON")
        parser.add_argument(
            "--year",
            action="store_true",
            help="add forty clients of the past year to the demo that is there",
        )

    def handle(self, *args: Any, json: bool = False, year: bool = False, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError(
                "Demo data are for a demo: set NEEDLEWORK_DEMO=1, with a data folder of its own."
            )
        from needlework.web.demo.build import build
        from needlework.web.demo.year import build_year

        if Clinic.objects.filter(is_demo=False).exists():
            raise CommandError(
                "This database holds a real clinic, and a demo would mix with it. "
                "Name another folder with --data, and leave NEEDLEWORK_DATABASE empty."
            )
        if year:
            self.stdout.write(f"{build_year(timezone.now())} clients added")
            return
        made = build(timezone.now())
        if json:
            self.stdout.write(msgspec.json.encode(made).decode())
            return
        for email, roles in made.staff:
            self.stdout.write(f"{email}  {made.password}  ({roles})")
        link = made.client_link
        self.stdout.write(f"client: {link.path}  birth date {link.birth_date}")
