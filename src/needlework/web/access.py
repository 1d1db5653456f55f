"""The only door: who may call which view, and which record a person may see.

Each view declares a policy; one that declares none is refused. What is not yours is not found;
what is yours but not for your role is forbidden. Either leaves a row in the audit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal, TypeVar, cast
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers
from msgspec import Struct

from needlework.web.blobs.models import Blob
from needlework.web.clearances.models import ClearanceRequest
from needlework.web.clinics.models import ROLES, Client, Clinic, Membership
from needlework.web.consents.models import Consent, ConsentOffer
from needlework.web.consultations.models import Consultation
from needlework.web.days.models import Visit
from needlework.web.enquiries.models import ConsultationRequest
from needlework.web.plans.models import SignedPlan
from needlework.web.portal import links
from needlework.web.portal.models import SymptomReport
from needlework.web.records.models import Record
from needlework.web.records.services import is_retracted
from needlework.web.request import Request
from needlework.web.treatments.models import TreatmentSession

Forbidden = PermissionDenied

View = Callable[..., HttpResponse]
_V = TypeVar("_V", bound=View)
_M = TypeVar("_M", bound=Model)
_R = TypeVar("_R", bound=Record)


class Policy(Struct, frozen=True):
    """Whom a view serves. `member` needs one of `roles` in the clinic that the address names."""

    who: Literal["public", "signed-in", "member", "portal"]
    roles: frozenset[str] = frozenset()
    purpose: str = ""


PUBLIC: Final = Policy("public")
SIGNED_IN: Final = Policy("signed-in")
PORTAL: Final = Policy("portal", purpose="aftercare")
INTAKE: Final = Policy("portal", purpose="consultation")

_THEIRS: Final[Mapping[str, Policy]] = {
    "account_login": PUBLIC,
    "account_logout": PUBLIC,
    "account_signup": PUBLIC,
    "account_inactive": PUBLIC,
    "account_reset_password": PUBLIC,
    "account_reset_password_done": PUBLIC,
    "account_reset_password_from_key": PUBLIC,
    "account_reset_password_from_key_done": PUBLIC,
    "account_email_verification_sent": PUBLIC,
    "account_confirm_email": PUBLIC,
    "mfa_authenticate": PUBLIC,
    "mfa_login_webauthn": PUBLIC,
}
"""Views of allauth that a person needs before being signed in; its others need a sign-in."""


def public(view: _V) -> _V:
    """For anyone."""
    return _declare(view, PUBLIC)


def signed_in(view: _V) -> _V:
    """For anyone who has signed in."""
    return _declare(view, SIGNED_IN)


def portal(view: _V) -> _V:
    """For a client who came by a link and has shown the second factor."""
    return _declare(view, PORTAL)


def intake(view: _V) -> _V:
    """For a client who came by a link to fill in a consultation, with the second factor."""
    return _declare(view, INTAKE)


def member(*roles: str) -> Callable[[_V], _V]:
    """For those who have one of the roles in the clinic of the address; none named: any role."""
    unknown = set(roles) - set(ROLES)
    if unknown:
        raise ValueError(f"no such role: {sorted(unknown)}")
    return lambda view: _declare(view, Policy("member", frozenset(roles or ROLES)))


def policy_of(view: View, name: str = "") -> Policy | None:
    """What the view declares; for views that a package brings, what we declare for them."""
    declared = getattr(view, "policy", None)
    if isinstance(declared, Policy):
        return declared
    if getattr(view, "__module__", "").startswith("allauth."):
        return _THEIRS.get(name, SIGNED_IN)
    return None


class AccessMiddleware:
    """Enforces the policy of the view that is about to be called."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        match = request.resolver_match
        policy = policy_of(match.func, match.url_name or "") if match else None
        if (policy is None or policy != PUBLIC) and not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        return response

    def process_view(
        self, request: HttpRequest, view: View, args: object, kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        asked = cast("Request", request)
        match = request.resolver_match
        policy = policy_of(view, match.url_name or "" if match else "")
        if policy is None:
            raise Http404
        if policy.who == "public":
            return None
        if policy.who == "portal":
            return _enter_portal(asked, policy.purpose)
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if policy.who == "member":
            _enter_clinic(asked, policy, str(kwargs.get("clinic", "")))
        return None


def _declare(view: _V, policy: Policy) -> _V:
    view.policy = policy  # type: ignore[attr-defined]
    return view


def _enter_portal(request: Request, purpose: str) -> HttpResponse | None:
    link = links.open_link(request, purpose)
    if link is None:
        return links.ended(request)
    request.portal, request.clinic = link, link.clinic
    request.audit.note(link.client)
    return None


def _enter_clinic(request: Request, policy: Policy, slug: str) -> None:
    membership = (
        Membership.objects.active()
        .filter(user=request.user, clinic__slug=slug)
        .select_related("clinic")
        .prefetch_related("role_rows")
        .first()
    )
    if membership is None:
        if clinic := Clinic.objects.filter(slug=slug).first():
            request.audit.refused(clinic)
        raise Http404
    request.clinic, request.membership = membership.clinic, membership
    request.roles = membership.roles
    if not policy.roles & membership.roles:
        request.audit.refused(membership.clinic)
        raise PermissionDenied


# --- records ----------------------------------------------------------------------------------


def get_client(request: Request, code: UUID) -> Client:
    return _of_clinic(request, Client.objects.all(), code)


def get_consultation(request: Request, code: UUID) -> Consultation:
    return _of_clinic(request, Consultation.objects.select_related("client"), code)


def get_treatment(request: Request, code: UUID) -> TreatmentSession:
    return _of_clinic(request, TreatmentSession.objects.select_related("client"), code)


def get_symptom_report(request: Request, code: UUID) -> SymptomReport:
    return _of_clinic(request, SymptomReport.objects.select_related("client"), code)


def get_consultation_request(request: Request, code: UUID) -> ConsultationRequest:
    return _of_clinic(request, ConsultationRequest.objects.all(), code)


def get_signed_plan(request: Request, code: UUID) -> SignedPlan:
    rows = SignedPlan.objects.select_related("client", "consultation", "version", "signer")
    return _of_clinic(request, rows, code)


def get_consent_offer(request: Request, code: UUID) -> ConsentOffer:
    rows = ConsentOffer.objects.select_related("client", "clinic", "plan__consultation", "pdf")
    return _of_clinic(request, rows, code)


def get_consent(request: Request, code: UUID) -> Consent:
    rows = Consent.objects.select_related("client", "clinic", "signature__offer__plan")
    return _of_clinic(request, rows, code)


def get_clearance_request(request: Request, code: UUID) -> ClearanceRequest:
    rows = ClearanceRequest.objects.select_related("client", "version", "consultation", "asked")
    return _of_clinic(request, rows, code)


def get_visit(request: Request, code: UUID) -> Visit:
    return _of_clinic(request, Visit.objects.select_related("client"), code)


def get_blob(request: Request, code: UUID) -> Blob:
    return _of_clinic(request, Blob.objects.select_related("client"), code)


def get_record(request: Request, model: type[_R], code: UUID) -> _R:
    """A record of any kind."""
    rows = cast("QuerySet[_R]", model._default_manager.select_related("client", "author"))
    return _of_clinic(request, rows, code)


def _of_clinic(request: Request, rows: QuerySet[_M], code: UUID) -> _M:
    """The row if it is the clinic's (and the client's own, where a client asks); else 404."""
    found = rows.filter(pk=code).first()
    if found is None:
        raise Http404
    if not _is_theirs(request, found):
        request.audit.refused(found)
        raise Http404
    request.audit.note(found)
    return found


def _is_theirs(request: Request, row: Model) -> bool:
    if getattr(row, "clinic_id", None) != request.clinic.pk:
        return False
    asking = getattr(request, "portal", None)
    if asking is None:
        return True
    if isinstance(row, Record) and is_retracted(row):
        # It may be another person's: only staff still see it.
        return False
    owner = row.pk if isinstance(row, Client) else getattr(row, "client_id", None)
    return bool(owner == asking.client_id)
