"""Offering a consent, signing it, taking it back, and the clinic's own words in it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction
from msgspec import Struct

from needlework import documents
from needlework.documents import PHOTO_USES
from needlework.i18n import LANGUAGES
from needlework.web.accounts.models import User
from needlework.web.blobs.models import Blob
from needlework.web.blobs.services import keep_clean
from needlework.web.blobs.sniff import Clean, clean
from needlework.web.clinics.clock import clock_of
from needlework.web.clinics.models import Clinic, Membership
from needlework.web.consents import selectors
from needlework.web.consents.errors import ConsentError
from needlework.web.consents.forming import (
    form_of,
    offer_sha256,
    points_to_read,
    signature_sha256,
)
from needlework.web.consents.models import (
    TREATMENT,
    Consent,
    ConsentOffer,
    ConsentSignature,
    ConsentText,
    Withdrawal,
)
from needlework.web.consents.names import names_match
from needlework.web.plans.models import SignedPlan
from needlework.web.records.services import overtaken, supersede
from needlework.web.records.spoken import spoken
from needlework.workflow import Known

OFFERERS: Final = ("medical-director", "practitioner", "assistant")
LONGEST_WORDS: Final = 6000


class Given(Struct, frozen=True, kw_only=True):
    """What a client answered."""

    name: str
    read: tuple[str, ...]
    answers: Mapping[str, str]
    """Yes or no to each use."""
    drawing: Clean | None = None
    """None where the typed name is the signature."""
    haste: str = ""
    is_name_confirmed: bool = False


# --- offering ---------------------------------------------------------------------------------


def offer_consent(
    *, plan: SignedPlan, language: str, known: Known, author: User, now: datetime
) -> ConsentOffer:
    """Put a consent before the client: filled in, printed, and never changed after."""
    _check_plan(plan, known)
    if language not in LANGUAGES:
        _ = spoken()
        raise ConsentError(
            _("A consent is offered in English or in Spanish."), hint=_("Choose one of them.")
        )
    text = selectors.newest_text(plan.clinic, language)
    points = form_of(plan, language, known, text)
    # Printed before anything is written: nobody else waits for that.
    pdf = clean(documents.consent_form_pdf(points), "pdf")
    offer = ConsentOffer(
        clinic=plan.clinic,
        client=plan.client,
        author=author,
        recorded_at=now,
        plan=plan,
        text=text,
        language=language,
        form_version=documents.consent_form_version(language),
        points=points,
    )
    offer.content_sha256 = offer_sha256(plan, points, offer.form_version)
    return _append(offer, pdf, known)


@transaction.atomic
def _append(offer: ConsentOffer, pdf: Clean, known: Known) -> ConsentOffer:
    _check_plan(offer.plan, known)
    offer.pdf = keep_clean(
        clinic=offer.clinic,
        client=offer.client,
        author=offer.author,
        kind="pdf",
        made=pdf,
        now=offer.recorded_at,
    )
    before = selectors.newest_offer(offer.plan)
    if before is not None:
        return supersede(old=before, new=offer)
    try:
        with transaction.atomic():
            offer.save(force_insert=True)
    except IntegrityError as clash:
        if selectors.newest_offer(offer.plan) is not None:
            raise overtaken() from clash
        raise
    return offer


def _check_plan(plan: SignedPlan, known: Known) -> None:
    if not selectors.plan_holds(plan, known.knowledge):
        _ = spoken()
        raise ConsentError(
            _("The plan that this consent is for is not in force."),
            hint=_("Sign the plan as it is now, and offer a consent for that one."),
        )


# --- signing ----------------------------------------------------------------------------------


def sign_consent(
    *, offer: ConsentOffer, given: Given, member: Membership, known: Known, now: datetime
) -> ConsentSignature:
    """One signature under one offer, with a consent for each use agreed to."""
    _check_open(offer, known)
    _check_given(offer, given, known, now)
    signature = ConsentSignature(
        clinic=offer.clinic,
        client=offer.client,
        author=member.user,
        recorded_at=now,
        offer=offer,
        way="typed" if given.drawing is None else "drawn",
        signed_name=" ".join(given.name.split()),
        is_name_confirmed=given.is_name_confirmed,
        had_since=selectors.had_since(offer),
        haste=given.haste.strip() if selectors.is_early(offer, known.knowledge, now) else "",
        read=list(given.read),
        answers=dict(given.answers),
        taken_by=member,
    )
    drawn = given.drawing.content if given.drawing is not None else b""
    digest = hashlib.sha256(drawn).hexdigest() if drawn else ""
    signature.content_sha256 = signature_sha256(signature, digest)
    pdf = clean(_printed(signature, drawn), "pdf")
    return _keep(signature, given.drawing, pdf, known)


@transaction.atomic
def _keep(
    signature: ConsentSignature, drawing: Clean | None, pdf: Clean, known: Known
) -> ConsentSignature:
    """Of two devices that sign at once, one is told."""
    # Asked again: it may have been replaced while the form was being printed.
    _check_open(signature.offer, known)
    if drawing is not None:
        signature.drawing = _kept(signature, "signature", drawing)
    signature.pdf = _kept(signature, "pdf", pdf)
    try:
        with transaction.atomic():
            signature.save(force_insert=True)
    except IntegrityError as clash:
        if ConsentSignature.objects.filter(offer=signature.offer).exists():
            raise _signed_already() from clash
        raise
    _take_back_what_was_declined(signature)
    for use, answer in signature.answers.items():
        if answer == "yes":
            Consent.objects.create(
                clinic=signature.clinic,
                client=signature.client,
                author=signature.author,
                recorded_at=signature.recorded_at,
                signature=signature,
                use=use,
            )
    return signature


def _kept(signature: ConsentSignature, kind: str, made: Clean) -> Blob:
    return keep_clean(
        clinic=signature.clinic,
        client=signature.client,
        author=signature.author,
        kind=kind,
        made=made,
        now=signature.recorded_at,
    )


def _take_back_what_was_declined(signature: ConsentSignature) -> None:
    """A no to a use of photographs ends what was agreed to before."""
    if signature.client is None:
        return
    for consent in selectors.standing_consents(signature.client):
        if signature.answers.get(consent.use) == "no":
            _withdraw(consent, signature.author, None, "", signature.recorded_at)


def _check_open(offer: ConsentOffer, known: Known) -> None:
    _ = spoken()
    if ConsentSignature.objects.filter(offer=offer).exists():
        raise _signed_already()
    if not selectors.is_open(offer):
        raise ConsentError(
            _("This consent was taken back or replaced by another."),
            hint=_("Open the newest one, and sign that."),
        )
    _check_plan(offer.plan, known)


def _signed_already() -> ConsentError:
    _ = spoken()
    return ConsentError(
        _("This consent has been signed already, perhaps on another device."),
        hint=_("Nothing was added. The clinic’s page shows the signature."),
    )


def _check_given(offer: ConsentOffer, given: Given, known: Known, now: datetime) -> None:
    """The server's own look at what the form has checked before."""
    _ = spoken()
    if given.answers.get(TREATMENT) != "yes" or set(given.read) != set(
        points_to_read(offer.points)
    ):
        raise _incomplete(_("Some points were not ticked as read and understood."))
    if set(given.answers) != {TREATMENT, *PHOTO_USES} or not set(given.answers.values()) <= {
        "yes",
        "no",
    }:
        raise _incomplete(_("Each use of photographs needs a yes or a no."))
    if not given.name.strip():
        raise _incomplete(_("The name is missing."))
    known_name = offer.client.name if offer.client is not None else ""
    if not given.is_name_confirmed and not names_match(given.name, known_name):
        raise _incomplete(_("The name is not the one on record."))
    if selectors.is_early(offer, known.knowledge, now) and not given.haste.strip():
        raise _incomplete(_("The time to think is not over, and nothing says why not to wait."))


