from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from needlework import workflow
from needlework.aftercare import Timeline
from needlework.documents import ClinicCard, aftercare_pdf
from needlework.errors import UsageError
from needlework.evidence import Knowledge
from needlework.i18n import say_date
from tests.documents.reading import CLINIC, KNOWN, PERSON, pages, squeezed, text

ENDED = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)
URL = "https://aurora.example/l/7Q2K-93FD/"


def cared(known: workflow.Known = KNOWN, language: str = "en") -> Timeline:
    return workflow.care(
        known,
        ended=ENDED,
        depth_mm=1.0,
        age_years=40,
        zones=("cheek-left", "cheek-right", "forehead"),
        phototype="III",
        season="winter",
        agents=("lidocaine",),
        language=language,
    )


def made(language: str = "en", clinic: ClinicCard = CLINIC, url: str = URL) -> bytes:
    return aftercare_pdf(
        cared(language=language),
        KNOWN,
        clinic=clinic,
        person=PERSON,
        portal_url=url,
        language=language,
    )


@pytest.mark.parametrize("language", ["en", "es"])
def test_it_fits_on_two_pages(language: str) -> None:
    assert pages(made(language)) <= 2


def test_the_emergency_number_stands_before_the_clinic_and_before_all_care() -> None:
    said = text(made())
    emergency = said.index("999 Emergency number")
    assert emergency < said.index(f"The clinic: {CLINIC.phone_e164}")
    assert emergency < said.index("When you may begin again")


def test_without_a_number_it_still_says_to_call() -> None:
    said = text(made(clinic=ClinicCard()))
    assert "Call the local emergency number now." in said


def test_every_warning_sign_stands_at_its_urgency() -> None:
    said = squeezed(text(made()))
    heads = {
        "emergency": "Call 999 now",
        "same-day": "See a doctor today",
        "clinician": "Ask a clinician within days",
    }
    places = {level: said.index(squeezed(head)) for level, head in heads.items()}
    signs = 0
    for claim_id, claim in KNOWN.knowledge.claims.items():
        if claim_id.startswith("harm.red-flags.") and claim_id.endswith("-action"):
            level = claim.word
            sign = squeezed(KNOWN.knowledge.claims[claim_id.removesuffix("-action")].word)
            if level not in places:
                assert sign not in said, "what is for staff is not on the client's sheet"
                continue
            here = said.index(sign)
            later = [place for place in places.values() if place > places[level]]
            assert places[level] < here < min(later, default=len(said)), sign
            signs += 1
    assert signs > 10


def test_every_wait_has_its_day() -> None:
    said = text(made())
    for first in cared().firsts:
        label = first.label[:1].upper() + first.label[1:]
        assert first.on is not None
        assert f"{label} {say_date(first.on, 'en', width='short')}" in said


def test_every_day_says_what_to_expect_to_do_and_not_to_do() -> None:
    said = text(made())
    for moment in cared().moments:
        for entry in (*moment.expect, *moment.do, *moment.dont):
            assert entry.text[:20] in said


def test_the_address_is_printed_and_left_out_when_there_is_none() -> None:
    assert URL in squeezed(text(made()))
    without = text(made(url=""))
    assert "Your page" not in without
    assert "https" not in without.partition("When you may begin again")[0]


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(UsageError, match="no web address"):
        made(url="javascript:alert(1)")


def test_another_wait_in_a_claim_is_another_day_on_the_sheet() -> None:
    release = KNOWN.knowledge.release
    claim_id = "aftercare.pool.wait"
    longer = msgspec.structs.replace(release.claims[claim_id], value=9, range=None)
    changed = msgspec.structs.replace(release, claims={**release.claims, claim_id: longer})
    known = workflow.Known(Knowledge(changed), KNOWN.lexicon)
    was = text(made())
    now = text(aftercare_pdf(cared(known), known, clinic=CLINIC))
    assert "Pool, sea, sauna, hot tub Fri 27 Nov" in was
    assert "Pool, sea, sauna, hot tub Sun 29 Nov" in now
