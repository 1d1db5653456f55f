"""The demo's scores: what the forecast has people rated, the same each time, and all counting."""

from __future__ import annotations

from needlework.web.clinics.models import Client, Clinic, Membership
from needlework.web.demo.scores import score_course
from needlework.web.knowledge import known_for
from needlework.web.measures.forecasting import signed_outlook
from needlework.web.measures.models import Measure
from needlework.web.measures.scales import offered
from needlework.web.measures.selectors import basis_of, scores_of
from tests.web import people
from tests.web.measures.course import BEGAN_D, ago, consulted, held, signed_then
from tests.web.plans.signed import approve_all


def in_a_course(clinic: Clinic, author: Membership, name: str) -> Client:
    client = people.person(clinic, name=name)
    signed_then(consulted(client, author), author)
    for days in (BEGAN_D - 1, 60):
        held(client, author, days)
    return client


def test_scores_lie_where_the_forecast_has_them(harbour: Clinic, alice: Membership) -> None:
    approve_all(people.member(harbour, "medical-director", email="dora@harbour.example"))
    known = known_for(harbour)
    told = []
    for name in ("One Person", "The Same"):
        client = in_a_course(harbour, alice, name)
        score_course(client, alice, ago(harbour, 0), "seed")
        basis = basis_of(client, known)
        assert basis is not None
        assert basis.signed is not None
        for scores in scores_of(client, basis, known):
            if not scores.sessions:
                continue
            expected = signed_outlook(basis.signed, scores.concern)
            assert expected is not None
            assert scores.used == len(scores.readings) >= 3
            assert scores.readings[0].score == expected.forecast.start
            (scale,) = (
                one
                for one in offered(known.knowledge, scores.concern, "en")
                if one.id == scores.scale
            )
            band = expected.forecast.band
            for one in scores.readings:
                assert scale.takes(one.score)
                assert min(band.low_95) - 1 <= one.score <= max(band.high_95) + 1
        mine = Measure.objects.filter(client=client).order_by("concern", "on")
        told.append([(one.concern, one.on, one.score) for one in mine])
    assert told[0] == told[1] != []
