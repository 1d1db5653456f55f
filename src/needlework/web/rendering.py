"""Our pages are Jinja2: one environment, and one way to render a page or a block of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

import jinja2
from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.template import engines
from django.template.backends.jinja2 import Jinja2
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.functional import SimpleLazyObject
from django.utils.html import format_html
from django.utils.safestring import SafeString

from needlework.i18n import plural, say_date, say_number, say_time, translator
from needlework.web.request import Request

if TYPE_CHECKING:
    from needlework.web.alerts.selectors import Waiting
    from needlework.web.blobs.models import Blob
    from needlework.web.clinics.models import Client, Clinic


def environment(**options: Any) -> jinja2.Environment:
    """What a template may call, beside what its view gives it."""
    made = jinja2.Environment(  # noqa: S701 - Django's options turn autoescape on
        **{
            **options,
            "undefined": jinja2.StrictUndefined,
            "trim_blocks": True,
            "lstrip_blocks": True,
            "extensions": ["jinja2.ext.i18n", "jinja2.ext.do"],
        }
    )
    made.install_gettext_callables(_gettext, _ngettext, newstyle=False)  # type: ignore[attr-defined]
    made.globals.update(
        static=static,
        url=_url,
        portrait_of=_portrait_of,
        reports_waiting=_reports_waiting,
        withdrawals_waiting=_withdrawals_waiting,
        demo=settings.DEMO,
        say_date=lambda day, width="long": say_date(day, _language(), width=width),
        say_time=lambda moment: say_time(moment, _language()),
        say_number=lambda number: say_number(number, _language()),
        plural=lambda one, many, number: plural(_language(), one, many, number),
    )
    made.filters["words"] = words
    made.filters["trans"] = _gettext
    return made


def render(
    request: Request,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    block: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page, or that block of it alone."""
    found = template_of(template)
    values = {**common(request), **(context or {})}
    if not block:
        return HttpResponse(found.render(values), status=status)
    render_block = found.blocks[block]
    text = "".join(render_block(found.new_context(values)))
    return HttpResponse(text, status=status)


def template_of(name: str) -> jinja2.Template:
    return cast("Jinja2", engines["jinja2"]).get_template(name).template


def words(identifier: str) -> str:
    """An id as words: `cheek-left` reads `cheek left`."""
    return identifier.replace("-", " ")


def common(request: Request) -> dict[str, Any]:
    return {
        "request": request,
        "language": getattr(request, "language", settings.LANGUAGE_CODE),
        "clinic": getattr(request, "clinic", None),
        "local": _clock(request),
        "membership": getattr(request, "membership", None),
        "roles": getattr(request, "roles", frozenset()),
        "portal": getattr(request, "portal", None),
        "user": getattr(request, "user", None),
        "messages": SimpleLazyObject(lambda: get_messages(request)),
        # Lazy, since asking for a token sets a cookie, and a visitor gets none.
        "csrf_token": SimpleLazyObject(lambda: get_token(request)),
        "csrf_input": SimpleLazyObject(lambda: _csrf_input(request)),
    }


def _clock(request: Request) -> Callable[[datetime], datetime]:
    """A function that puts a moment on the clock of the page's clinic."""
    clinic = getattr(request, "clinic", None)
    if clinic is None:
        return lambda moment: moment
    from needlework.web.clinics.clock import clock_of

    return clock_of(clinic)


def _csrf_input(request: Request) -> SafeString:
    return format_html(
        '<input type="hidden" name="csrfmiddlewaretoken" value="{}">', get_token(request)
    )


def _portrait_of(client: Client) -> Blob | None:
    from needlework.web.blobs.selectors import portrait_of

    return portrait_of(client)


def _reports_waiting(clinic: Clinic) -> Waiting | None:
    from needlework.web.alerts.selectors import waiting

    return waiting(clinic, timezone.now())


def _withdrawals_waiting(clinic: Clinic) -> int:
    from needlework.web.alerts.selectors import withdrawals_unseen

    return withdrawals_unseen(clinic).count()


def _url(name: str, *args: object, **kwargs: object) -> str:
    return reverse(name, args=args or None, kwargs=kwargs or None)


def _language() -> str:
    return (translation.get_language() or settings.LANGUAGE_CODE)[:2]


def _gettext(message: str) -> str:
    return translator(_language())(message)


def _ngettext(one: str, many: str, number: int) -> str:
    return translator(_language())(one if number == 1 else many)
