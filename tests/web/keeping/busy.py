"""Add clients through the app, one after another, and say each that was acknowledged."""

from __future__ import annotations

import os
import sys

import django


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.web.keeping.settings"
    django.setup()
    from needlework.web.clinics.models import Membership
    from tests.web import people

    browser = people.browser(Membership.objects.get(user__email="alice@harbour.example"))
    number = 0
    while True:
        number += 1
        answer = browser.post(
            "/clinic/harbour/clients/new/",
            {
                "name": f"Busy {number}",
                "birth_date": "1988-04-12",
                "sex": "female",
                "language": "en",
                "somebody_else": "1",
            },
            headers={"host": "localhost"},
        )
        where = answer.headers.get("Location", "")
        if not where.startswith("/clinic/harbour/clients/"):
            raise SystemExit(f"refused with {answer.status_code} {where}")
        sys.stdout.write(where.rstrip("/").rpartition("/")[2] + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
