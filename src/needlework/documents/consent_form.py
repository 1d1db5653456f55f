"""The consent that a client reads and signs: filled in once, kept as it is, and printed from that.

A form is plain data. What is read on the screen, printed before the signature and printed after it
all come from the same stored form, so that nobody signs other words than were read.
"""

from __future__ import annotations

import hashlib
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, cast

from needlework.documents import consent_draft, consent_risks
from needlework.documents.citations import Citations
from needlework.documents.consent_draft import Draft, labels, part_of
from needlework.documents.frame import closing, common_labels, frame
from needlework.documents.model import Approval, ClinicCard, PersonCard, SignedConsent
from needlework.documents.plan_findings import finding_row
from needlework.documents.press import TEMPLATES, plain, typeset
from needlework.documents.words import Said, Words, capital
from needlework.evidence import Basis
from needlework.i18n import CATALOGUES, Translate, say_date, say_time, translator
from needlework.planning import Plan
from needlework.screening import Consultation
from needlework.workflow import Known

PHOTO_USES: Final = ("photo-clinical", "photo-teaching", "photo-marketing")
"""In the order in which the part on photographs asks for them."""
_SKIN_RULE: Final = "C39"
_TINTED: Final = "aftercare.tinted-sunscreen.advised"
_HELPS: Final = "harm.pih.what-helps"
_LINE: Final = 160


def consent_form(
    plan: Plan,
    consultation: Consultation,
    known: Known,
    *,
    clinic: ClinicCard,
    person: PersonCard,
    language: str,
    own_words: str = "",
    approvals: Mapping[str, Approval] | None = None,
) -> Said:
    """Every point as it is put to this client; without parts where nothing is proposed."""
    words = Words(known.knowledge, language)
    citations = _Approved(words)
    _ = words.say
    data = frame(words, clinic, person, title=_("Consent to microneedling"))
    draft = Draft(plan, consultation, known, words, citations)
    made = _Form(draft, citations, approvals or {})
    data["facts"] = draft.facts()
    data["parts"] = made.parts(own_words) if draft.proposes() else []
    data["labels"] = labels(words) | common_labels(words) | _own_labels(words)
    return data | closing(words, citations)


def consent_form_pdf(form: Mapping[str, object], signed: SignedConsent | None = None) -> bytes:
    """The form on paper, to be read, or as it was signed."""
    language = str(form["language"])
    data = {**form, "nothing": "", "is-signed": signed is not None, "statements": [], "seal": ""}
    if signed is None:
        return typeset("consent", data | _unsigned(translator(language)))
    return typeset("consent", data | _signed(form, signed, language))


def consent_form_version(language: str) -> str:
    """The digest of the form's own words and layout, without what is filled in."""
    return _version(language)


@lru_cache(maxsize=4)
def _version(language: str) -> str:
    digest = hashlib.sha256()
    catalogue = CATALOGUES / f"{language}.po"
    code = (Path(str(part.__file__)) for part in (consent_draft, consent_risks))
    files = [*code, Path(__file__), TEMPLATES / "consent.typ", TEMPLATES / "sheet.typ"]
    for file in [*files, *([catalogue] if catalogue.exists() else [])]:
        digest.update(file.read_bytes())
    return digest.hexdigest()


class _Approved(Citations):
    """Marks also what is proposed and the clinic's director has approved."""

    def _marks(self, claims: Iterable[str]) -> Said:
        cited = tuple(claims)
        marks = super()._marks(cited)
        knowledge = self._words.knowledge
        return marks | {"approved": not knowledge.approved.isdisjoint(cited)}

    def cited(self) -> frozenset[str]:
        return frozenset(self._claims)


