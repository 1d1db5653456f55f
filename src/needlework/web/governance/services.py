"""Deciding about claims and products: each decision is appended, and none is ever changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final, Literal
from uuid import UUID, uuid4

import msgspec
from django.db import IntegrityError, transaction
from msgspec import structs

from needlework.errors import NeedleworkError
from needlework.evidence import Claim, Release
from needlework.evidence.decided import is_proposed
from needlework.evidence.model import Value
from needlework.evidence.overlay import tightening_fault
from needlework.lexicon.names import key
from needlework.web.clinics.clock import today_in
from needlework.web.clinics.models import Clinic, Membership
from needlework.web.governance.models import Decision
from needlework.web.governance.selectors import PRODUCT, mark
from needlework.web.knowledge import shipped, shipped_digests
from needlework.web.records.services import OvertakenError
from needlework.web.records.spoken import spoken

DIRECTOR: Final = "medical-director"
BATCH_AT_MOST: Final = 300
LONGEST_WORDS: Final = 2_000
LONGEST_PRODUCT: Final = 160

Choice = Literal["approve", "tighten", "reject", "undecide"]


class GovernanceError(NeedleworkError):
    """A decision cannot be written down in the way that was asked for."""


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One claim to decide about; `seen` is the mark of what whoever decides has read."""

    claim: str
    choice: Choice
    seen: str
    value: Value | None = None
    because: str = ""


def decide(
    *, clinic: Clinic, author: Membership, items: Sequence[Item], now: datetime
) -> list[Decision]:
    """Write down what a medical director decided about claims, all of them or none."""
    _check_director(clinic, author)
    check_batch(items)
    release, digests = shipped().knowledge.release, shipped_digests()
    for item in items:
        _check(item, release.claims.get(item.claim))
    with transaction.atomic():
        last, number = _newest(clinic, [item.claim for item in items])
        for item in items:
            newest = last.get(item.claim)
            if item.seen != mark(digests[item.claim], newest.pk if newest else None):
                raise _overtaken()
            if item.choice == "undecide" and (newest is None or newest.choice == "undecide"):
                raise _nothing_decided()
            if loosens(item, release.claims[item.claim], newest):
                _check_licence(author, today_in(clinic, now))
        batch = uuid4()
        rows = [
            Decision(
                clinic=clinic,
                author=author.user,
                recorded_at=now,
                supersedes=last.get(item.claim),
                number=number + place,
                batch=batch,
                topic=item.claim.partition(".")[0],
                subject=item.claim,
                choice=item.choice,
                value=item.value if item.choice == "tighten" else None,
                because=item.because.strip(),
                claim_digest=digests[item.claim],
                read=msgspec.to_builtins(release.claims[item.claim]),
                release_digest=release.digest,
            )
            for place, item in enumerate(items, start=1)
        ]
        return _append(rows)


def list_product(
    *,
    clinic: Clinic,
    author: Membership,
    product: str,
    because: str,
    allow: bool,
    seen: UUID | None,
    now: datetime,
) -> Decision:
    """Put a product on the clinic's list for needled skin, or take it off (C42)."""
    _ = spoken()
    _check_director(clinic, author)
    name = " ".join(product.split())
    if not key(name) or len(name) > LONGEST_PRODUCT:
        raise GovernanceError(
            _("This is not the name of a product."),
            hint=_("Type its name as it stands on the label."),
        )
    _check_reason(because)
    subject = f"{PRODUCT}{key(name)}"[:200]
    release: Release = shipped().knowledge.release
    with transaction.atomic():
        last, number = _newest(clinic, [subject])
        newest = last.get(subject)
        if seen != (newest.pk if newest else None):
            raise _overtaken()
        if allow is (newest is not None and newest.choice == "allow"):
            raise GovernanceError(
                _("This product is on the list already.")
                if allow
                else _("This product is not on the list."),
                hint=_("Look at the list below."),
            )
        if allow:
            _check_licence(author, today_in(clinic, now))
        row = Decision(
            clinic=clinic,
            author=author.user,
            recorded_at=now,
            supersedes=newest,
            number=number + 1,
            batch=uuid4(),
            topic="products",
            subject=subject,
            product=name,
            choice="allow" if allow else "disallow",
            because=because.strip(),
            release_digest=release.digest,
        )
        return _append([row])[0]


# --- what is refused ----------------------------------------------------------------------------


def _check_director(clinic: Clinic, author: Membership) -> None:
    _ = spoken()
    is_of_clinic = author.clinic_id == clinic.pk and author.left_at is None
    if not is_of_clinic or DIRECTOR not in author.roles:
        raise GovernanceError(
            _("Only a medical director of this clinic decides about its knowledge."),
            hint=_("Ask the medical director."),
        )


def may_loosen(author: Membership, day: date) -> bool:
    """Whether the director may let more through than now: profession and licence, as to sign."""
    return bool(author.profession) and author.licence_on(day) == "current"


