"""Commands speak in sentences, whatever goes wrong, and end tidily when they are stopped."""

from __future__ import annotations

import io
import os
import signal
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import OperationalError

from needlework.web.keeping.errors import KeepingError
from needlework.web.keeping.speaking import INTERRUPTED, SpeakingCommand

STOPS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)


@pytest.fixture(autouse=True)
def _signals_as_before() -> Iterator[None]:
    before = {sign: signal.getsignal(sign) for sign in STOPS}
    yield
    for sign, handler in before.items():
        signal.signal(sign, handler)


def ended(act: Callable[[], object]) -> tuple[Any, str]:
    """Exit status, and what was said of it."""

    class Command(SpeakingCommand):
        def handle(self, *args: Any, **options: Any) -> None:
            act()

    said = io.StringIO()
    with pytest.raises(SystemExit) as leaving:
        Command(stderr=said).run_from_argv(["needlework", "act"])
    return leaving.value.code, said.getvalue()


@pytest.mark.parametrize("sign", STOPS)
def test_whoever_stops_it_is_told_that_nothing_is_left(sign: signal.Signals) -> None:
    def act() -> None:
        os.kill(os.getpid(), sign)
        time.sleep(5)

    assert ended(act) == (INTERRUPTED, "Stopped; nothing was left behind.\n")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (KeepingError("It is so.", hint="Do that."), "Error: It is so.\nNext: Do that.\n"),
        (KeepingError("A\x1b[31m"), "Error: A�[31m\n"),
        (OSError(28, "No space left on device"), "Error: It could not be written or read: No"),
        (OperationalError("secret words"), "Error: The database could not be used"),
    ],
)
def test_what_goes_wrong_is_a_sentence(wrong: Exception, said: str) -> None:
    def act() -> None:
        raise wrong

    code, told = ended(act)
    assert code == 1
    assert told.startswith(said)
    assert "secret" not in told
    assert "Traceback" not in told