class _Form:
    """The parts of a draft, with those that only a form for signing has."""

    def __init__(
        self, draft: Draft, citations: _Approved, approvals: Mapping[str, Approval]
    ) -> None:
        self.draft = draft
        self.citations = citations
        self.approvals = approvals
        self.words = draft.words

    def parts(self, own_words: str) -> list[Said]:
        made: list[Said] = []
        for term in self.draft.terms():
            part = self.draft.part(term)
            made.append({**part, "blank": False, "lines": []} | self._in_own_words(part))
            if term == "risks":
                made.append({**self._skin(), "term": "phototype"})
        if own_words.strip():
            title = self.words.say("In the clinic’s words")
            made.append({**part_of(title, said=paragraphs(own_words)), "term": "own-words"})
        # Last, since it counts what all the others cite.
        place = next(i for i, part in enumerate(made) if part["term"] == "questions")
        made.insert(place, {**self._numbers(), "term": "numbers"})
        return made

    def _in_own_words(self, part: Said) -> Said:
        """A part that the clinic asks for and nothing fills points to the clinic's words."""
        if not part["blank"] or part["ticks"]:
            return {}
        _ = self.words.say
        said = _("The clinic speaks of it in its own words, further down.")
        return {"said": [said], "is-clinics": True}

    def _skin(self) -> Said:
        """What holds for this phototype."""
        _ = self.words.say
        draft = self.draft
        phototype = draft.consultation.phototype.clinician
        said: list[object] = [
            _("Nobody has judged your skin type yet, so the rates of all types are named.")
            if phototype == "unknown"
            else _("Your skin type was judged as {phototype}.").format(phototype=phototype)
        ]
        changes: dict[str, dict[str, None]] = {}
        for finding in draft.plan.assessment.findings:
            if finding.rule == _SKIN_RULE and finding.limit is not None:
                row = finding_row(finding, draft.plan, self.words, draft.citations)
                for note in row["notes"] if isinstance(row["notes"], list) else ():
                    changes.setdefault(note, {}).update(dict.fromkeys(finding.claims))
        said += [draft.citations.cite(note, names) for note, names in changes.items()]
        said += draft.claim(_HELPS)
        tinted = None if _TINTED in draft.knowledge.rejected else draft.knowledge.find(_TINTED)
        if tinted is not None and tinted.value and phototype in tinted.scope.phototype:
            advised = _("Afterwards, a sunscreen with colour in it is advised for your skin type.")
            said.append(draft.citations.cite(advised, (_TINTED,)))
        return part_of(_("Your skin type"), said=said)

    def _numbers(self) -> Said:
        """Which statements are proposals, and who has approved them."""
        _ = self.words.say
        draft = self.draft
        claims = draft.knowledge.claims
        cited = self.citations.cited()
        proposals = {
            name for name in cited if claims[name].basis in (Basis.RECALLED, Basis.PROPOSED)
        }
        said = [
            _(
                "{n} of the {total} statements used here are proposals: no study settles them. "
                "They are marked."
            ).format(n=len(proposals), total=len(cited))
        ]
        listed = [
            {"about": about, "said": [_("{n} approved, marked A").format(n=count)]}
            for about, count in self._approved(proposals)
        ]
        if waiting := draft.knowledge.proposed & proposals:
            left = _("{n}, marked P").format(n=len(waiting))
            listed.append({"about": _("Not yet approved by anybody"), "said": [left]})
        return part_of(_("What is proposed, and who approved it"), said=said, listed=listed)

    def _approved(self, proposals: Iterable[str]) -> list[tuple[str, int]]:
        """Each approver and day, and how many of the proposals they approved."""
        counts: dict[tuple[str, str], int] = {}
        for name in sorted(proposals):
            if name in self.draft.knowledge.approved and (given := self.approvals.get(name)):
                key = plain(given.name), self.words.day(given.on)
                counts[key] = counts.get(key, 0) + 1
        return [(f"{name}, {day}", count) for (name, day), count in counts.items()]


def paragraphs(text: str) -> list[str]:
    """What somebody typed, line by line, without marks that change how it reads."""
    lines = (textwrap.wrap(line, _LINE) for line in text.splitlines() if line.strip())
    return [" ".join(plain(piece) for piece in pieces) for pieces in lines]


def _own_labels(words: Words) -> Said:
    _ = words.say
    return {
        "confirmed": _("Confirmed:"),
        "marks": _(
            "Raised numbers lead to the sources. A marks what rests on a proposal that the "
            "clinic’s medical director has approved, P on one that nobody has approved yet."
        ),
    }


def _moment(at: datetime, language: str) -> str:
    return f"{say_date(at.date(), language)}, {say_time(at, language)}"


def _unsigned(_: Translate) -> Said:
    return {
        "mark": _("Not signed"),
        "watermark": True,
        "notice": _(
            "Read this in peace, alone or with whom you like, and ask. You sign at the clinic, "
            "when you want to; you may also leave it."
        ),
        "signatures": [],
        "chosen": {},
    }


def _signed(form: Mapping[str, object], signed: SignedConsent, language: str) -> Said:
    _ = translator(language)
    at = _moment(signed.at, language)
    profession = capital(_(signed.profession.replace("-", " ")))
    taken = " · ".join(filter(None, (plain(signed.taken_by), profession)))
    picture = {"picture": list(signed.drawn)} if signed.drawn else {}
    typed = "" if signed.drawn else _("typed, as the signature")
    return {
        "mark": _("Signed"),
        "watermark": False,
        "notice": _(
            "This is the form as it was read and signed. You may withdraw at any time, without a "
            "reason; tell the clinic, or use your page."
        ),
        "signature-title": _("Signature"),
        "signature-said": _("Each point above was ticked as read and understood."),
        "signatures": [
            [
                {"label": _("Client: name"), "value": plain(signed.name)},
                {"label": _("Date and time"), "value": at},
                {"label": _("Signature"), "value": typed, **picture},
            ],
            [
                {"label": _("Taken by"), "value": taken},
                {"label": _("Date and time"), "value": at},
            ],
        ],
        "chosen": _chosen(form, signed.agreed, _),
        "statements": list(_statements(signed, language)),
        "seal": _("Digest of what was signed (SHA-256): {digest}").format(digest=signed.sha256),
    }


def _statements(signed: SignedConsent, language: str) -> Iterator[str]:
    _ = translator(language)
    if signed.had_since is not None:
        yield _("The client has had this text since {moment}.").format(
            moment=_moment(signed.had_since, language)
        )
    if signed.haste:
        yield _("The client did not want more time to think, in their own words: “{words}”").format(
            words=" ".join(paragraphs(signed.haste))
        )
    if signed.is_name_confirmed:
        yield _("The name differs from the one on record; {who} has confirmed who signed.").format(
            who=plain(signed.taken_by)
        )


def _chosen(form: Mapping[str, object], agreed: Sequence[str], _: Translate) -> dict[str, str]:
    """The answer to each use of photographs, by the words of its question."""
    uses = photo_questions(form)
    return {words: _("Yes") if use in agreed else _("No") for use, words in uses.items()}


def photo_questions(form: Mapping[str, object]) -> dict[str, str]:
    """Each use of photographs with the words by which the form asks for it."""
    parts = cast("Sequence[Mapping[str, Any]]", form["parts"])
    choices = next((part["choices"] for part in parts if part["term"] == "photographs"), ())
    return dict(zip(PHOTO_USES, choices, strict=False))
