"""What every run of the tests shares."""

from __future__ import annotations

import pytest
from hypothesis import settings

from tests.hazard_gate import Gate


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Gate(config), "hazard-gate")


# A busy machine is no defect: speed is measured in `make bench`, never asserted in a test.
settings.register_profile("needlework", deadline=None)
settings.load_profile("needlework")
