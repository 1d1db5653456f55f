"""Every table has a way into a back-up, and out of the clinic with it."""

from __future__ import annotations

from django.apps import apps

from needlework.web.accounts.models import User
from needlework.web.audit.models import AuditEvent, AuditSeal
from needlework.web.clinics.models import Client, Clinic, Membership, MembershipRole
from needlework.web.keeping import ways
from needlework.web.keeping.ways import Way
from needlework.web.records import triggers


def test_of_every_table_somebody_said_whose_its_rows_are() -> None:
    assert not ways.undeclared(), "name them in keeping/ways.py, with the way that their rows go"


def test_nothing_is_declared_that_is_not_there() -> None:
    known = {model._meta.label_lower for model in apps.get_models(include_auto_created=True)}
    assert set(ways.DECLARED) <= known
    assert known >= ways.NOT_THE_CLIENTS


def test_what_may_only_be_appended_is_carried() -> None:
    assert set(triggers.append_only_models()) <= set(ways.carried())


def test_a_table_comes_after_those_that_it_names() -> None:
    order = ways.carried()
    assert order.index(Clinic) < order.index(Client) < order.index(AuditEvent)
    assert order.index(User) < order.index(Membership) < order.index(MembershipRole)
    assert len(order) == len(set(order))


def test_paths_are_found_by_foreign_keys() -> None:
    assert ways.path_to(Clinic, Clinic) == "pk"
    assert ways.path_to(Client, Clinic) == "clinic"
    assert ways.path_to(MembershipRole, Clinic) == "membership__clinic"
    assert ways.path_to(AuditEvent, Client) == "client"
    assert not ways.path_to(User, Clinic)
    assert not ways.path_to(MembershipRole, Client)


def test_seals_stay_since_they_cover_every_clinic() -> None:
    assert ways.way_of(AuditSeal) is Way.INSTALLATION
    assert AuditSeal in ways.carried()
    assert AuditSeal not in ways.carried_of_clinic()


def test_whoever_opened_a_record_is_not_the_clients_to_take() -> None:
    assert AuditEvent in ways.carried_of_clinic()
    assert AuditEvent not in ways.carried_of_client()
