"""The kinds of records that staff may mark as entered in error: one line a kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.apps import apps
from django.urls import reverse
from msgspec import Struct

from needlework.web.records.models import Record


def _(words: str) -> str:
    """Marks words for the catalogue; they are translated where they are shown."""
    return words


CARE: Final = ("medical-director", "practitioner", "assistant")
ANY: Final = ("owner", *CARE, "reception")


class Kind(Struct, frozen=True, kw_only=True):
    """A kind of record: who may write it, where it is seen, and what follows from an error."""

    name: str
    """In addresses, and there also the name of the record's id."""
    model: str
    writers: tuple[str, ...]
    title: str
    follows: str
    """What no longer counts."""
    look: Callable[[Any, str], str]
    """Where the record itself is seen, in the clinic of that slug."""
    may: Callable[[Any, frozenset[str]], bool] | None = None
    """Which one somebody with these roles may write, where that is not every one."""

    def record_model(self) -> type[Record]:
        found: type[Record] = apps.get_model(self.model)
        return found


def _consultation(record: Any, clinic: str) -> str:
    return reverse("consultations:detail", args=(clinic, record.client_id, record.pk))


def _version(record: Any, clinic: str) -> str:
    path = reverse("consultations:detail", args=(clinic, record.client_id, record.consultation_id))
    return f"{path}?version={record.number}"


def _treatment(record: Any, clinic: str) -> str:
    return reverse("treatments:detail", args=(clinic, record.client_id, record.pk))


def _acknowledgement(record: Any, clinic: str) -> str:
    return reverse("treatments:report", args=(clinic, record.report_id))


def _measure(record: Any, clinic: str) -> str:
    return reverse("measures:list", args=(clinic, record.client_id))


def _note(record: Any, clinic: str) -> str:
    return reverse("days:notes", args=(clinic, record.client_id))


def _blob(record: Any, clinic: str) -> str:
    return reverse("blobs:blob", args=(clinic, record.pk))


def _clearances(record: Any, clinic: str) -> str:
    return reverse("clearances:list", args=(clinic, record.client_id, record.consultation_id))


def _plan(record: Any, clinic: str) -> str:
    return reverse("plans:detail", args=(clinic, record.client_id, record.pk))


def _offer(record: Any, clinic: str) -> str:
    return reverse("consents:detail", args=(clinic, record.pk))


def _signature(record: Any, clinic: str) -> str:
    return reverse("consents:detail", args=(clinic, record.offer_id))


def _may_write_blob(record: Any, roles: frozenset[str]) -> bool:
    """A portrait is anybody's to put right; what is clinical, only of those who care."""
    return record.kind == "portrait" or bool(roles & set(CARE))


KINDS: Final = (
    Kind(
        name="consultation",
        model="consultations.Consultation",
        writers=CARE,
        title=_("Consultation"),
        follows=_(
            "The whole consultation, with all its versions, no longer counts: nothing is judged "
            "from it, and no plan or document is made of it. For this client, begin a new one."
        ),
        look=_consultation,
    ),
    Kind(
        name="version",
        model="consultations.ConsultationVersion",
        writers=CARE,
        title=_("One version of a consultation"),
        follows=_(
            "What this version says no longer counts. If it is the newest, the versions before it "
            "do not count again by themselves: the consultation has no assessment, plan or "
            "document until a new version is saved."
        ),
        look=_version,
    ),
    Kind(
        name="treatment",
        model="treatments.TreatmentSession",
        writers=CARE,
        title=_("Session held"),
        follows=_(
            "The session no longer counts: the client’s aftercare pages take no days from it. "
            "Reports that came in about it stay and still need eyes."
        ),
        look=_treatment,
    ),
    Kind(
        name="acknowledgement",
        model="portal.Acknowledgement",
        writers=CARE,
        title=_("Note that a report was seen"),
        follows=_("The report counts as not seen, and waits again for somebody to see it."),
        look=_acknowledgement,
    ),
    Kind(
        name="clearance",
        model="clearances.Clearance",
        writers=CARE[:2],
        title=_("Answer to a clearance"),
        follows=_("The answer no longer counts, and the finding waits for a clinician again."),
        look=_clearances,
    ),
    Kind(
        name="plan",
        model="plans.SignedPlan",
        writers=CARE[:2],
        title=_("Signed plan"),
        follows=_(
            "No session is held under this plan any more, and a plan from before does not count "
            "again by itself. Sign a new one."
        ),
        look=_plan,
    ),
    Kind(
        name="offer",
        model="consents.ConsentOffer",
        writers=CARE,
        title=_("Consent as it was offered"),
        follows=_("It can no longer be signed. What was signed under it has a mark of its own."),
        look=_offer,
    ),
    Kind(
        name="signature",
        model="consents.ConsentSignature",
        writers=CARE,
        title=_("Signature under a consent"),
        follows=_("No consent counts that was given by it. Offer and sign a new one."),
        look=_signature,
    ),
    Kind(
        name="measure",
        model="measures.Measure",
        writers=CARE,
        title=_("Score of a concern"),
        follows=_(
            "The score no longer counts, and no forecast learns from it. One that it had taken the "
            "place of does not count again by itself: record it anew."
        ),
        look=_measure,
    ),
    Kind(
        name="note",
        model="days.Note",
        writers=(*CARE, "owner"),
        title=_("Note"),
        follows=_("It is struck through, and still read by whoever opens the notes."),
        look=_note,
    ),
    Kind(
        name="blob",
        model="blobs.Blob",
        writers=ANY,
        title=_("File or photo"),
        follows=_("The file is no longer shown as this client’s, and the client cannot open it."),
        look=_blob,
        may=_may_write_blob,
    ),
)

REASON_WORDS: Final[Mapping[str, str]] = {
    "wrong-client": _("It belongs to another client"),
    "wrong-facts": _("What it says is wrong"),
    "duplicate": _("It was recorded twice"),
    "other": _("Another reason"),
}
