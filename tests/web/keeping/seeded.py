"""Fill an installation: two clinics that share a person, with records, errors and files."""

from __future__ import annotations

import json
import os
import sys

import django


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.web.keeping.settings"
    django.setup()
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)

    from tests.web.keeping.filling import fill

    sys.stdout.write(json.dumps(fill()))


if __name__ == "__main__":
    main()
