"""Every address of the app × every kind of visitor: what the policy says is what happens."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client as Browser
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from needlework.web import access
from needlework.web.clinics.models import ROLES, Clinic
from needlework.web.portal import links
from tests.web import people
from tests.web.records_of import Records, records_of

# Views that Django itself adds for static files are not ours; there are none in production.


def addresses(
    patterns: Any = None, name: str = "", converters: dict[str, Any] | None = None
) -> Iterator[tuple[str, URLPattern, dict[str, Any]]]:
    """Every pattern with its full name and the converters on its way."""
    for one in patterns or get_resolver().url_patterns:
        on_the_way = {**(converters or {}), **getattr(one.pattern, "converters", {})}
        if isinstance(one, URLResolver):
            inner = f"{name}{one.namespace}:" if one.namespace else name
            yield from addresses(one.url_patterns, inner, on_the_way)
        else:
            yield f"{name}{one.name}", one, on_the_way


ALL = list(addresses())
OURS = [(name, view, kwargs) for name, view, kwargs in ALL if ":" in name]


def test_every_view_declares_a_policy() -> None:
    undeclared = [
        name
        for name, pattern, _ in ALL
        if access.policy_of(pattern.callback, name.rpartition(":")[2]) is None
    ]
    assert not undeclared


def test_no_name_is_used_twice() -> None:
    names = [name for name, _, _ in OURS]
    assert len(names) == len(set(names))


def address(name: str, converters: dict[str, Any], clinic: Clinic, records: Records) -> str:
    """The address for a clinic and its records; what a converter stands for is looked up."""
    values: dict[str, Any] = {}
    for argument, converter in converters.items():
        if argument == "clinic":
            values[argument] = clinic.slug
        elif argument in records:
            values[argument] = records[argument]
        elif type(converter).__name__ == "UUIDConverter":
            values[argument] = uuid4()
        elif argument == "lang":
            values[argument] = "en"
        else:
            values[argument] = "nothing-of-the-kind"
    return reverse(name, kwargs=values)


@pytest.mark.parametrize(("name", "pattern", "converters"), OURS, ids=[one[0] for one in OURS])
@pytest.mark.django_db
def test_who_gets_in(name: str, pattern: URLPattern, converters: dict[str, Any]) -> None:
    policy = access.policy_of(pattern.callback)
    assert policy is not None
    harbour, elsewhere = people.clinic(), people.clinic("elsewhere", name="Elsewhere")
    theirs = records_of(harbour, people.member(harbour, "owner", email="made-by@harbour.example"))
    ours = records_of(elsewhere, people.member(elsewhere, "owner", email="x@elsewhere.example"))
    path = address(name, converters, harbour, theirs)

    def status(browser: Browser, at: str = path) -> int:
        return browser.get(at).status_code

    if policy.who == "public":
        assert status(people.browser()) not in {302, 403, 500} or "next=" not in (
            people.browser().get(path).headers.get("Location", "")
        )
        return
    if policy.who == "portal":
        assert status(people.browser()) == 403
        assert status(people.browser(people.member(harbour, "practitioner"))) == 403
        inside = by_link(harbour, theirs)
        assert status(inside) in {200, 302, 405}
        if set(converters) & (set(theirs) - {"client"}):
            stranger = by_link(elsewhere, ours)
            assert status(stranger) == 404
        return
    anonymous = people.browser().get(path)
    assert anonymous.status_code == 302
    assert "/accounts/login/" in anonymous.headers["Location"]
    if policy.who == "signed-in":
        return
    stranger = people.browser(people.member(elsewhere, *ROLES, email="all@elsewhere.example"))
    assert status(stranger) == 404
    for role in ROLES:
        got = status(people.browser(people.member(harbour, role)))
        if role in policy.roles:
            assert got in {200, 302, 405}, f"{role} should get in"
        else:
            assert got == 403, f"{role} should not get in"
    # Another clinic's record under one's own clinic's address is not found.
    records = set(converters) & set(theirs)
    if records:
        swapped = address(name, converters, elsewhere, theirs)
        answer = stranger.get(swapped)
        assert answer.status_code in {404, 405}
        if answer.status_code == 405:
            assert stranger.post(swapped).status_code in {403, 404}


def by_link(clinic: Clinic, records: Records) -> Browser:
    """A browser that came in by the link of the clinic's client."""
    from needlework.web.clinics.models import Client

    client = Client.objects.get(pk=records["client"])
    assert client.birth_date is not None
    _, token = links.make_link(client=client, by=None, now=people.NOW - timedelta(days=1))
    made = people.browser()
    answer = made.post(links.address(token), {"birth_date": client.birth_date.isoformat()})
    assert answer.status_code == 302, answer.content.decode()
    return made
