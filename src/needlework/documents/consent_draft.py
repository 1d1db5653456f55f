"""What a consent says, part by part, and its draft on paper.

The parts are those that `consent.content.must-show` asks for; one of the clinic's own, which
nothing here fills, stands as a part to be filled in by hand.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct, structs

from needlework.documents.citations import Citations
from needlework.documents.consent_risks import RISKS, Risk, number_sentences
from needlework.documents.frame import closing, common_labels, frame
from needlework.documents.model import ClinicCard, PersonCard
from needlework.documents.plan_notes import alternative_rows, sessions_said
from needlework.documents.plan_sheet import on_label
from needlework.documents.press import plain, typeset
from needlework.documents.words import Said, Words, capital
from needlework.evidence import Cited, Knowledge, NotAccepted
from needlework.planning import Plan
from needlework.planning.model import Protocol, ZonePlan
from needlework.screening import Consultation
from needlework.workflow import Known, care

MUST_SHOW: Final = "consent.content.must-show"
RISKS_NAMED: Final = "consent.content.risks-named"
_WAITS: Final = ("wash", "make-up", "exercise", "pool", "actives", "sun", "next-session")
"""What of the sheet for afterwards a consent names; the sheet itself has all."""


def consent_pdf(
    plan: Plan,
    consultation: Consultation,
    known: Known,
    *,
    clinic: ClinicCard | None = None,
    person: PersonCard | None = None,
    language: str = "en",
) -> bytes:
    """The draft that client and clinician go through together; it becomes theirs by signing."""
    words = Words(known.knowledge, language)
    citations = Citations(words)
    who = person or PersonCard()
    if not who.reference:
        who = structs.replace(who, reference=consultation.client.reference)
    _ = words.say
    data = frame(
        words, clinic or ClinicCard(), who, title=_("Consent to microneedling"), mark=_("Draft")
    )
    draft = Draft(plan, consultation, known, words, citations)
    data |= draft.body()
    data["labels"] = labels(words) | common_labels(words)
    data["notice"] = words.say(
        "This is a draft. Go through it with your clinician, ask, and change what does not fit. "
        "It holds only when both have signed."
    )
    data |= {"watermark": True, "is-signed": False, "statements": [], "seal": ""}
    return typeset("consent", data | closing(words, citations))


def labels(words: Words) -> Said:
    """The heads of tables, and the answers."""
    _ = words.say
    return {
        "zone-heads": [_("Where"), _("For what"), _("How deep at most"), _("Device")],
        "risk-heads": [_("Risk"), _("What is known")],
        "yes": _("Yes"),
        "no": _("No"),
    }


class Draft(Struct, frozen=True):
    """The parts of a consent to one plan."""

    plan: Plan
    consultation: Consultation
    known: Known
    words: Words
    citations: Citations

    @property
    def knowledge(self) -> Knowledge:
        return self.known.knowledge

    def proposes(self) -> bool:
        """Whether there is anything to consent to."""
        return any(_is_proposed(zone) for zone in self.plan.zones)

    def body(self) -> Said:
        """What is proposed, part by part; or that there is nothing to consent to."""
        _ = self.words.say
        if not self.proposes():
            nothing = _(
                "Nothing is proposed today, so there is nothing to consent to. The plan says why."
            )
            return {"facts": self.facts(), "nothing": nothing, "parts": [], "signatures": []}
        return {
            "facts": self.facts(),
            "nothing": "",
            "parts": [self.part(term) for term in self.terms()],
            "signature-title": _("Signatures"),
            "signature-said": _("Sign only when every question has been answered."),
            "signatures": [
                [{"label": label, "value": ""} for label in (who, _("Date"), _("Signature"))]
                for who in (
                    _("Client: name"),
                    _("Clinician: name, licence number"),
                    _("Interpreter or witness, if there was one"),
                )
            ],
        }

    def terms(self) -> tuple[str, ...]:
        """Our parts, then what else the clinic asks for; the signature closes every document."""
        terms = dict.fromkeys((*PARTS, *self._words_of(MUST_SHOW)))
        return tuple(term for term in terms if term != "signature")

    def _words_of(self, claim_id: str) -> tuple[str, ...]:
        try:
            return self.knowledge.claim(claim_id).words
        except NotAccepted:
            return ()

    def facts(self) -> list[dict[str, str]]:
        _ = self.words.say
        return [{"label": _("Plan of"), "value": self.words.weekday(self.plan.judged_on)}]

    def part(self, term: str) -> Said:
        make = PARTS.get(term)
        if make is None:
            _ = self.words.say
            said = _("The clinic asks for this part; the clinician fills it in.")
            filled = part_of(capital(self.words.term(term)), said=[said], blank=True)
        else:
            filled = make(self)
        return {**filled, "term": term}

    # --- what is done ---------------------------------------------------------------------

    def nature(self) -> Said:
        _ = self.words.say
        said = [
            _(
                "Fine needles make many tiny punctures in the skin, which then heals. The "
                "clinician never goes deeper than is named here."
            )
        ]
        rows = []
        for zones, made in self._made():
            most = made.depth.maximum if made.depth is not None else None
            rows.append(
                {
                    "where": self.words.zones(zone.zone for zone in zones),
                    "standing": self._condition(zones[0]),
                    "concern": self.words.concern(made.concern),
                    "depth": self.citations.cite("–", ())
                    if most is None
                    else self.citations.cite(
                        self.words.quantity(most), [c for one in zones for c in _most(one, made)]
                    ),
                    "device": self.words.device(made.device),
                }
            )
        return part_of(_("What is done"), said=said, zones=rows)

    def _made(self) -> Iterator[tuple[list[ZonePlan], Protocol]]:
        """Zones that get the same, with what they get."""
        held: dict[object, tuple[list[ZonePlan], Protocol]] = {}
        for zone in self.plan.zones:
            if not _is_proposed(zone):
                continue
            for made in zone.protocols:
                if made.refused:
                    continue
                most = None if made.depth is None else made.depth.maximum.value
                key = (made.concern, made.device, most, zone.status, zone.free_from)
                held.setdefault(key, ([], made))[0].append(zone)
        yield from held.values()

    def _condition(self, zone: ZonePlan) -> str:
        _ = self.words.say
        if zone.status == "planned":
            return ""
        said = self.words.status(zone.status)
        if zone.free_from is not None:
            day = self.words.day(zone.free_from)
            said = f"{said}, {_('free from {day}').format(day=day)}"
        return said

    def result(self) -> Said:
        """What trials saw, and that nobody promises it."""
        _ = self.words.say
        said: list[object] = [_("What studies saw, and their limits. No result is promised.")]
        concerns = dict.fromkeys(made.concern for _zones, made in self._made())
        listed = [
            {"about": self.words.concern(concern), "said": [text]}
            for concern in concerns
            for text in self.claim(f"concern.{concern}.evidence")
        ]
        return part_of(_("What it may do, and what it cannot"), said=said, listed=listed)

    def sessions(self) -> Said:
        _ = self.words.say
        listed = [
            {"about": self.words.concern(concern), "said": said}
            for concern, made in {made.concern: made for _zones, made in self._made()}.items()
            if (said := list(sessions_said(made, self.words, self.citations)))
        ]
        return part_of(_("How often"), said=list(self._days()), listed=listed)

    def _days(self) -> Iterator[Said]:
        if self.plan.course is None:
            return
        _ = self.words.say
        days = [session.day for session in self.plan.course.sessions]
        planned = " · ".join(self.words.day(day.on) for day in days)
        claims = dict.fromkeys(claim for day in days for claim in day.claims)
        yield self.citations.cite(_("Planned days: {days}.").format(days=planned), claims)

    # --- risks ----------------------------------------------------------------------------

    def risks(self) -> Said:
        """Every named risk that fits the plan; one that the release does not know stays named."""
        _ = self.words.say
        named = self._words_of(RISKS_NAMED) or tuple(RISKS)
        rows = [row for name in named for row in self._risk(name)]
        factors = self.claim("harm.expected-reactions.risk-factors")
        listed = [{"about": _("What raises the risk"), "said": [text]} for text in factors]
        if own := list(self._found_with_you()):
            listed.insert(0, {"about": _("What was found with you"), "said": own})
        single = _("Needles are used for one person only, since blood can carry infections.")
        cited = self.citations.cite(single, ("harm.blood-borne.hiv-cluster",))
        listed.append({"about": _("Clean needles"), "said": [cited]})
        return part_of(_("What may go wrong"), said=[], risks=rows, listed=listed)

    def _found_with_you(self) -> Iterator[Said]:
        """What a clinician cleared, and what changes the treatment, with what was laid down."""
        _ = self.words.say
        treated = {zone.zone for zone in self.plan.zones if _is_proposed(zone)}
        for finding in self.plan.assessment.findings:
            counts = finding.cleared is not None or finding.limit is not None
            if counts and (not finding.zones or treated.intersection(finding.zones)):
                yield self.citations.quote(finding.summary, finding.claims)
                if finding.limit is not None and (how := list(self.words.changes(finding.limit))):
                    said = _("Changes: {changes}.").format(changes=", ".join(how))
                    yield self.citations.cite(said, ())
                if (given := finding.cleared) is not None:
                    until, day = self.words.day(given.until), self.words.day(given.on)
                    said = _("Cleared on {day}; it holds until {until}.").format(
                        day=day, until=until
                    )
                    yield self.citations.cite(f"{said} {plain(given.conditions)}".rstrip(), ())

    def _risk(self, name: str) -> Iterator[Said]:
        if name == "cold-sore" and not self.on_face():
            return
        if name == "anaesthetic-toxicity" and not self._numbed():
            return
        for risk in RISKS.get(name, ()):
            if self._fits(risk):
                yield {"name": self.words.topic(risk.topic), "known": self._known_of(risk)}
        if name not in RISKS:
            _ = self.words.say
            said = self.citations.cite(_("Consent forms name it."), (RISKS_NAMED,))
            yield {"name": capital(self.words.term(name)), "known": [said]}

    def _known_of(self, risk: Risk) -> list[Said]:
        """Texts and numbers; where none of them says how often, that is said."""
        said = {key: list(self.claim(f"{risk.topic}.{key}")) for key in risk.texts}
        said |= {key: list(self._number(f"{risk.topic}.{key}")) for key in risk.numbers}
        known = [text for texts in said.values() for text in texts]
        if not any(said[key] for key in risk.how_often):
            _ = self.words.say
            known.append(self.citations.cite(_("No rate is known."), ()))
        return known

    def _fits(self, risk: Risk) -> bool:
        if risk.topic == "harm.methaemoglobinaemia":
            return not self._agents().isdisjoint(("prilocaine", "benzocaine"))
        return risk.topic != "harm.eye-injury" or self.on_face()

    def _number(self, claim_id: str) -> Iterator[Said]:
        """A number in its sentence, a share with its range, if it holds for this skin."""
        try:
            claim = self.knowledge.claim(claim_id)
        except NotAccepted:
            return
        if not self._holds(claim_id):
            return
        amount = self.words.length(claim.number, claim.unit)
        if claim.range is not None and claim.unit == "%" and claim.range[1] != claim.number:
            _ = self.words.say
            spread = self.words.span(*claim.range)
            amount = _("{amount} (range {range} %)").format(amount=amount, range=spread)
        said = number_sentences(self.words)[claim_id].format(
            amount=amount, phototypes=", ".join(claim.scope.phototype)
        )
        yield self.citations.cite(said, (claim_id,))

    def _holds(self, claim_id: str) -> bool:
        """A rate for other phototypes says nothing here; an unknown phototype counts as any."""
        phototypes = self.knowledge.claims[claim_id].scope.phototype
        mine = self.consultation.phototype.clinician
        return not phototypes or mine == "unknown" or mine in phototypes

    def on_face(self) -> bool:
        zones = self.knowledge.release.zones
        return any(zones[made.zone].region == "face" for _zones, made in self._made())

    def _numbed(self) -> bool:
        prepared = self.plan.preparation
        return prepared is not None and any(
            use.status in ("offered", "needs-clearance") for use in prepared.anaesthetics
        )

    def _agents(self) -> frozenset[str]:
        prepared = self.plan.preparation
        products = () if prepared is None else prepared.anaesthetics
        held = self.knowledge.release.anaesthetics
        return frozenset(agent for use in products for agent in held[use.product].agents)

    def off_label(self) -> Said:
        """Uses outside a device's label, zone by zone."""
        _ = self.words.say
        held: dict[str, tuple[list[str], list[str]]] = {}
        for zones, made in self._made():
            if not made.fit.labelled:
                label = f"{self.words.device(made.device)}: {on_label(made.fit, self.words)}."
                where, claims = held.setdefault(label, ([], []))
                where += (zone.zone for zone in zones)
                claims += made.fit.claims
        listed = [
            {"about": self.words.zones(where), "said": [self.citations.cite(label, claims)]}
            for label, (where, claims) in held.items()
        ]
        said = (
            _("The device's label does not cover these uses; that they are proposed is a choice.")
            if listed
            else _("Every use proposed here stands on its device's label.")
        )
        return part_of(_("Outside the label"), said=[said], listed=listed)

    # --- choice ---------------------------------------------------------------------------

    def alternatives(self) -> Said:
        _ = self.words.say
        others = [other for other in self.plan.alternatives if other.status != "refused"]
        listed = [
            {"about": row["what"], "said": row["said"]}
            for row in alternative_rows(others, self.words, self.citations)
        ]
        said = _(
            "You may choose another way, or none. Doing nothing has its price too, named here."
        )
        return part_of(_("Other ways, and doing nothing"), said=[said], listed=listed)

    def aftercare(self) -> Said:
        """What the client takes on, counted from a session."""
        _ = self.words.say
        deepest = [
            made.depth.maximum.value for _zones, made in self._made() if made.depth is not None
        ]
        first = self.plan.judged_on
        if self.plan.course is not None:
            first = self.plan.course.sessions[0].day.on
        phototype = self.consultation.phototype.clinician
        made = care(
            self.known,
            ended=first,
            depth_mm=max(deepest, default=None),
            zones=[zone.zone for zones, _made in self._made() for zone in zones],
            phototype="" if phototype == "unknown" else phototype,
            agents=self._agents(),
            language=self.words.language,
        )
        parts = [
            self._wait(first.label, first.wait, first.claims)
            for first in made.firsts
            if first.what in _WAITS and first.wait is not None
        ]
        said = _("After each session you wait this long; the sheet you are given says all of it.")
        return part_of(_("What you take on"), said=[said], waits=parts)

    def _wait(self, label: str, wait: Cited, claims: Sequence[str]) -> Said:
        text = self.citations.cite(self.words.quantity(wait), claims)
        return {"what": capital(label), "wait": text}

    def questions(self) -> Said:
        _ = self.words.say
        ticks = [_("I could ask all that I wanted to, and understood the answers.")]
        return part_of(_("Your questions"), said=[], ticks=ticks, blank=True)

    def time_to_think(self) -> Said:
        _ = self.words.say
        said = _(
            "You need not decide today. Take the sheet with you, and speak with whom you like."
        )
        return part_of(_("Time to think"), said=[said], lines=[_("This draft was given to me on")])

    def capacity(self) -> Said:
        _ = self.words.say
        ticks = [
            _("I am of age and well enough to decide."),
            _("Clinician: in my judgement the client can decide about this."),
        ]
        return part_of(_("Able to decide"), said=[], ticks=ticks)

    def voluntariness(self) -> Said:
        _ = self.words.say
        said = _(
            "You decide freely. You may withdraw at any time, before or during a session, without "
            "a reason and without a disadvantage for your further care."
        )
        return part_of(_("Free to say no, and to withdraw"), said=[said])

    def photographs(self) -> Said:
        """Each use asked apart; none is a condition of treatment."""
        _ = self.words.say
        said = _(
            "Photographs are asked for apart from treatment, each use on its own. You are treated "
            "whatever you answer, and may withdraw any of them later."
        )
        uses = [
            _("For my clinical record, to judge the result"),
            _("For teaching of professionals, without my name"),
            _("For marketing of the clinic"),
        ]
        return part_of(_("Photographs"), said=[said], choices=uses)

    def claim(self, claim_id: str) -> Iterator[Said]:
        """The words of a claim; none where the release lacks it or the clinic rejects it."""
        try:
            claim = self.knowledge.find(claim_id)
        except NotAccepted:
            return
        if claim is not None:
            yield self.citations.quote(claim.word, (claim_id,))


