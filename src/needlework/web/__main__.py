"""What Django calls manage.py: `python -m needlework.web COMMAND`."""

from __future__ import annotations

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "needlework.web.settings")
    try:
        execute_from_command_line(["python -m needlework.web", *sys.argv[1:]])
    except ImproperlyConfigured as wrong:
        sys.stderr.write(f"needlework: {wrong}\n")
        sys.exit(2)


if __name__ == "__main__":
    main()
