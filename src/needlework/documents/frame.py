"""What stands on every document: from whom, for whom, on what knowledge, and what it is not."""

from __future__ import annotations

from needlework.documents.citations import Citations
from needlework.documents.model import ClinicCard, PersonCard
from needlework.documents.press import plain
from needlework.documents.words import Said, Words
from needlework.evidence import CitedText
from needlework.planning.plan import INTENDED_USE


def frame(
    words: Words, clinic: ClinicCard, person: PersonCard, *, title: str, mark: str = ""
) -> Said:
    """Letterhead, title and footer; `mark` says that it is not in force."""
    _ = words.say
    release = words.knowledge.release
    held = _("Knowledge {release} ({digest})")
    name = plain(clinic.name)
    footer = [name, title, held.format(release=release.id, digest=release.digest[:8])]
    return {
        "language": words.language,
        "title": title,
        "mark": mark,
        "clinic": {"name": name, "lines": _clinic_lines(clinic)},
        "person": _person(words, person),
        "footer": " · ".join(filter(None, footer)),
    }


def common_labels(words: Words) -> dict[str, str]:
    """The fixed words of every document."""
    _ = words.say
    return {
        "page": _("Page {n} of {total}"),
        "sources": _("Sources"),
        "marks": _(
            "Raised numbers lead to the sources. P marks what rests on a claim that is "
            "proposed, not yet approved by a clinician."
        ),
        "squares": _(
            "Letters for which this document has no font stand as a square; the clinic's "
            "record has them."
        ),
    }


def closing(words: Words, citations: Citations) -> Said:
    """The sources, the release and its digests; made last, when all is cited."""
    _ = words.say
    release = words.knowledge.release
    lines = [
        _("Knowledge release {release} of {day}").format(
            release=release.id, day=words.day(release.published)
        ),
        _("digest {digest}").format(digest=release.digest),
    ]
    if words.knowledge.overlay_digest:
        overlay = _("the clinic's overlay {digest}")
        lines.append(overlay.format(digest=words.knowledge.overlay_digest))
    return {
        "sources": citations.sources(),
        "standing": citations.standing(),
        "release": lines,
        "intended-use": words.said(INTENDED_USE),
    }


def quoted(citations: Citations, text: CitedText) -> Said:
    """Words from claims, with their sources."""
    return citations.quote(text.text, text.claims)


def _clinic_lines(clinic: ClinicCard) -> list[str]:
    contact = " · ".join(filter(None, (clinic.phone_e164, clinic.email, clinic.website)))
    return [plain(line) for line in (*clinic.address, contact) if line.strip()]


def _person(words: Words, person: PersonCard) -> list[dict[str, str]]:
    _ = words.say
    born = "" if person.birth_date is None else words.day(person.birth_date)
    rows = (
        (_("Name"), plain(person.name)),
        (_("Born"), born),
        (_("Reference"), plain(person.reference)),
    )
    return [{"label": label, "value": value} for label, value in rows if value]
