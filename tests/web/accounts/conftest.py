"""Chromium for what only a browser can do: the fixtures of `tests/web/browser`, by another name
of the same machine, since passkeys are bound to a name and not to a number.
"""

from __future__ import annotations

import pytest

from tests.ops.serving import Serving
from tests.web.browser.conftest import (
    app,
    browser_type_launch_args,
    log_ins,
    new_context,
    watch,
)

__all__ = [
    "app",
    "browser_type_launch_args",
    "log_ins",
    "new_context",
    "watch",
]


@pytest.fixture(scope="session")
def base_url(app: Serving) -> str:
    return app.url.replace("127.0.0.1", "localhost")
