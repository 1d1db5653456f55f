"""What a clinic rejects: the plan's page says it no more, or says that it was rejected."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.aftercare.changed import rejecting
from tests.web.consultations.said import EXAMPLES, example
from tests.web.consultations.test_from_claims_plan import (
    NAMES,
    own_claims,
    said,
    shown,
    work_with,
)
from tests.web.consultations.test_plan import kept
from tests.web.site.reading import one

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", EXAMPLES, ids=NAMES)
def test_what_stood_on_it_goes_or_says_that_it_is_rejected(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, client, row, _ = kept(example(path))
    before = set(said(shown(browser, client, row)))
    faults = []
    for claim_id in own_claims(path):
        work_with(monkeypatch, rejecting(claim_id))
        main = shown(browser, client, row)
        stays = {each for each in said(main) if claim_id in each.claims} & before
        if stays and "rejected by this clinic" not in one(main, "li", id=claim_id).text:
            faults.append(claim_id)
    assert not faults, "\n".join(faults)
