"""What only somebody may do who has proved within five minutes who they are.

`@recently_authenticated` on a view sends through allauth's page and back to the same address; a
form that signs something had better ask for the password itself: `services.confirm_password`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from allauth.core.exceptions import ImmediateHttpResponse
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.http import urlencode

from needlework.web.request import Request

_V = TypeVar("_V", bound=Callable[..., HttpResponse])


def is_recent(request: Request) -> bool:
    return bool(did_recently_reauthenticate(request))


def require_recent(request: Request, *, back: str = "") -> None:
    """Go on if it is recent; else the way leads to the password, and then `back` or here again.

    A form that was sent is not kept: allauth would run it past the access door. So it is for pages.
    """
    if is_recent(request):
        return
    ways = get_adapter().get_reauthentication_methods(request.user)
    query = urlencode({"next": back or request.get_full_path()})
    raise ImmediateHttpResponse(HttpResponseRedirect(f"{ways[0]['url']}?{query}"))


def recently_authenticated(view: _V) -> _V:
    @wraps(view)
    def asked(request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        require_recent(request)
        return view(request, *args, **kwargs)

    return cast("_V", asked)
