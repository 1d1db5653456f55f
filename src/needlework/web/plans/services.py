"""Signing a plan, and judging a signed one again when the knowledge has changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from django.db import IntegrityError, transaction

from needlework.errors import NeedleworkError
from needlework.planning import Plan
from needlework.planning.signing import Obstacle, Signer, obstacles
from needlework.planning.standing import Change, changes, standing
from needlework.screening.consultation import decode
from needlework.web.accounts.models import User
from needlework.web.blobs.services import keep_clean
from needlework.web.blobs.sniff import Clean
from needlework.web.clinics.clock import today_in
from needlework.web.clinics.models import Client, Clinic, Membership
from needlework.web.consultations.selectors import Judged, history_of
from needlework.web.consultations.selectors import judged as judge
from needlework.web.knowledge import known_for
from needlework.web.plans.models import PlanClaim, PlanDay, Rejudgement, SignedPlan
from needlework.web.plans.selectors import (
    is_of_another,
    is_overtold,
    is_treater_gone,
    newest_plan,
    plans_to_judge,
)
from needlework.web.records.services import overtaken, supersede
from needlework.web.records.spoken import spoken
from needlework.workflow import Known, consult, plan_for, rests_on

SIGNERS: Final = ("medical-director", "practitioner")
JUDGED_A_ROUND: Final = 200


class SigningError(NeedleworkError):
    """A plan cannot be signed as it is."""


def signer_of(member: Membership, day: date) -> Signer:
    return Signer(
        has_role=bool(member.roles & set(SIGNERS)),
        profession=member.profession,
        licence=member.licence_on(day),
    )


def in_the_way(judged: Judged, member: Membership, day: date) -> tuple[Obstacle, ...]:
    """What must be settled before this member may sign."""
    known = known_for(judged.version.clinic)
    behind = rests_on(judged.said, known, judged.plan.judged_on)
    found = obstacles(
        judged.plan, judged.said, signer_of(member, day), day, behind & known.knowledge.proposed
    )
    if judged.version.origin == "client":
        found = (*found, Obstacle(reason="question", about="not-confirmed"))
    client = judged.version.client
    if client is None or is_of_another(judged.said, client, known, judged.plan.judged_on):
        found = (*found, Obstacle(reason="question", about="person-changed"))
    if is_treater_gone(judged.version, day):
        found = (*found, Obstacle(reason="question", about="treater-changed"))
    if is_overtold(judged.version):
        found = (*found, Obstacle(reason="question", about="told-elsewhere"))
    return found


def content_sha256(
    judged: Judged,
    *,
    outlook: dict[str, Any],
    shown: str,
    statement: str,
    credential: dict[str, Any],
    language: str,
) -> str:
    """The digest of all that a signature stands for: facts, plan, page, words, and the signer."""
    version = judged.version
    whole = {
        "of": _whose(version.clinic_id, version.client_id, version.pk),
        "said": msgspec.to_builtins(judged.said),
        "plan": msgspec.to_builtins(judged.plan),
        "outlook": outlook,
        "shown": shown,
        "statement": statement,
        "credential": credential,
        "language": language,
    }
    return hashlib.sha256(msgspec.json.encode(whole, order="sorted")).hexdigest()


def is_whole(plan: SignedPlan) -> bool:
    """Whether what is stored is still what was signed."""
    whole = {
        "of": _whose(plan.clinic_id, plan.client_id, plan.version_id),
        "said": plan.said,
        "plan": plan.plan,
        "shown": plan.shown,
        "statement": plan.statement,
        "credential": plan.credential,
        "language": plan.language,
    }
    if plan.outlook is not None:  # plans from before there was one were signed without
        whole["outlook"] = plan.outlook
    digest = hashlib.sha256(msgspec.json.encode(whole, order="sorted")).hexdigest()
    return digest == plan.content_sha256


def _whose(*ids: UUID | None) -> list[str]:
    """Clinic, client and version, so that no plan becomes another person's."""
    return [str(one) for one in ids]


def credential_of(member: Membership) -> dict[str, Any]:
    """Name, profession and licence as a signature shows them for good."""
    until = member.licence_until
    return {
        "name": member.user.name or member.user.email,
        "profession": member.profession,
        "licence_number": member.licence_number,
        "licence_authority": member.licence_authority,
        "licence_until": until.isoformat() if until else "",
        "member": str(member.pk),
    }


