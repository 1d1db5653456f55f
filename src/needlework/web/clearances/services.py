"""Asking a clinician, writing down the answer, and clearing with a reason of one's own."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from uuid import UUID

import msgspec
from django.db import IntegrityError, transaction

from needlework.errors import NeedleworkError
from needlework.evidence import Knowledge, Role
from needlework.screening import Finding
from needlework.screening.clearing import last_day, may_clear, role_of
from needlework.web.accounts.models import User
from needlework.web.blobs.models import Blob
from needlework.web.clearances.models import (
    CLOSINGS,
    OUTCOMES,
    REACHES,
    REASONS,
    Clearance,
    ClearanceClosing,
    ClearanceReminder,
    ClearanceRequest,
)
from needlework.web.clearances.selectors import (
    answer_to,
    clinician,
    last_answer,
    open_requests,
)
from needlework.web.clinics.clock import today_in
from needlework.web.clinics.models import Client, Membership
from needlework.web.consultations.models import ConsultationVersion
from needlework.web.records.services import overtaken, supersede
from needlework.web.records.spoken import spoken


class ClearanceError(NeedleworkError):
    """A finding cannot be asked about or cleared in the way that was asked for."""


@transaction.atomic
def ask_clearance(
    *,
    version: ConsultationVersion,
    finding: Finding,
    question: str,
    due_on: date,
    author: User,
    now: datetime,
    asked: Membership | None = None,
    asked_name: str = "",
    asked_contact: str = "",
    letter: Blob | None = None,
) -> ClearanceRequest:
    """Put a finding before a clinician of the clinic, or one outside it, by name."""
    _ = spoken()
    if finding.override is None or finding.override.role is Role.NOBODY:
        raise ClearanceError(
            _("Nobody may clear this finding."),
            hint=_("Postpone the treatment, or plan without the areas concerned."),
        )
    if asked is None and not asked_name.strip():
        raise ClearanceError(
            _("It is not said who is asked."), hint=_("Choose or name a clinician.")
        )
    if asked is not None and asked.clinic_id != version.clinic_id:
        raise ClearanceError(
            _("This person does not work in this clinic."),
            hint=_("Choose somebody of the list."),
        )
    if due_on < today_in(version.clinic, now):
        raise ClearanceError(
            _("The day by which an answer is needed has passed."), hint=_("Choose a later day.")
        )
    same = asked_already(
        version=version,
        finding=finding,
        question=question,
        author=author,
        due_on=due_on,
        asked=asked,
        asked_name=asked_name,
        letter_sha256=letter.sha256 if letter else "",
    )
    return same or ClearanceRequest.objects.create(
        clinic=version.clinic,
        client=version.client,
        author=author,
        recorded_at=now,
        consultation=version.consultation,
        version=version,
        rule=finding.rule,
        zones=sorted(finding.zones),
        finding=msgspec.to_builtins(finding),
        role=finding.override.role.value,
        asked=asked,
        asked_name=asked_name.strip(),
        asked_contact=asked_contact.strip(),
        question=question.strip(),
        letter=letter,
        due_on=due_on,
    )


@transaction.atomic
def asked_already(
    *,
    version: ConsultationVersion,
    finding: Finding,
    question: str,
    author: User,
    due_on: date,
    asked: Membership | None = None,
    asked_name: str = "",
    letter_sha256: str = "",
) -> ClearanceRequest | None:
    """The same question of the same clinician, which still waits: two taps put it once."""
    _hold(version.client_id)
    waiting = open_requests(version.clinic).filter(
        version=version,
        author=author,
        asked=asked,
        asked_name=asked_name.strip(),
        question=question.strip(),
        due_on=due_on,
        rule=finding.rule,
    )
    key = key_of(finding)
    for one in waiting.select_related("letter"):
        is_same_letter = (one.letter.sha256 if one.letter else "") == letter_sha256
        if is_same_letter and key_of(msgspec.convert(one.finding, Finding)) == key:
            return one
    return None


def remind(*, request: ClearanceRequest, author: User | None, way: str, now: datetime) -> None:
    ClearanceReminder.objects.create(
        clinic=request.clinic,
        client=request.client,
        author=author,
        recorded_at=now,
        request=request,
        way=way,
    )


def may_close(request: ClearanceRequest, member: Membership) -> bool:
    """Whoever asked, and the medical director: whoever asked may have left."""
    return request.author_id == member.user_id or "medical-director" in member.roles


def close_request(
    *, request: ClearanceRequest, member: Membership, reason: str, words: str, now: datetime
) -> ClearanceClosing:
    """Nobody need answer it any more. It clears nothing: a finding that stands goes on waiting."""
    _ = spoken()
    if member.clinic_id != request.clinic_id or not may_close(request, member):
        raise ClearanceError(
            _("A request is closed by whoever asked, or by the medical director."),
            hint=_("Ask one of them."),
        )
    if reason not in CLOSINGS:
        raise ClearanceError(
            _("The reason is not one of the list."), hint=_("Choose one of the reasons offered.")
        )
    if reason == "other" and not words.strip():
        raise ClearanceError(
            _("Another reason needs a few words."), hint=_("Say in a sentence why.")
        )
    with transaction.atomic():
        _hold(request.client_id)
        if answer_to(request) is not None:
            raise ClearanceError(
                _("This request has been answered meanwhile, so there is nothing to close."),
                hint=_("Read the answer."),
            )
        try:
            with transaction.atomic():
                return ClearanceClosing.objects.create(
                    clinic=request.clinic,
                    client=request.client,
                    author=member.user,
                    recorded_at=now,
                    request=request,
                    reason=reason,
                    words=words.strip(),
                )
        except IntegrityError as clash:
            if ClearanceClosing.objects.filter(request=request).exists():
                raise ClearanceError(
                    _("This request has been closed already."), hint=_("Read by whom, and why.")
                ) from clash
            raise


def _hold(client: UUID | None) -> None:
    """Whoever answers, closes or signs for this client at the same moment waits, and then sees."""
    list(Client.objects.select_for_update(no_key=True).filter(pk=str(client)))


def answer_request(
    *,
    request: ClearanceRequest,
    outcome: str,
    member: Membership,
    knowledge: Knowledge,
    now: datetime,
    conditions: str = "",
    words: str = "",
    reach: str,
    valid_until: date,
    outside_name: str = "",
    letter: Blob | None = None,
    seen: UUID | None = None,
) -> Clearance:
    """The answer of the member, or of somebody outside whose letter the member has read.

    Either way the member's own role must be enough: whoever takes a letter over answers for it.
    """
    finding = msgspec.convert(request.finding, Finding)
    return _record(
        version=request.version,
        finding=finding,
        member=member,
        knowledge=knowledge,
        now=now,
        request=request,
        ground="asked",
        outcome=outcome,
        conditions=conditions,
        words=words,
        reach=reach,
        valid_until=valid_until,
        outside_name=outside_name,
        letter=letter,
        seen=seen,
    )


def override_finding(
    *,
    version: ConsultationVersion,
    finding: Finding,
    member: Membership,
    knowledge: Knowledge,
    reason: str,
    words: str,
    reach: str,
    valid_until: date,
    now: datetime,
    conditions: str = "",
    letter: Blob | None = None,
    request: ClearanceRequest | None = None,
    seen: UUID | None = None,
) -> Clearance:
    """Clear a finding oneself, where one's role may, with a coded reason and words.

    Where somebody had asked about it, `request`, they have their answer by that.
    """
    _ = spoken()
    if reason not in REASONS:
        raise ClearanceError(
            _("The reason is not one of the list."), hint=_("Choose one of the reasons offered.")
        )
    if not words.strip():
        raise ClearanceError(
            _("An override needs a reason in your own words."),
            hint=_("Say in a sentence why this finding does not stand against treatment."),
        )
    return _record(
        version=version,
        finding=finding,
        member=member,
        knowledge=knowledge,
        now=now,
        request=request,
        ground="override",
        reason=reason,
        outcome="cleared",
        conditions=conditions,
        words=words,
        reach=reach,
        valid_until=valid_until,
        letter=letter,
        seen=seen,
    )


def _record(
    *,
    version: ConsultationVersion,
    finding: Finding,
    member: Membership,
    knowledge: Knowledge,
    now: datetime,
    outcome: str,
    reach: str,
    valid_until: date,
    ground: str,
    request: ClearanceRequest | None = None,
    reason: str = "",
    conditions: str = "",
    words: str = "",
    outside_name: str = "",
    letter: Blob | None = None,
    seen: UUID | None = None,
) -> Clearance:
    _ = spoken()
    today = today_in(version.clinic, now)
    _check(version, finding, member, knowledge, today, outcome, reach, valid_until, letter)
    if outside_name.strip() and letter is None:
        raise ClearanceError(
            _("Somebody outside the clinic answers by a letter, and none is attached."),
            hint=_("Attach the letter, or answer in your own name."),
        )
    new = Clearance(
        clinic=version.clinic,
        client=version.client,
        author=member.user,
        recorded_at=now,
        consultation=version.consultation,
        request=request,
        rule=finding.rule,
        zones=sorted(finding.zones),
        about=finding.summary,
        finding_key=key_of(finding),
        outcome=outcome,
        ground=ground,
        reason=reason,
        words=words.strip(),
        conditions=conditions.strip(),
        role=role_of(clinician(member, today), knowledge).value,
        clinician=member,
        clinician_name=outside_name.strip() or member.user.name or member.user.email,
        letter=letter,
        given_on=today,
        reach=reach,
        valid_until=valid_until,
    )
    with transaction.atomic():
        _hold(version.client_id)
        if ground == "asked" and ClearanceClosing.objects.filter(request=request).exists():
            raise ClearanceError(
                _("This request was closed: nobody waits for an answer."),
                hint=_("If the finding stands, ask anew or clear it from the list of findings."),
            )
        return _appended(new, seen)


def _check(
    version: ConsultationVersion,
    finding: Finding,
    member: Membership,
    knowledge: Knowledge,
    today: date,
    outcome: str,
    reach: str,
    valid_until: date,
    letter: Blob | None,
) -> None:
    _ = spoken()
    if member.clinic_id != version.clinic_id or member.left_at is not None:
        raise ClearanceError(
            _("This person does not work in this clinic."),
            hint=_("Ask somebody of the clinic to answer."),
        )
    if letter is not None and (letter.clinic_id, letter.client_id) != (
        version.clinic_id,
        version.client_id,
    ):
        raise ClearanceError(
            _("This letter belongs to somebody else."),
            hint=_("Attach the letter that is about this client."),
        )
    if outcome not in OUTCOMES or reach not in REACHES:
        raise ClearanceError(
            _("An answer is either cleared or refused, for a session or a course."),
            hint=_("Choose one of each."),
        )
    if not may_clear(role_of(clinician(member, today), knowledge), finding, today):
        raise ClearanceError(
            _("Your role or licence does not allow you to answer this, or it is too soon."),
            hint=_("The finding says who may clear it and from when."),
        )
    if not today <= valid_until <= last_day(knowledge, today):
        raise ClearanceError(
            _("A clearance holds from today, and at most until {day}.").format(
                day=last_day(knowledge, today).isoformat()
            ),
            hint=_("Choose an earlier day."),
        )


def _appended(new: Clearance, seen: UUID | None) -> Clearance:
    """After the answer that its author saw, if any; of two at once, one is told."""
    before = _last(new)
    if (before.pk if before else None) != seen:
        raise overtaken()
    if before is not None:
        # Whoever asked then has their answer still, by this one.
        new.request = new.request or before.request
        if before.role == Role.CLINICIAN and new.role != Role.CLINICIAN:
            _ = spoken()
            raise ClearanceError(
                _("A clinician has answered this, and only a clinician may answer otherwise."),
                hint=_("Ask a clinician to look at it again."),
            )
        return supersede(old=before, new=new)
    try:
        with transaction.atomic():
            new.save(force_insert=True)
    except IntegrityError as clash:
        if _last(new) is not None:
            raise overtaken() from clash
        raise
    return new


def _last(new: Clearance) -> Clearance | None:
    return last_answer(new.client, new.finding_key) if new.client is not None else None


def key_of(finding: Finding) -> str:
    """Names a finding by rule, zones and sentence, and says nothing about anybody."""
    told = "\n".join((finding.rule, *sorted(finding.zones), finding.summary))
    return hashlib.sha256(told.encode()).hexdigest()
