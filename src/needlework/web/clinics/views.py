"""Pages of a clinic's staff: their clinics, today, clients."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from needlework.web import access
from needlework.web.clearances.selectors import open_requests
from needlework.web.clinics import selectors, services
from needlework.web.clinics.clock import today_in
from needlework.web.clinics.differences import steps
from needlework.web.clinics.forms import ClientForm
from needlework.web.clinics.models import Client
from needlework.web.consents.ready import card as consents_card
from needlework.web.consultations.selectors import consultations_listed
from needlework.web.days.listed import client_card, day_context
from needlework.web.enquiries.selectors import waiting_count
from needlework.web.intake.selectors import to_confirm
from needlework.web.knowledge import known_for
from needlework.web.plans.selectors import plans_waiting
from needlework.web.portal.selectors import open_reports
from needlework.web.records.models import Record
from needlework.web.records.selectors import retractions_of
from needlework.web.records.services import OvertakenError
from needlework.web.rendering import render
from needlework.web.request import Request
from needlework.web.treatments.selectors import treatments_listed


@access.signed_in
@require_GET
def choose(request: Request) -> HttpResponse:
    """Straight to the only clinic, or a list to choose from."""
    found = list(selectors.memberships(request.user))
    if len(found) == 1:
        return redirect("clinics:home", clinic=found[0].clinic.slug)
    return render(request, "clinics/choose.html", {"memberships": found})


@access.member()
@require_GET
def home(request: Request, clinic: str) -> HttpResponse:
    """What waits: reports that nobody has seen, and whatever else needs somebody today."""
    reports = open_reports(request.clinic)
    for report in reports:
        request.audit.note(report)
    may_read = bool(request.roles - {"reception"})
    today = today_in(request.clinic, timezone.now())
    context = {
        **day_context(request, today),
        "reports": reports,
        "may_read": may_read,
        "requests_waiting": waiting_count(request.clinic),
        **(_waiting(request) if may_read else {}),
    }
    return render(request, "clinics/home.html", context)


def _waiting(request: Request) -> dict[str, list[Record]]:
    """What is clinical and waits, for those who may read it."""
    knowledge = known_for(request.clinic).knowledge
    found: dict[str, list[Record]] = {
        "to_confirm": list(to_confirm(request.clinic)),
        "clearances": list(open_requests(request.clinic)),
        "plans": list(plans_waiting(request.clinic, knowledge)),
    }
    for rows in found.values():
        for row in rows:
            request.audit.note(row)
    return found


@access.member()
@require_http_methods(["GET", "POST"])
def clients(request: Request, clinic: str) -> HttpResponse:
    """All by name; a search and what follows a page are sent, so that no address holds a name."""
    search = request.POST.get("q", "")[:100]
    if search.strip():
        page = selectors.clients_named(request.clinic, search)
    else:
        page = selectors.clients_by_name(request.clinic, request.POST.get("after", "")[:400])
    for person in page.clients:
        request.audit.note(person)
    context = {"page": page, "search": search}
    block = "results" if request.htmx else ""
    return render(request, "clinics/clients.html", context, block=block)


@access.member()
@require_http_methods(["GET", "POST"])
def client_new(request: Request, clinic: str) -> HttpResponse:
    """Somebody new; whoever may be here already is shown first."""
    form = ClientForm(request.POST or None, clinic=request.clinic, language=request.language)
    alike: list[Client] = []
    if request.method == "POST" and form.is_valid():
        if "somebody_else" not in request.POST:
            alike = selectors.clients_alike(request.clinic, form.facts)
        for one in alike:
            request.audit.note(one)
    if request.method == "POST" and form.is_valid() and not alike:
        made = services.add_client(
            clinic=request.clinic, given=form.facts, author=request.user, now=timezone.now()
        )
        request.audit.note(made)
        return redirect("clinics:client", clinic=request.clinic.slug, client=made.pk)
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "alike": alike}
    return render(request, "clinics/client_edit.html", context, status=status)


@access.member()
@require_http_methods(["GET", "POST"])
def client_edit(request: Request, clinic: str, client: UUID) -> HttpResponse:
    person = access.get_client(request, client)
    initial = {
        "name": person.name,
        "birth_date": person.birth_date,
        "sex": person.sex,
        "phone": person.phone_e164,
        "email": person.email,
        "language": person.language,
    }
    form = ClientForm(
        request.POST or None, initial=initial, clinic=request.clinic, language=request.language
    )
    is_overtaken = False
    if request.method == "POST" and form.is_valid():
        try:
            services.change_client(
                client=person,
                given=form.facts,
                author=request.user,
                now=timezone.now(),
                seen=request.POST.get("seen"),
            )
        except OvertakenError:
            is_overtaken = True
            person.refresh_from_db()
        else:
            return redirect("clinics:client", clinic=request.clinic.slug, client=person.pk)
    status = 422 if request.method == "POST" else 200
    # After an invalid form what was seen stays what it was; who was told has seen the newest.
    newest = selectors.newest_client_version(person)
    seen = newest if is_overtaken else request.POST.get("seen", newest)
    context = {"form": form, "client": person, "seen": seen, "is_overtaken": is_overtaken}
    return render(request, "clinics/client_edit.html", context, status=status)


@access.member()
@require_GET
def client_versions(request: Request, clinic: str, client: UUID) -> HttpResponse:
    """Who a client is, as it was written down: by whom, when, and what was different."""
    person = access.get_client(request, client)
    history = steps(selectors.client_versions(person), selectors.client_facts)
    return render(request, "clinics/client_versions.html", {"client": person, "history": history})


@access.member()
@require_GET
def client(request: Request, clinic: str, client: UUID) -> HttpResponse:
    """A client's page: who they are, what was said, what was done."""
    person = access.get_client(request, client)
    sees_records = bool(request.roles - {"reception"})
    consultations = list(consultations_listed(person)) if sees_records else []
    treatments = list(treatments_listed(person)) if sees_records else []
    context = {
        "client": person,
        "sees_records": sees_records,
        "may_consult": bool(request.roles & {"medical-director", "practitioner", "assistant"}),
        "consultations": consultations,
        "treatments": treatments,
        "consents": consents_card(request, person) if sees_records else None,
        "errors": retractions_of([*consultations, *treatments]),
        **client_card(person, sees_records=sees_records),
    }
    return render(request, "clinics/client.html", context)
