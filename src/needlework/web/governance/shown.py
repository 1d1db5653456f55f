"""What pages of the knowledge are put together from, and what their forms have sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from msgspec import Struct

from needlework.errors import NeedleworkError
from needlework.i18n import translator
from needlework.web.accounts.services import confirm_password
from needlework.web.clinics.clock import today_in
from needlework.web.clinics.models import Client
from needlework.web.governance import board, naming, selectors, services
from needlework.web.governance import recall as recalls
from needlework.web.governance import releases as used_releases
from needlework.web.governance.forms import (
    PasswordForm,
    ProductForm,
    ReasonForm,
    TightenForm,
    can_tighten,
)
from needlework.web.governance.models import Decision, UsedRelease
from needlework.web.governance.used import TOLD, Used, used_by
from needlework.web.knowledge import shipped
from needlework.web.plans.models import PlanClaim
from needlework.web.rendering import render
from needlework.web.request import Request
from needlework.workflow import why

_CHOICES: Final[Mapping[str, services.Choice]] = {
    "approve": "approve",
    "tighten": "tighten",
    "reject": "reject",
    "undecide": "undecide",
}


# --- lists --------------------------------------------------------------------------------------


def board_of(request: Request) -> tuple[list[board.Row], board.Filter, Used]:
    used = used_by(request.clinic, shipped())
    found = board.rows(selectors.held_by(request.clinic.pk), used.claims)
    return found, board.filter_from(request.POST, used=bool(used.total)), used


def listed(
    request: Request,
    found: Sequence[board.Row],
    wanted: board.Filter,
    used: Used,
    wrong: NeedleworkError | None = None,
) -> HttpResponse:
    fitting = board.matching(found, wanted, request.language)
    pages = max(1, -(-len(fitting) // board.PAGE))
    page = min(number(request.GET.get("page", "")), pages)
    shown = fitting[(page - 1) * board.PAGE : page * board.PAGE]
    context = {
        "wanted": wanted,
        "used": used,
        "rows": shown,
        "count": len(fitting),
        "asking": sum(one.asks for one in fitting),
        "page": page,
        "pages": pages,
        "topics": [(topic, naming.topic_name(topic, request.language)) for topic in naming.TOPICS],
        "entries": board.entries(found, wanted.topic, request.language) if wanted.topic else [],
        "say": sayings(request, shown),
        "name": topic_namer(request),
        "is_marked": request.GET.get("mark") == "all",
        "may_decide": may_decide(request),
        "may_approve": may_approve(request),
        "most": services.BATCH_AT_MOST,
        "wrong": wrong,
    }
    block = "results" if request.htmx and wrong is None else ""
    status = 422 if wrong is not None else 200
    return render(request, "governance/claims.html", context, block=block, status=status)


def marked(request: Request, found: Sequence[board.Row], wanted: board.Filter) -> list[board.Row]:
    """Those ticked on the page, or all that ask in the list."""
    if request.POST.get("all"):
        return [one for one in board.matching(found, wanted, request.language) if one.asks]
    ticked = {split(text)[0] for text in request.POST.getlist("claim")}
    return [one for one in found if one.id in ticked and one.asks]


def item(one: board.Row) -> services.Item:
    return services.Item(claim=one.id, choice="approve", seen=one.mark)


def split(text: str) -> tuple[str, str]:
    """A tick box carries the claim and the mark of what was seen of it."""
    claim, _, seen = text.partition("~")
    return claim, seen


def back(request: Request, wanted: board.Filter) -> HttpResponse:
    path = reverse("governance:claims", args=(request.clinic.slug,))
    return redirect(f"{path}?{wanted.query()}")


class _Saying(Struct, frozen=True):
    """A claim in the words of a page."""

    value: naming.Said
    range: str
    clinic: naming.Said | None
    """The clinic's own value, where it tightened the release's."""
    entry: naming.Said
    statement: naming.Said


def sayings(request: Request, shown: Sequence[board.Row]) -> Mapping[str, _Saying]:
    return {one.id: _saying(request, one) for one in shown}


def _saying(request: Request, one: board.Row) -> _Saying:
    language = request.language
    own = None if one.own is None else naming.value_said(one.claim, one.own, language)
    return _Saying(
        value=naming.value_said(one.claim, one.claim.value, language),
        range=naming.range_said(one.claim, language),
        clinic=own,
        entry=naming.entry_name(one.entry, language),
        statement=naming.said(one.claim.statement, language),
    )


# --- one claim ----------------------------------------------------------------------------------


class Asked(Struct, frozen=True):
    """What the director asked for about one claim, and what was wrong with it."""

    choice: services.Choice
    seen: str
    claim: str
    form: Any = None
    wrong: NeedleworkError | None = None

    def item(self) -> services.Item:
        given = self.form.cleaned_data if self.form is not None else {}
        return services.Item(
            claim=self.claim,
            choice=self.choice,
            seen=self.seen,
            value=given.get("value"),
            because=given.get("because", ""),
        )


def asked(request: Request, row: board.Row) -> Asked:
    seen, language = request.POST.get("seen", ""), request.language
    choice = _CHOICES.get(request.POST.get("choice", ""))
    if choice is None:
        return Asked("undecide", seen, row.id, wrong=services.unknown_choice())
    form: Any = None
    if choice == "tighten" and can_tighten(row.claim):
        form = TightenForm(request.POST, claim=row.claim, language=language)
    elif choice in {"tighten", "reject"}:
        form = ReasonForm(request.POST, language=language, name="reject")
    else:
        form = PasswordForm(request.POST, language=language, name=choice)
    return Asked(choice, seen, row.id, form)


def claim_page(request: Request, claim_id: str, asked: Asked | None = None) -> HttpResponse | None:
    """None where neither this release nor any work of the clinic knows the claim."""
    if "\x00" in claim_id:
        return None
    row = board.row(request.clinic, claim_id)
    history = selectors.history_of(request.clinic, claim_id)
    found = recalls.recall(request.clinic, claim_id, number(request.GET.get("page", "")))
    if row is None and not history and not found.people:
        return None
    for person in found.people:
        request.audit.note(person.client)
    language = request.language
    forms: dict[str, Any] = {"tighten": None}
    if row is not None:
        if can_tighten(row.claim):
            forms["tighten"] = TightenForm(claim=row.claim, language=language)
        forms["reject"] = ReasonForm(language=language, name="reject")
        for choice in ("approve", "undecide"):
            forms[choice] = PasswordForm(language=language, name=choice)
    if asked is not None and asked.form is not None:
        # A claim that cannot be tightened was rejected by whoever sent this.
        tightens = isinstance(asked.form, TightenForm)
        choice = asked.choice if tightens or asked.choice != "tighten" else "reject"
        forms[choice] = asked.form
    context = {
        "claim_id": claim_id,
        "row": row,
        "say": _saying(request, row) if row else None,
        "chain": why(shipped().knowledge, claim_id) if row else None,
        "words": naming.words(language),
        "link_of": naming.link_of,
        "said": lambda text: naming.said(text, language),
        "topic": naming.topic_name(claim_id.partition(".")[0], language),
        "value": valuer(request),
        "history": _lines(history, language),
        "recall": found,
        "is_told": claim_id.partition(".")[0] in TOLD,
        "parts": range(1, -(-(found.treated + found.planned) // recalls.PART) + 1),
        "forms": forms,
        "may_decide": may_decide(request) and row is not None,
        "may_approve": may_approve(request),
        "undo_loosens": bool(history) and history[0].choice != "approve",
        "wrong": asked.wrong if asked is not None else None,
    }
    return render(request, "governance/claim.html", context, status=422 if asked else 200)


class _Line(Struct, frozen=True):
    """A decision of the past: what was chosen, and what the claim said at that time."""

    decision: Decision
    value: naming.Said | None
    read: naming.Said | None


def _lines(history: Sequence[Decision], language: str) -> list[_Line]:
    return [_line(one, language) for one in history]


def _line(one: Decision, language: str) -> _Line:
    read = naming.claim_read(one.read)
    if read is None:
        return _Line(one, None, None)
    own = None
    if one.choice == "tighten" and one.value is not None:
        own = naming.value_said(read, one.value, language)
    return _Line(one, own, naming.value_said(read, read.value, language))


def is_known(request: Request, claim_id: str) -> bool:
    if claim_id in shipped().knowledge.release.claims:
        return True
    return (
        "\x00" not in claim_id
        and PlanClaim.objects.filter(clinic=request.clinic, claim=claim_id).exists()
    )


def look_for(request: Request, claim_id: str) -> HttpResponse:
    """A claim that nobody knows may have another name by now: look for it."""
    wanted = board.Filter(
        show="all", used=False, search=claim_id.replace("\x00", "")[: board.LONGEST_SEARCH]
    )
    return back(request, wanted)


# --- small things -------------------------------------------------------------------------------


def products_page(request: Request, sent: ProductForm | None = None) -> HttpResponse:
    """The list, each product with the form that moves it; what was sent stands in its own form."""
    listed = list(selectors.products(request.clinic))
    about = next((one.pk for one in listed if str(one.pk) == request.POST.get("seen")), None)
    fresh = ProductForm(language=request.language)
    context = {
        "listed": [
            (one, sent if sent and one.pk == about else product_form(request, f"product-{one.pk}"))
            for one in listed
        ],
        "form": sent if sent and about is None else fresh,
        "may_decide": may_decide(request),
        "may_approve": may_approve(request),
    }
    return render(request, "governance/products.html", context, status=422 if sent else 200)


def product_form(request: Request, name: str) -> ProductForm:
    return ProductForm(language=request.language, name=name)


def confirm_page(
    request: Request,
    marked: Sequence[board.Row],
    wanted: board.Filter,
    form: PasswordForm | None = None,
) -> HttpResponse:
    """The batch with its whole list, and the password that approves it."""
    context = {
        "marked": marked,
        "wanted": wanted,
        "say": sayings(request, marked),
        "name": topic_namer(request),
        "form": form or PasswordForm(language=request.language, name="approve"),
    }
    return render(request, "governance/confirm.html", context, status=422 if form else 200)


def is_confirmed(request: Request, form: PasswordForm) -> bool:
    """Whether all is typed, and by whoever is signed in; otherwise the form says what is wrong."""
    if not form.is_valid():
        return False
    if confirm_password(request.user, form.cleaned_data["password"]):
        return True
    _ = translator(request.language)
    form.add_error("password", _("This is not your password, so nothing was decided."))
    return False


def compared_with(
    after: UsedRelease | None, before: UsedRelease | None
) -> used_releases.Compared | None:
    return None if after is None else used_releases.compared(after, before)


def may_decide(request: Request) -> bool:
    return services.DIRECTOR in request.roles


def may_approve(request: Request) -> bool:
    today = today_in(request.clinic, timezone.now())
    return may_decide(request) and services.may_loosen(request.membership, today)


def note(request: Request, made: Sequence[Decision]) -> None:
    for one in made:
        request.audit.note(one)


def note_clients(request: Request, codes: Sequence[UUID]) -> None:
    for client in Client.objects.filter(clinic=request.clinic, pk__in=codes):
        request.audit.note(client)


def topic_namer(request: Request) -> Any:
    return lambda topic: naming.topic_name(topic, request.language)


def valuer(request: Request) -> Any:
    return lambda claim: naming.value_said(claim, claim.value, request.language)


def number(text: str) -> int:
    """A page's number as an address has it; the first one where it says nothing of the kind."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 1


def uuid_of(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
