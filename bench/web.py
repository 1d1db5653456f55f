"""The web app's pages, timed in a process of its own: `python bench/web.py [--quick]`.

Run once for each engine: SQLite as it is, PostgreSQL under `scripts/postgres.py`.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
import tomllib
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.test import Client as Browser

ROOT = Path(__file__).resolve().parent.parent
os.environ["DJANGO_SETTINGS_MODULE"] = "needlework.web.settings"
FAMILY = ("Núñez", "Ashdown", "Ferreira", "Lindqvist", "Haddad", "Okoro", "Marsh", "Vance")
GIVEN = ("Nora", "Tom", "Inés", "Zoë", "Amir", "Ada", "Sam", "Priya", "Léo", "Mina")


def main() -> None:
    """Fill a database, and time pages in this process."""
    few, many = (10_000, 100_000) if "--quick" in sys.argv else (10_000, 1_000_000)
    with tempfile.TemporaryDirectory(prefix="needlework-bench-web-") as folder:
        os.environ["NEEDLEWORK_DATA"] = folder
        import django

        django.setup()
        prepare()
        browser, paths = visitor()
        fill(0, few)
        result: dict[str, Any] = {"engine": engine(), "few": few, "many": many}
        result["empty_ms"] = median(browser, paths["empty"])
        result["plan_ms"] = median(browser, paths["plan"])
        result["list_p95_ms"] = p95(browser, paths["list"])
        result["few_pages_p95_ms"] = pages(browser, paths)
        fill(few, many)
        analyse()
        result["many_pages_p95_ms"] = pages(browser, paths)
        result["long_list_p95_ms"] = result["many_pages_p95_ms"]["list"]
        result["audit_rows"] = audit_rows()
        sys.stdout.write(json.dumps(result) + "\n")


def engine() -> str:
    from django.db import connection

    return str(connection.vendor)


def prepare() -> None:
    from django.core.management import call_command

    call_command("migrate", "--no-input", verbosity=0)
    call_command("createcachetable")
    call_command("collectstatic", "--no-input", verbosity=0)


def visitor() -> tuple[Browser, dict[str, str]]:
    """A practitioner who is signed in, and the pages to time."""
    from django.test import Client as Browser

    from needlework.web.accounts.models import User
    from needlework.web.clinics.models import Client, Clinic, Membership, MembershipRole
    from needlework.web.consultations.services import record_consultation
    from needlework.web.knowledge import known_for

    clinic = Clinic.objects.create(slug="bench", name="Bench", jurisdiction="us")
    user = User.objects.create_user("bench@bench.example", "a-long-enough-password")
    member = Membership.objects.create(
        clinic=clinic,
        user=user,
        profession="physician",
        licence_number="1",
        licence_until=date(2030, 1, 1),
    )
    MembershipRole.objects.create(membership=member, role="practitioner")
    client = Client.objects.create(clinic=clinic, name="Aa Bench", birth_date=date(1990, 1, 1))
    example = ROOT / "examples/02-acne-scars-physician.toml"
    consultation = record_consultation(
        client=client,
        author=user,
        data=tomllib.loads(example.read_text(encoding="utf-8")),
        known=known_for(clinic),
        now=datetime.now(UTC),
    )
    browser = Browser(headers={"host": "localhost"})
    browser.force_login(user)
    base = "/clinic/bench/clients/"
    return browser, {
        "empty": "/robots.txt",
        "list": base,
        "client": f"{base}{client.pk}/",
        "plan": f"{base}{client.pk}/consultations/{consultation.consultation_id}/plan/",
    }


def fill(have: int, want: int) -> None:
    """Clients up to a number, with names as mixed as a clinic's."""
    from needlework.web.clinics.models import Client, Clinic, searchable

    clinic = Clinic.objects.get(slug="bench")
    for first in range(have, want, 20_000):
        rows = []
        for n in range(first, min(first + 20_000, want)):
            name = f"{GIVEN[n % 10]} {FAMILY[n // 10 % 8]} {n:07}"
            rows.append(Client(clinic=clinic, name=name, search_name=searchable(name)))
        Client.objects.bulk_create(rows, batch_size=2_000)


SEARCHES = {"rare": "0004711", "common": "nunez", "two words": "ines hadd", "none": "qqqq"}


def pages(browser: Browser, paths: dict[str, str]) -> dict[str, float]:
    """The list, a client's page, and searches that find one, many and nobody."""
    taken = {"list": p95(browser, paths["list"]), "client": p95(browser, paths["client"])}
    for name, words in SEARCHES.items():
        taken[f"search: {name}"] = p95(browser, paths["list"], {"q": words})
    return taken


def analyse() -> None:
    """What a running PostgreSQL does by itself after a while."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def timings(
    browser: Browser, path: str, sent: dict[str, str] | None = None, count: int = 120
) -> list[float]:
    def ask() -> int:
        answer = browser.get(path) if sent is None else browser.post(path, sent)
        return int(answer.status_code)

    for _ in range(5):
        if (status := ask()) != 200:
            sys.exit(f"{path} answered {status}")
    taken = []
    for _ in range(count):
        begun = time.perf_counter()
        ask()
        taken.append((time.perf_counter() - begun) * 1000)
    return sorted(taken)


def median(browser: Browser, path: str) -> float:
    return statistics.median(timings(browser, path))


def p95(browser: Browser, path: str, sent: dict[str, str] | None = None) -> float:
    taken = timings(browser, path, sent)
    return taken[int(len(taken) * 0.95)]


def audit_rows() -> int:
    from needlework.web.audit.models import AuditEvent

    return AuditEvent.objects.count()


if __name__ == "__main__":
    main()