PARTS: Final = {
    "nature": Draft.nature,
    "off-label": Draft.off_label,
    "result": Draft.result,
    "sessions": Draft.sessions,
    "risks": Draft.risks,
    "alternatives": Draft.alternatives,
    "aftercare": Draft.aftercare,
    "questions": Draft.questions,
    "time-to-think": Draft.time_to_think,
    "capacity": Draft.capacity,
    "voluntariness": Draft.voluntariness,
    "photographs": Draft.photographs,
}
"""Part that a consent must show → what fills it."""


def part_of(title: str, *, said: Sequence[object], **more: object) -> Said:
    empty: Said = dict.fromkeys(("zones", "listed", "risks", "waits", "ticks", "choices", "lines"))
    filled = {key: more.get(key) or [] for key in empty}
    return {"title": title, "said": list(said), "blank": bool(more.get("blank")), **filled}


def _is_proposed(zone: ZonePlan) -> bool:
    return zone.status in ("planned", "test-spot", "needs-clearance", "deferred") and any(
        not made.refused for made in zone.protocols
    )


def _most(zone: ZonePlan, like: Protocol) -> tuple[str, ...]:
    """Claims of the greatest depth of a zone, for a concern."""
    return tuple(
        claim
        for made in zone.protocols
        if made.concern == like.concern and made.depth is not None
        for claim in made.depth.maximum.claims
    )