def _incomplete(message: str) -> ConsentError:
    _ = spoken()
    return ConsentError(message, hint=_("Nothing was signed. Complete the form, then sign."))


def _printed(signature: ConsentSignature, drawn: bytes) -> bytes:
    clock = clock_of(signature.clinic)
    member = signature.taken_by
    return documents.consent_form_pdf(
        signature.offer.points,
        documents.SignedConsent(
            name=signature.signed_name,
            at=clock(signature.recorded_at),
            taken_by=member.user.name or member.user.email,
            profession=member.profession,
            sha256=signature.content_sha256,
            agreed=tuple(use for use, answer in signature.answers.items() if answer == "yes"),
            drawn=drawn,
            had_since=clock(signature.had_since),
            haste=signature.haste,
            is_name_confirmed=signature.is_name_confirmed,
        ),
    )


# --- taking back ------------------------------------------------------------------------------


@transaction.atomic
def withdraw_consent(
    *,
    consent: Consent,
    now: datetime,
    author: User | None = None,
    portal_link: UUID | None = None,
    words: str = "",
) -> list[Withdrawal]:
    """Take a consent back at once, with every other that allows the same."""
    if consent.client is None:
        return []
    same = selectors.standing_consents(consent.client).filter(use=consent.use)
    if consent.use == TREATMENT:
        same = same.filter(signature__offer__plan=consent.signature.offer.plan)
    found = {one.pk: one for one in same}
    if not Withdrawal.objects.filter(consent=consent).exists():
        found[consent.pk] = consent
    made = (_withdraw(one, author, portal_link, words, now) for one in found.values())
    return [one for one in made if one is not None]


def _withdraw(
    consent: Consent, author: User | None, portal_link: UUID | None, words: str, now: datetime
) -> Withdrawal | None:
    """None where somebody else took it back in the same moment: it is taken back all the same."""
    try:
        with transaction.atomic():
            return Withdrawal.objects.create(
                clinic=consent.clinic,
                client=consent.client,
                author=author,
                portal_link=portal_link,
                recorded_at=now,
                consent=consent,
                words=words.strip(),
            )
    except IntegrityError:
        if not Withdrawal.objects.filter(consent=consent).exists():
            raise
        return None


# --- the clinic's own words -------------------------------------------------------------------


@transaction.atomic
def write_text(
    *, clinic: Clinic, language: str, words: str, seen_number: int, author: User, now: datetime
) -> ConsentText:
    """The next version of what the clinic adds; offers made before keep theirs."""
    before = selectors.newest_text(clinic, language)
    if (before.number if before else 0) != seen_number:
        raise overtaken()
    text = ConsentText(
        clinic=clinic,
        author=author,
        recorded_at=now,
        language=language,
        number=seen_number + 1,
        words=words.strip()[:LONGEST_WORDS],
    )
    if before is not None:
        return supersede(old=before, new=text)
    try:
        with transaction.atomic():
            text.save(force_insert=True)
    except IntegrityError as clash:
        if selectors.newest_text(clinic, language) is not None:
            raise overtaken() from clash
        raise
    return text
