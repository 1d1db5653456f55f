"""How long somebody stays signed in: twelve hours at most, and not when nobody is at the screen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

from needlework.web.accounts.models import User

TOUCH_EVERY_S: Final = 30
"""Written down no oftener than this, so that reading pages stays reading."""
_ENTERED: Final = "entered_at"
_SEEN: Final = "seen_at"
_PLACE: Final = "begun_from"


def begin(session: SessionBase, now_s: int, *, address: str = "", browser: str = "") -> None:
    """It begins now; from where, its owner is shown who looks for what is none of theirs."""
    session[_ENTERED] = session[_SEEN] = now_s
    session[_PLACE] = {"address": address, "browser": browser}


def is_over(session: SessionBase | Mapping[str, Any], now_s: int) -> bool:
    """Whether its life has ended, however busy it was."""
    entered = _moment(session, _ENTERED)
    return entered is None or now_s - entered >= settings.SESSION_COOKIE_AGE


def left_s(session: SessionBase, now_s: int) -> int:
    """Seconds until it locks; none once it has."""
    seen = _moment(session, _SEEN)
    return 0 if seen is None else max(0, idle_s() - (now_s - seen))


def is_idle(session: SessionBase, now_s: int) -> bool:
    return left_s(session, now_s) == 0


def touch(session: SessionBase, now_s: int) -> None:
    """Somebody is there."""
    seen = _moment(session, _SEEN)
    if seen is None or now_s - seen >= TOUCH_EVERY_S:
        session[_SEEN] = now_s


def lock(session: SessionBase) -> None:
    session.pop(_SEEN, None)


def unlock(session: SessionBase, now_s: int) -> None:
    """Goes on under a new key; its life is no longer for it."""
    session.cycle_key()
    session[_SEEN] = now_s


def end_others(request: HttpRequest, user: User) -> None:
    """After a change of what one signs in with: this session goes on, under a new key."""
    update_session_auth_hash(request, user)


def idle_s() -> int:
    return int(settings.IDLE_MINUTES) * 60


def told(session: SessionBase | Mapping[str, Any]) -> tuple[int | None, int | None, dict[str, str]]:
    """When it began, when somebody was last there, and from where it began."""
    place = session.get(_PLACE)
    known = {str(k): str(v) for k, v in place.items()} if isinstance(place, dict) else {}
    return _moment(session, _ENTERED), _moment(session, _SEEN), known


def _moment(session: SessionBase | Mapping[str, Any], name: str) -> int | None:
    value: Any = session.get(name)
    return value if isinstance(value, int) else None
