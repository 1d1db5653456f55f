"""One session in one zone: which layer, how long open and red."""

from __future__ import annotations

import pytest
from msgspec import structs

from needlework.errors import UsageError
from needlework.evidence import NotAccepted, load_knowledge
from needlework.response import pigment
from needlework.response.closure import closing, hours_until_closed, waits
from needlework.response.forecast import Person, Way
from needlework.response.parameters import draw, parameters
from needlework.response.skin import Hours, skin, skins
from tests.aftercare.changed import rejecting

KNOWN = load_knowledge()
WAY = Way(device="exceed", zone="cheek", depth_mm=1.0, passes=4)
SOMEBODY = Person(sex="female", age_years=40)


def test_the_models_are_told_as_they_are() -> None:
    told = skin(KNOWN, WAY, SOMEBODY, phototype="V")
    values = draw(parameters(KNOWN, "closure"), 1000, 1)
    closed = waits(hours_until_closed(closing(values, needle_mm=1.0, age_years=40)))
    assert told.closed == Hours(
        half=round(closed.half_h, 2),
        most=round(closed.most_h, 2),
        nearly_all=round(closed.nearly_all_h, 2),
    )
    assert told.reached is not None
    assert sum(told.reached.chances.values()) == pytest.approx(1)
    assert told.reached.chance == max(told.reached.chances.values())
    assert told.reached.low_80_mm < told.reached.median_mm < told.reached.high_80_mm


@pytest.mark.parametrize("phototype", ["", "II", "V"])
def test_darkening_is_near_its_exact_interval(phototype: str) -> None:
    told = skin(KNOWN, WAY, SOMEBODY, phototype=phototype).darkening
    exact = pigment.told(parameters(KNOWN, "pigment"), KNOWN, phototype)
    assert told.group == exact.group.value
    for drawn, known in (
        (told.median, exact.median),
        (told.low_95, exact.low_95),
        (told.high_95, exact.high_95),
    ):
        assert drawn == pytest.approx(known, rel=0.06, abs=0.002)
    assert told.notes == exact.notes
    assert told.events <= told.people


def test_several_ways_are_each_as_alone() -> None:
    other = structs.replace(WAY, zone="neck", depth_mm=0.5)
    assert skins(KNOWN, (WAY, other), SOMEBODY) == (
        skin(KNOWN, WAY, SOMEBODY),
        skin(KNOWN, other, SOMEBODY),
    )


def test_longer_needles_leave_skin_open_for_longer() -> None:
    times = [
        told.closed.most
        for told in skins(
            KNOWN, [structs.replace(WAY, depth_mm=mm) for mm in (0.25, 0.5, 1.0, 2.0)], SOMEBODY
        )
        if told.closed
    ]
    assert len(times) == 4
    assert times == sorted(times)


def test_what_is_not_known_is_not_told() -> None:
    told = skin(KNOWN, structs.replace(WAY, zone="scalp"), Person())
    assert told.reached is None
    assert told.closed is None
    assert told.barrier is None
    assert not any(claim.startswith("response.closure") for claim in told.claims)


def test_redness_lasts_as_long_whatever_the_depth_but_sources_speak_of_depths() -> None:
    shallow, deep = skins(
        KNOWN, [structs.replace(WAY, depth_mm=mm) for mm in (0.25, 2.0)], SOMEBODY
    )
    assert shallow.red == deep.red
    assert len(shallow.red_gone_by) > len(deep.red_gone_by) > 0


@pytest.mark.parametrize("depth_mm", [0, -1, float("nan")])
def test_a_depth_that_cannot_be_is_refused(depth_mm: float) -> None:
    with pytest.raises(UsageError, match="Set depth in mm"):
        skin(KNOWN, structs.replace(WAY, depth_mm=depth_mm), SOMEBODY)


def test_a_rejected_parameter_leaves_no_answer() -> None:
    with pytest.raises(NotAccepted):
        skin(rejecting("response.closure.channel-half-life"), WAY, SOMEBODY)
