"""What every run of the tests shares."""

from __future__ import annotations

import pytest
from hypothesis import settings

from tests.hazard_gate import Gate


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Gate(config), "hazard-gate")


# A busy machine is no defect: speed is measured in `make bench`, never asserted in a test.
# The gate tries the same cases each time, so that what is red has a cause in the change at hand;
# `make fuzz` tries new ones, and what it finds becomes an `@example`.
settings.register_profile("needlework", deadline=None, derandomize=True)
settings.register_profile("fuzz", deadline=None, derandomize=False)
settings.load_profile("needlework")
