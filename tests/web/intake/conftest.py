"""Chromium for the journey; everything else is asked of Django alone."""

from __future__ import annotations

from tests.web.browser.conftest import (
    _sessions,
    app,
    base_url,
    browser_type_launch_args,
    log_ins,
    new_context,
    page_without_javascript,
    signed_in,
    watch,
)

__all__ = [
    "_sessions",
    "app",
    "base_url",
    "browser_type_launch_args",
    "log_ins",
    "new_context",
    "page_without_javascript",
    "signed_in",
    "watch",
]
