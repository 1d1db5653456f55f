"""The served app under load: requests a second with a fifth of writes, memory, first page."""

from __future__ import annotations

import http.client
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Self
from urllib.parse import urlencode

from msgspec import Struct

PORT = 8765
VISITORS = 4
SECONDS = 12


class Load(Struct, frozen=True):
    """What a run under load gave."""

    first_page_s: float
    requests_s: float
    empty_requests_s: float
    errors: int
    writes: float
    worker_mb: float


def run() -> Load:
    """Serve the demo twice, so that the second start finds all in place; then load it."""
    with tempfile.TemporaryDirectory(prefix="needlework-bench-load-") as folder:
        data = Path(folder)
        with Served(data):
            pass
        with Served(data) as served:
            worker = max(_resident(pid) for pid in _workers(served.process.pid))
            empty = _rate(served, lambda visitor, _turn: visitor.get("/robots.txt"))
            _read_a_plan(served)
            mixed = _rate(served, _turn)
            worker = max(worker, *(_resident(pid) for pid in _workers(served.process.pid)))
            return Load(
                first_page_s=served.first_page_s,
                requests_s=mixed[0],
                empty_requests_s=empty[0],
                errors=mixed[1] + empty[1],
                writes=mixed[2],
                worker_mb=worker / 1e6,
            )


class Served:
    """`needlework serve --demo`, from its start to its end."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.first_page_s = 0.0

    def __enter__(self) -> Self:
        begun = time.perf_counter()
        command = str(Path(sys.executable).with_name("needlework"))
        self.process = subprocess.Popen(
            [command, "serve", "--demo", "--data", str(self.data), "--port", str(PORT)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        while time.perf_counter() - begun < 60:
            try:
                if Visitor().get("/")[0] in {200, 302}:
                    break
            except OSError:
                time.sleep(0.05)
        self.first_page_s = time.perf_counter() - begun
        said: list[str] = []
        for line in self.process.stdout or ():
            said.append(line)
            if "Ctrl-C" in line:
                break
        told = "".join(said)
        password = re.search(r"password is (\S+)", told)
        if password is None:
            sys.exit("the demo did not say how to sign in")
        self.password = password[1]
        self.emails = re.findall(r"^ +(\S+@\S+)", told, re.MULTILINE)
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(20)


class Visitor:
    """One connection with its cookies."""

    def __init__(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=20)
        self.cookies: dict[str, str] = {}

    def get(self, path: str) -> tuple[int, str]:
        return self._ask("GET", path, None)

    def post(self, path: str, given: dict[str, str]) -> tuple[int, str]:
        given = {**given, "csrfmiddlewaretoken": self.token}
        return self._ask("POST", path, urlencode(given))

    def sign_in(self, email: str, password: str) -> None:
        self.get("/accounts/login/")
        status, _ = self.post("/accounts/login/", {"login": email, "password": password})
        if status != 302:
            sys.exit(f"nobody could sign in for the load ({status})")
        self.get("/clinic/harbour-skin/clients/new/")

    def _ask(self, method: str, path: str, body: str | None) -> tuple[int, str]:
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        text = answer.read().decode(errors="replace")
        if found := re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text):
            self.token = found[1]
        return answer.status, text


def _turn(visitor: Visitor, turn: int) -> tuple[int, str]:
    """Four reads of the list, then a client is added."""
    if turn % 5 == 4:
        given = {
            "name": f"Load {turn}",
            "birth_date": "1990-01-01",
            "sex": "unspecified",
            "phone": "",
            "email": "",
            "language": "en",
            "somebody_else": "1",
        }
        return visitor.post("/clinic/harbour-skin/clients/new/", given)
    return visitor.get("/clinic/harbour-skin/clients/")


def _rate(served: Served, turn: object) -> tuple[float, int, float]:
    """Requests a second of several visitors at once, errors, and the share of writes."""
    stop = time.perf_counter() + SECONDS
    counts = [[0, 0, 0] for _ in range(VISITORS)]

    def visit(count: list[int], visitor: Visitor) -> None:
        n = 0
        while time.perf_counter() < stop:
            status, _ = turn(visitor, n)  # type: ignore[operator]
            count[0] += 1
            count[1] += status not in {200, 302}
            count[2] += status == 302
            n += 1

    visitors = [Visitor() for _ in range(VISITORS)]
    staff = [email for email in served.emails if "harbour" in email]
    for visitor, email in zip(visitors, staff * VISITORS, strict=False):
        visitor.sign_in(email, served.password)
    stop = time.perf_counter() + SECONDS
    threads = [
        threading.Thread(target=visit, args=pair) for pair in zip(counts, visitors, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    requests, errors, writes = (sum(column) for column in zip(*counts, strict=True))
    return requests / SECONDS, errors, writes / max(1, requests)


def _read_a_plan(served: Served) -> None:
    """A client's plan with its forecast and papers, by every worker: what costs most memory."""
    nurse = next(email for email in served.emails if email.startswith("nurse@"))
    for _ in range(VISITORS):
        visitor = Visitor()
        visitor.sign_in(nurse, served.password)
        for client in _linked(visitor, "/clinic/harbour-skin/clients/", "/clients/[^/]+/"):
            for plan in _linked(visitor, client, "/consultations/[^/]+/plan/"):
                _, page = visitor.get(plan)
                of = plan.removesuffix("plan/")
                for path in (f"{of}outlook/", f"{of}plan.pdf", f"{of}consent.pdf"):
                    if path in page:
                        visitor.get(path)


def _linked(visitor: Visitor, path: str, way: str) -> list[str]:
    _, page = visitor.get(path)
    return sorted(set(re.findall(f'href="(/clinic/harbour-skin[^"]*?{way})"', page)))


def _workers(pid: int) -> list[int]:
    """The processes that answer requests: the biggest below the server's."""
    return [child for child in _below(pid) if b"granian" in _command(child)] or _below(pid)


def _below(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except OSError:
        return []
    return [found for child in children for found in (int(child), *_below(int(child)))]


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _resident(pid: int) -> int:
    try:
        pages = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]
    except (OSError, IndexError):
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")
