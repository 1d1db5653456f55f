"""What a client sees on the clinic's tablet: one consent, and nothing else.

These pages ask for no role: the staff's own session is locked meanwhile. What opens them is the
handover that a member of the staff began on this very device.
"""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from needlework.web import access
from needlework.web.accounts.services import confirm_password
from needlework.web.blobs.services import open_blob
from needlework.web.clinics.models import Membership
from needlework.web.consents import handover, selectors
from needlework.web.consents.forms import SignForm
from needlework.web.consents.models import TREATMENT, ConsentOffer
from needlework.web.consents.services import sign_consent
from needlework.web.knowledge import known_for
from needlework.web.language import use
from needlework.web.rendering import render
from needlework.web.request import Request

Held = tuple[ConsentOffer, Membership]


@access.public
@never_cache
@require_http_methods(["GET", "POST"])
def sign(request: Request) -> HttpResponse:
    """Each point, the answers, the signature."""
    held = _held(request)
    if held is None:
        return _nothing(request)
    offer, member = held
    if getattr(offer, "signature", None) is not None:
        return redirect("consents:signed")
    knowledge = known_for(offer.clinic).knowledge
    if not (selectors.is_open(offer) and selectors.plan_holds(offer.plan, knowledge)):
        return render(request, "consents/closed.html", {"offer": offer}, status=_status(request))
    is_early = selectors.is_early(offer, knowledge, timezone.now())
    form = SignForm(
        request.POST if request.method == "POST" else None, offer=offer, is_early=is_early
    )
    if request.method == "POST" and form.is_valid() and _confirmed(request, form):
        signature = sign_consent(
            offer=offer,
            given=form.given(),
            member=member,
            known=known_for(offer.clinic),
            now=timezone.now(),
        )
        request.audit.note(signature)
        return redirect("consents:signed")
    context = {
        "offer": offer,
        "points": offer.points,
        "form": form,
        "member": member,
        "treatment": TREATMENT,
        "is_early": is_early,
        "had_since": selectors.had_since(offer),
        "until": selectors.thinking_until(offer, knowledge),
    }
    return render(request, "consents/sign.html", context, status=_status(request))


def _confirmed(request: Request, form: SignForm) -> bool:
    """Whether the member of staff vouches for a name that is not the one on record."""
    if not form.is_name_strange:
        return True
    if confirm_password(request.user, form.cleaned_data["staff_password"]):
        return True
    form.add_error("staff_password", form.say("This is not the password of the member of staff."))
    return False


@access.public
@never_cache
@require_GET
def signed(request: Request) -> HttpResponse:
    """Thanks, the copy, and how the tablet goes back."""
    held = _held(request)
    if held is None or getattr(held[0], "signature", None) is None:
        return redirect("consents:sign")
    offer, member = held
    context = {"offer": offer, "signature": offer.signature, "member": member}
    return render(request, "consents/signed.html", context)


@access.public
@never_cache
@require_GET
def later(request: Request) -> HttpResponse:
    """The client does not sign now: nothing is asked, and the tablet goes back."""
    held = _held(request)
    if held is None:
        return redirect("consents:sign")
    return render(request, "consents/later.html", {"offer": held[0], "member": held[1]})


@access.public
@never_cache
@require_GET
def copy(request: Request) -> HttpResponse:
    """What was signed, or before that what is to be read."""
    held = _held(request)
    if held is None:
        return redirect("consents:sign")
    offer = held[0]
    signature = getattr(offer, "signature", None)
    blob = offer.pdf if signature is None else signature.pdf
    request.audit.note(blob)
    response = HttpResponse(open_blob(blob), content_type="application/pdf")
    response.headers["Content-Disposition"] = 'inline; filename="consent.pdf"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _held(request: Request) -> Held | None:
    """The consent in this client's hands; the page is in its language, on its clinic's clock."""
    held = handover.held(request)
    if held is not None:
        offer, member = held
        request.clinic = member.clinic
        request.audit.note(offer)
        use(request, offer.language)
    return held


def _nothing(request: Request) -> HttpResponse:
    return render(request, "consents/nothing.html", {}, status=_status(request))


def _status(request: Request) -> int:
    return 422 if request.method == "POST" else 200
