"""What a web worker carries: nothing heavy is imported to serve any page."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence

import pytest

HEAVY = (
    "numba",
    "scipy.stats",
    "cv2",
    "pyarrow",
    "distributed",
    "typst",
    "click",
    "rich",
    "hypothesis",
    "pytest",
)
MODELS = "numpy"
"""Models of skin go by it; a worker that nobody asked for an outlook does without."""

_WALK = """
import json, re, sys
from html import unescape
from needlework.web.wsgi import application
from django.test import Client
from needlework.web.accounts.models import User
from needlework.web.portal.links import address

start, ways, email, link, born = json.loads(sys.argv[1])
browser = Client(headers={"host": "localhost"})
if email:
    browser.force_login(User.objects.get(email=email))
if link:
    assert browser.post(link, {"birth_date": born}).status_code == 302
seen, wait = {}, [start]
while wait:
    path = wait.pop(0)
    answer = browser.get(path)
    seen[path] = answer.status_code
    if answer.status_code == 302:
        wait.append(answer.headers["Location"])
    if answer.headers.get("Content-Type", "").startswith("text/html"):
        found = re.findall(r'(?:href|src)="(/[^"#]*)', answer.content.decode())
        wait += [unescape(one) for one in found]
    wait = [one for one in dict.fromkeys(wait) if one not in seen and one.startswith(tuple(ways))]
    # Each day leads to the next, without an end: a few are enough.
    days = sum("/days/" in one for one in seen)
    wait = [one for one in wait if "/days/" not in one or days < 3]
heavy = [name for name in sys.argv[2:] if name in sys.modules]
print(json.dumps({"seen": seen, "heavy": heavy}))
"""


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """A prepared installation with the demo's people."""
    made = {
        **{name: value for name, value in os.environ.items() if not name.startswith("NEEDLEWORK_")},
        "NEEDLEWORK_DATA": str(tmp_path_factory.mktemp("data")),
        "NEEDLEWORK_DEMO": "1",
        "DJANGO_SETTINGS_MODULE": "needlework.web.settings",
    }
    for step in (["migrate", "-v0"], ["createcachetable"], ["collectstatic", "--no-input", "-v0"]):
        manage(made, *step)
    return made


@pytest.fixture(scope="module")
def demo(environment: Mapping[str, str]) -> Mapping[str, object]:
    told: Mapping[str, object] = json.loads(manage(environment, "demo", "--json"))
    return told


def manage(environment: Mapping[str, str], *words: str) -> str:
    argv = [sys.executable, "-m", "needlework.web", *words]
    done = subprocess.run(argv, env=environment, check=True, capture_output=True, text=True)
    return done.stdout


WALKS = {
    "a visitor": ("/", ["/en/", "/es/", "/accounts/login/"], "", 8),
    "one who treats": ("/clinic/harbour-skin/", ["/clinic/"], "director@harbour-skin.example", 15),
    "a client": ("/my/", ["/my/"], "client", 6),
}


@pytest.mark.parametrize("who", WALKS)
def test_workers_import_nothing_heavy(
    environment: Mapping[str, str], demo: Mapping[str, dict[str, str]], who: str
) -> None:
    """Every page that links lead to, documents included."""
    start, ways, email, at_least = WALKS[who]
    link = demo["client_link"] if email == "client" else {"path": "", "birth_date": ""}
    asked: Sequence[object] = (
        start,
        ways,
        email if "@" in email else "",
        link["path"],
        link["birth_date"],
    )
    walked = subprocess.run(
        [sys.executable, "-c", _WALK, json.dumps(asked), *HEAVY, MODELS],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    told = json.loads(walked.stdout)
    assert len(told["seen"]) >= at_least, told["seen"]
    wrong = {path: status for path, status in told["seen"].items() if status not in {200, 302}}
    assert not wrong
    heavy = set(told["heavy"])
    assert heavy <= ({MODELS} if who != "a visitor" else set())
    if who == "one who treats":
        for end in ("/outlook/", "plan.pdf"):
            assert any(path.partition("?")[0].endswith(end) for path in told["seen"])
        assert MODELS in heavy, "or the walk did not get as far as a model"
