"""Somebody's own sessions: which browsers they are signed in with, and ending those."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from msgspec import Struct

from needlework.web.accounts import sessions
from needlework.web.accounts.models import User
from needlework.web.request import Request

_BROWSERS: Final = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS: Final = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)
"""In the order in which they tell: many browsers also name others."""


class OwnSession(Struct, frozen=True, kw_only=True):
    """A browser in which somebody is signed in."""

    name: str
    """Names it on the page, and opens nothing."""
    entered_at: datetime | None
    seen_at: datetime | None
    address: str
    browser: str
    is_this: bool


def sessions_of(request: Request) -> list[OwnSession]:
    """The sessions of whoever asks, this one first, then by when somebody was last there."""
    found = [_told(key, data, request) for key, data in _alive(request.user)]
    return sorted(found, key=_order, reverse=True)


def end(request: Request, names: Collection[str]) -> int:
    """End those of one's other sessions; give how many there still were."""
    keys = [key for key, _data in _alive(request.user) if _name(key) in names]
    others = [key for key in keys if key != request.session.session_key]
    for key in others:
        request.session.delete(key)
    return len(others)


def browser_words(text: str) -> str:
    """What a browser calls itself, in a few words.

    >>> browser_words("Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0")
    'Firefox, Linux'
    >>> browser_words("curl/8")
    'curl/8'
    """
    known = [
        next((name for sign, name in table if sign in text), "") for table in (_BROWSERS, _SYSTEMS)
    ]
    return ", ".join(name for name in known if name) or text


def _alive(user: User) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Keys and contents of the sessions that are theirs and still open something.

    Whose a session is stands inside it, so each is looked into: there are those of half a day.
    """
    now = timezone.now()
    stands_on = user.get_session_auth_hash()
    rows = Session.objects.filter(expire_date__gt=now)
    for row in rows.iterator(chunk_size=500):
        data = row.get_decoded()
        if data.get(SESSION_KEY) != str(user.pk):
            continue
        is_valid = constant_time_compare(str(data.get(HASH_SESSION_KEY, "")), stands_on)
        if is_valid and not sessions.is_over(data, int(now.timestamp())):
            yield row.session_key, data


def _told(key: str, data: Mapping[str, Any], request: Request) -> OwnSession:
    entered_s, seen_s, place = sessions.told(data)
    return OwnSession(
        name=_name(key),
        entered_at=_moment(entered_s),
        seen_at=_moment(seen_s),
        address=place.get("address", ""),
        browser=browser_words(place.get("browser", "")),
        is_this=key == request.session.session_key,
    )


def _order(one: OwnSession) -> tuple[bool, float]:
    last = one.seen_at or one.entered_at
    return one.is_this, last.timestamp() if last else 0.0


def _name(key: str) -> str:
    return salted_hmac("needlework.own-session", key, algorithm="sha256").hexdigest()[:32]


def _moment(second: int | None) -> datetime | None:
    return None if second is None else datetime.fromtimestamp(second, tz=UTC)
