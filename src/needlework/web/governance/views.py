"""Knowledge as a clinic holds it: the director decides, the owner reads.

Reads are views of their own, and so is each act: an act may ask who is there once more.
"""

from __future__ import annotations

import re
from typing import Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from needlework.errors import NeedleworkError
from needlework.i18n import translator
from needlework.web import access
from needlework.web.clinics.clock import clock_of
from needlework.web.governance import board, selectors, services, shown
from needlework.web.governance import recall as recalls
from needlework.web.governance import releases as used_releases
from needlework.web.governance.forms import PasswordForm, ProductForm
from needlework.web.governance.used import used_by
from needlework.web.knowledge import known_for, shipped
from needlework.web.rendering import render
from needlework.web.request import Request

_READERS: Final = ("owner", "medical-director")
_WRITERS: Final = ("medical-director",)
_CHANGES: Final = 200
"""Changes of a release on one page; a release that changes more is read by topic."""


# --- claims -------------------------------------------------------------------------------------


@access.member(*_READERS)
@require_GET
def topics(request: Request, clinic: str) -> HttpResponse:
    """What there is to decide, by topic."""
    used = used_by(request.clinic, shipped())
    found = board.rows(selectors.held_by(request.clinic.pk), used.claims)
    context = {
        "used": used,
        "wanted": board.Filter(used=bool(used.total)),
        "ours": board.counted(one for one in found if one.is_used),
        "all": board.counted(found),
        "name": shown.topic_namer(request),
        "release": shipped().knowledge.release,
    }
    return render(request, "governance/topics.html", context)


@access.member(*_READERS)
@require_GET
def claims(request: Request, clinic: str) -> HttpResponse:
    """A list of claims by topic, standing and words, to mark some of them."""
    used = used_by(request.clinic, shipped())
    found = board.rows(selectors.held_by(request.clinic.pk), used.claims)
    wanted = board.filter_from(request.GET, used=bool(used.total))
    return shown.listed(request, found, wanted, used)


@access.member(*_WRITERS)
@require_POST
def confirm(request: Request, clinic: str) -> HttpResponse:
    """The batch as it would be approved, with its whole list."""
    found, wanted, used = shown.board_of(request)
    marked = shown.marked(request, found, wanted)
    try:
        services.check_batch([shown.item(one) for one in marked])
    except services.GovernanceError as wrong:
        return shown.listed(request, found, wanted, used, wrong)
    return shown.confirm_page(request, marked, wanted)


@access.member(*_WRITERS)
@require_POST
def approve(request: Request, clinic: str) -> HttpResponse:
    """The director has seen the list, and approves it."""
    _ = translator(request.language)
    items = [
        services.Item(claim=claim, choice="approve", seen=seen)
        for claim, seen in map(shown.split, request.POST.getlist("claim"))
    ]
    form = PasswordForm(request.POST, language=request.language, name="approve")
    if items and not shown.is_confirmed(request, form):
        found, wanted, used = shown.board_of(request)
        if marked := shown.marked(request, found, wanted):
            return shown.confirm_page(request, marked, wanted, form)
        return shown.listed(request, found, wanted, used, services.nothing_marked())
    try:
        made = services.decide(
            clinic=request.clinic, author=request.membership, items=items, now=timezone.now()
        )
    except NeedleworkError as wrong:
        return shown.listed(request, *shown.board_of(request), wrong)
    shown.note(request, made)
    done = {"one": _("{n} claim is approved."), "many": _("{n} claims are approved.")}
    messages.success(request, done["one" if len(made) == 1 else "many"].format(n=len(made)))
    wanted = board.filter_from(request.POST, used=True)
    return shown.back(request, wanted)


@access.member(*_READERS)
@require_GET
def claim(request: Request, clinic: str, claim: str) -> HttpResponse:
    """A claim whole: where it stands, what was decided, and who was treated under it."""
    return shown.claim_page(request, claim) or shown.look_for(request, claim)