def loosens(item: Item, claim: Claim, newest: Decision | None) -> bool:
    """Whether more would be allowed than as it stands; what is stricter is always allowed."""
    stands = newest.choice if newest is not None else "undecide"
    if item.choice == "undecide":
        return stands != "approve"
    if item.choice == "tighten" and newest is not None and stands == "tighten":
        held, value = structs.replace(claim, value=newest.value), item.value
        return value is not None and value != newest.value and bool(tightening_fault(held, value))
    return item.choice == "approve" or (item.choice == "tighten" and stands == "reject")


def _check_licence(author: Membership, day: date) -> None:
    if not may_loosen(author, day):
        _ = spoken()
        raise GovernanceError(
            _("Your licence is not current, so you cannot allow more than counts now."),
            hint=_("You may tighten and reject. Ask the owner to write your licence down."),
        )


def check_batch(items: Sequence[Item]) -> None:
    """Refuse one that is empty, too long, or names a claim twice."""
    _ = spoken()
    if not items:
        raise nothing_marked()
    if len(items) > BATCH_AT_MOST:
        raise GovernanceError(
            _("A batch takes at most {n} claims.").format(n=BATCH_AT_MOST),
            hint=_("Choose one topic, or search for some of them."),
        )
    if len({item.claim for item in items}) < len(items):
        raise GovernanceError(
            _("A claim was sent twice."), hint=_("Load the page anew, and mark each once.")
        )


def _check(item: Item, claim: Claim | None) -> None:
    _ = spoken()
    if claim is None:
        raise GovernanceError(
            _("The release at hand has no claim of that name."),
            hint=_("Look for it among the topics; it may have another name now."),
        )
    if item.choice == "approve" and not is_proposed(claim):
        raise GovernanceError(
            _("This claim rests on a source that was read, and needs no approval."),
            hint=_("Tighten or reject it where you do not agree."),
        )
    if item.choice in {"tighten", "reject"}:
        _check_reason(item.because)
    if item.choice == "tighten":
        _check_value(item, claim)


def _check_reason(because: str) -> None:
    _ = spoken()
    if not because.strip():
        raise GovernanceError(
            _("This needs a reason."), hint=_("Say in a sentence why the clinic chooses so.")
        )
    if len(because) > LONGEST_WORDS or "\x00" in because:
        raise GovernanceError(
            _("This reason cannot be kept as it is."),
            hint=_("Shorten it: at most {n} characters are kept.").format(n=LONGEST_WORDS),
        )


def _check_value(item: Item, claim: Claim) -> None:
    _ = spoken()
    fault = None if item.value is None else tightening_fault(claim, item.value)
    if item.value is None or fault == "unsound":
        raise GovernanceError(
            _("This is no value that the claim could have."),
            hint=_("Give one of the same kind, in the same unit."),
        )
    if fault == "fixed":
        raise GovernanceError(
            _("For this claim no value is stricter than another, so it cannot be tightened."),
            hint=_("Approve it as it is, or reject it with a reason."),
        )
    if fault == "looser":
        raise GovernanceError(
            _("This value is looser than the release’s, and a clinic only tightens."),
            hint=_("For one person, a clinician may clear a finding instead."),
        )
    if item.value == claim.value:
        raise GovernanceError(
            _("This is the value that the release has."),
            hint=_("Approve the claim if you agree with it."),
        )


def nothing_marked() -> GovernanceError:
    _ = spoken()
    return GovernanceError(
        _("No claim was marked."), hint=_("Mark those that you have read, then go on.")
    )


def unknown_choice() -> GovernanceError:
    _ = spoken()
    return GovernanceError(
        _("This is nothing that can be decided about a claim."),
        hint=_("Approve it, tighten it, or reject it with a reason."),
    )


def _overtaken() -> OvertakenError:
    _ = spoken()
    return OvertakenError(
        _("Somebody has decided about this meanwhile, or the claim itself has changed."),
        hint=_("Nothing was saved. Look at how it stands now, then decide again."),
    )


def _nothing_decided() -> GovernanceError:
    _ = spoken()
    return GovernanceError(
        _("Nothing is decided about this claim."), hint=_("Look at how it stands now.")
    )


# --- writing ------------------------------------------------------------------------------------


def _newest(clinic: Clinic, subjects: Sequence[str]) -> tuple[Mapping[str, Decision], int]:
    """The newest decision about each subject, and the clinic's last number.

    The clinic's row is held meanwhile, so that directors of one clinic write after each other.
    """
    Clinic.objects.select_for_update(no_key=True).get(pk=clinic.pk)
    rows = Decision.objects.filter(clinic=clinic)
    newest = rows.filter(subject__in=subjects, superseded_by__isnull=True).defer("read")
    last = rows.order_by("-number").values_list("number", flat=True).first()
    return {row.subject: row for row in newest}, last or 0


def _append(rows: list[Decision]) -> list[Decision]:
    try:
        with transaction.atomic():
            return Decision.objects.bulk_create(rows)
    except IntegrityError as clash:
        raise _overtaken() from clash
