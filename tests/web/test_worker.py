"""What a web worker carries: nothing heavy is imported to serve any page."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

HEAVY = ("numba", "scipy.stats", "cv2", "numpy", "click", "rich", "hypothesis", "pytest")

_PROBE = """
import sys
from needlework.web.wsgi import application
from django.urls import get_resolver
from django.test import Client
import needlework.web.urls
get_resolver().url_patterns
Client(headers={"host": "localhost"}).get("/en/nowhere/")
print(" ".join(name for name in sys.argv[1:] if name in sys.modules))
"""


def test_workers_import_nothing_heavy(tmp_path: Path) -> None:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("NEEDLEWORK_")},
        "NEEDLEWORK_DATA": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "needlework.web.settings",
    }
    manage = [sys.executable, "-m", "needlework.web"]
    for step in (["migrate", "-v0"], ["createcachetable"], ["collectstatic", "--no-input", "-v0"]):
        subprocess.run([*manage, *step], env=environment, check=True, capture_output=True)
    probe = subprocess.run(
        [sys.executable, "-c", _PROBE, *HEAVY],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    assert probe.stdout.split() == []