@access.member(*_WRITERS)
@require_POST
def decide(request: Request, clinic: str, claim: str) -> HttpResponse:
    """Approve, tighten, reject, or take a decision back."""
    row = board.row(request.clinic, claim)
    if row is None:
        return shown.look_for(request, claim)
    asked = shown.asked(request, row)
    if asked.wrong is not None or not shown.is_confirmed(request, asked.form):
        return shown.claim_page(request, claim, asked) or shown.look_for(request, claim)
    try:
        made = services.decide(
            clinic=request.clinic,
            author=request.membership,
            items=[asked.item()],
            now=timezone.now(),
        )
    except NeedleworkError as wrong:
        told = shown.Asked(asked.choice, asked.seen, claim, asked.form, wrong)
        return shown.claim_page(request, claim, told) or shown.look_for(request, claim)
    shown.note(request, made)
    messages.success(request, translator(request.language)("Your decision is recorded."))
    return redirect("governance:claim", clinic=request.clinic.slug, claim=claim)


@access.member(*_READERS)
@require_GET
def treated_csv(request: Request, clinic: str, claim: str) -> HttpResponse:
    """Who was treated under a claim, as a file; `?part=2` where there are very many."""
    if not shown.is_known(request, claim):
        return shown.look_for(request, claim)
    part = shown.number(request.GET.get("part", ""))
    found = recalls.recall(request.clinic, claim, part, recalls.PART)
    for person in found.people:
        request.audit.note(person.client)
    made = recalls.recall_csv(found.people, clock_of(request.clinic), request.language)
    name = re.sub(r"[^\w.-]", "-", claim, flags=re.ASCII)[:100]
    suffix = f"-{found.page}" if found.pages > 1 else ""
    return HttpResponse(
        made,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="treated-{name}{suffix}.csv"'},
    )


# --- releases and products ----------------------------------------------------------------------


@access.member(*_READERS)
@require_GET
def releases(request: Request, clinic: str) -> HttpResponse:
    """What changed from one release to the next, and which signed plans it touches."""
    listed = list(used_releases.used_releases())
    at = next((n for n, one in enumerate(listed) if one.pk == request.GET.get("release")), 0)
    after = listed[at] if listed else None
    before = listed[at + 1] if at + 1 < len(listed) else None
    found = shown.compared_with(after, before)
    touched: list[used_releases.Touched] = []
    total = 0
    if found is not None and at == 0:
        total, touched = used_releases.plans_touched(
            request.clinic, [one.claim for one in found.changes if one.kind != "added"]
        )
        now = known_for(request.clinic).knowledge
        touched = used_releases.with_standings(touched, now.release.digest, now.overlay_digest)
        shown.note_clients(request, [one.client for one in touched])
    context = {
        "listed": listed,
        "found": found,
        "is_newest": at == 0,
        "shown": found.changes[:_CHANGES] if found else (),
        "touched": touched,
        "total": total,
        "value": shown.valuer(request),
        "is_noted": any(one.pk == shipped().knowledge.release.digest for one in listed),
    }
    return render(request, "governance/releases.html", context)


@access.member(*_READERS)
@require_GET
def products(request: Request, clinic: str) -> HttpResponse:
    """The clinic's list of products made for needled skin."""
    return shown.products_page(request)


@access.member(*_WRITERS)
@require_POST
def list_product(request: Request, clinic: str) -> HttpResponse:
    """Put a product on the list, or take it off."""
    seen = shown.uuid_of(request.POST.get("seen", ""))
    name = f"product-{seen}" if seen else "product"
    form = ProductForm(request.POST, language=request.language, name=name)
    if not shown.is_confirmed(request, form):
        return shown.products_page(request, form)
    try:
        made = services.list_product(
            clinic=request.clinic,
            author=request.membership,
            product=form.cleaned_data["product"],
            because=form.cleaned_data["because"],
            allow=request.POST.get("choice") != "disallow",
            seen=seen,
            now=timezone.now(),
        )
    except NeedleworkError as wrong:
        form.add_error(None, f"{wrong.message} {wrong.hint}".strip())
        return shown.products_page(request, form)
    shown.note(request, [made])
    messages.success(request, translator(request.language)("Your decision is recorded."))
    return redirect("governance:products", clinic=request.clinic.slug)
