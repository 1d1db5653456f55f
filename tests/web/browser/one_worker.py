"""A plugin for pytest: with xdist, all tests in the browser go to one worker, one after another.

(The groups of xdist 3.8 would do, but pytest 9.2 no longer lets them mark a test's id.)
"""

from __future__ import annotations

from typing import Final

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

FOLDER: Final = "tests/web/browser/"


class OneBrowser(LoadScopeScheduling):  # type: ignore[misc]
    def _split_scope(self, nodeid: str) -> str:
        """What must stay together: the browser's tests; any other test is free."""
        return FOLDER if nodeid.startswith(FOLDER) else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> OneBrowser:
    return OneBrowser(config, log)
