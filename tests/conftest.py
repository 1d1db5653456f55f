"""What every run of the tests shares."""

from __future__ import annotations

import pytest

from tests.hazard_gate import Gate


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Gate(config), "hazard-gate")