@transaction.atomic
def sign_plan(
    *,
    judged: Judged,
    member: Membership,
    outlook: dict[str, Any],
    shown: str,
    statement: str,
    language: str,
    seen_sha256: str,
    seen_number: int,
    pdf: Clean,
    now: datetime,
) -> SignedPlan:
    """Sign what was seen. Another plan, page or word than was seen is not signed."""
    _ = spoken()
    version = judged.version
    # Whoever clears, refuses or signs for this client at the same moment waits for us.
    list(Client.objects.select_for_update(no_key=True).filter(pk=str(version.client_id)))
    if in_the_way(judged, member, today_in(version.clinic, now)):
        raise SigningError(
            _("Something still stands in the way of signing this plan."),
            hint=_("Settle what the page lists, then sign."),
        )
    _check_unchanged(judged, member)
    credential = credential_of(member)
    digest = content_sha256(
        judged,
        outlook=outlook,
        shown=shown,
        statement=statement,
        credential=credential,
        language=language,
    )
    if digest != seen_sha256:
        raise _changed()
    before = newest_plan(version.consultation)
    if (before.number if before else 0) != seen_number:
        raise overtaken()
    plan = SignedPlan(
        clinic=version.clinic,
        client=version.client,
        author=member.user,
        recorded_at=now,
        consultation=version.consultation,
        version=version,
        number=seen_number + 1,
        language=language,
        signer=member,
        credential=credential,
        statement=statement,
        judged_on=judged.plan.judged_on,
        said=msgspec.to_builtins(judged.said),
        plan=msgspec.to_builtins(judged.plan),
        outlook=outlook,
        shown=shown,
        pdf=keep_clean(
            clinic=version.clinic,
            client=version.client,
            author=member.user,
            kind="pdf",
            made=pdf,
            now=now,
        ),
        content_sha256=digest,
        release_digest=judged.plan.release_digest,
        overlay_digest=judged.plan.overlay_digest,
    )
    _append(plan, before)
    # What was expected is information and the plan does not rest on it: what models go by is no
    # claim of the plan's, so that none of it stands in the way of a signature or recalls one.
    PlanClaim.objects.bulk_create(
        PlanClaim(clinic=version.clinic, plan=plan, claim=claim)
        for claim in sorted(rests_on(judged.said, known_for(version.clinic), judged.plan.judged_on))
    )
    PlanDay.objects.bulk_create(_days(plan, judged.plan))
    return plan


def _days(signed: SignedPlan, plan: Plan) -> Iterator[PlanDay]:
    """Each session, and each look at the result after the last one."""
    if plan.course is None:
        return
    sessions = plan.course.sessions
    for session in sessions:
        yield PlanDay(
            clinic=signed.clinic,
            plan=signed,
            kind="session",
            number=session.number,
            on=session.day.on,
        )
    last = max(session.day.on for session in sessions)
    reviews = sorted({check.day.on for check in plan.course.checks if check.day.on > last})
    for number, on in enumerate(reviews, start=1):
        yield PlanDay(clinic=signed.clinic, plan=signed, kind="review", number=number, on=on)


def _check_unchanged(judged: Judged, member: Membership) -> None:
    """Nothing that the judgement rests on has changed while it was read, drawn and printed."""
    _ = spoken()
    version = judged.version
    if version != history_of(version.consultation).current:
        raise SigningError(
            _("This version of the consultation was replaced by a later one, or was an error."),
            hint=_("Open the consultation as it is now, and sign its plan."),
        )
    fresh = Membership.objects.active().filter(pk=member.pk).select_related("user").first()
    again = judge(version, known_for(version.clinic), judged.plan.judged_on)
    is_same = fresh is not None and credential_of(fresh) == credential_of(member)
    if not is_same or (again.said, again.plan) != (judged.said, judged.plan):
        raise _changed()


def _changed() -> SigningError:
    _ = spoken()
    return SigningError(
        _("The plan has changed since you looked at it, so it was not signed."),
        hint=_("Read it again as it is now, then sign."),
    )


def _append(plan: SignedPlan, before: SignedPlan | None) -> None:
    """Of two who sign at once, one is told."""
    if before is not None:
        supersede(old=before, new=plan)
        return
    try:
        with transaction.atomic():
            plan.save(force_insert=True)
    except IntegrityError as clash:
        if newest_plan(plan.consultation) is not None:
            raise overtaken() from clash
        raise


def judge_again(
    *, plan: SignedPlan, known: Known, author: User | None, now: datetime
) -> Rejudgement | None:
    """Judge the same facts on the same day by today's knowledge; None where that is the same."""
    knowledge = known.knowledge
    digests = (knowledge.release.digest, knowledge.overlay_digest)
    if digests == (plan.release_digest, plan.overlay_digest):
        return None
    held = Rejudgement.objects.filter(
        plan=plan, release_digest=digests[0], overlay_digest=digests[1]
    ).first()
    if held is not None:
        return held
    said = decode(plan.said)
    signed = msgspec.convert(plan.plan, Plan)
    try:
        found = changes(
            signed,
            plan_for(consult(said, known, plan.judged_on)),
            rests_on(said, known, plan.judged_on) & knowledge.proposed,
        )
    except NeedleworkError as wrong:
        # What cannot be judged any more is nothing to treat by, and holds up no other plan.
        found = (Change(what="judgement", direction="stricter", after=wrong.message),)
    made, _is_new = Rejudgement.objects.get_or_create(
        plan=plan,
        release_digest=digests[0],
        overlay_digest=digests[1],
        defaults={
            "clinic": plan.clinic,
            "client": plan.client,
            "author": author,
            "recorded_at": now,
            "standing": standing(found),
            "changes": msgspec.to_builtins(found),
        },
    )
    return made


def judge_waiting(now: datetime, most: int = JUDGED_A_ROUND) -> int:
    """Judge plans that today's knowledge has not seen yet, of every clinic; how many were.

    Until a plan has been judged its next session waits, so none is overlooked meanwhile.
    """
    judged = 0
    for clinic in Clinic.objects.all():
        known = known_for(clinic)
        for plan in plans_to_judge(clinic, known.knowledge)[: most - judged]:
            judge_again(plan=plan, known=known, author=None, now=now)
            judged += 1
    return judged
