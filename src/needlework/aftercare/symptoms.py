"""From what a client chooses to how urgent it is: errs to the safe side, on any day.

Every rule only ever raises the urgency, so a sign more, a stronger one or a growing one is
never less urgent. A claim that the clinic rejects keeps its value here: what is not accepted
as known is no reason to wait.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct

from needlework.aftercare.days import length, number, span
from needlework.aftercare.model import Answer, Likely, Observation, Part, Reason, Urgency
from needlework.errors import AnswerError
from needlework.evidence import CitedText, Claim, Knowledge
from needlework.evidence.model import Name
from needlework.i18n import Translate, translator

URGENCIES: Final[tuple[Urgency, ...]] = ("emergency", "same-day", "clinician", "watch", "normal")
"""The worst first."""

UNSURE: Final = "not-sure"
OTHER: Final = "other"

_FLAGS: Final = "harm.red-flags."
_SIGN: Final = "symptom.sign."
_HOURS: Final[Mapping[str, float]] = {"min": 1 / 60, "h": 1, "d": 24, "wk": 7 * 24}
_COURSES: Final[Mapping[str, tuple[str, str]]] = {
    "redness": ("harm.erythema.gone-by", "harm.erythema.flag-from"),
    "swelling": ("harm.swelling.gone-by", "harm.swelling.flag-from"),
}
"""Expected reactions whose usual end and whose warning day have claims of their own."""


def rank(urgency: Urgency) -> int:
    """0 for the worst.

    >>> rank("emergency") < rank("watch")
    True
    """
    return URGENCIES.index(urgency)


def choices(knowledge: Knowledge) -> dict[str, tuple[str, ...]]:
    """What may be chosen for sign, place, strength and trend, in the order to show it."""
    return {
        about: knowledge.claims[f"symptom.{about}.order"].words
        for about in ("sign", "place", "strength", "trend")
    }


def choice_names(knowledge: Knowledge, language: str = "en") -> dict[str, dict[str, str]]:
    """What stands on the button of each choice, and what each urgency is called (`answer`)."""
    return {
        about: {key: _in(name, language) for key, name in held.choices.items()}
        for about, held in knowledge.release.symptoms.items()
    }


def _in(name: Name, language: str) -> str:
    """A name of the release in the language asked for."""
    return name.es if language == "es" else name.en


def check_symptoms(
    knowledge: Knowledge,
    *,
    day: int | None,
    observations: Sequence[Observation],
    jurisdiction: str = "",
    language: str = "en",
) -> Answer:
    """How urgent what a client has seen or felt is, what to do, and what is normal.

    Parameters
    ----------
    day
        Whole days since the session, which is day 0; None, where it is not known, counts as
        the worst day. The day decides only how long an expected reaction has lasted and what
        is likely: a red flag counts on any day.
    observations
        One entry a sign. What is not among the choices counts as `other` (sign) or as an
        unsure answer (place, strength, trend), and an unsure answer counts as the worst.
    jurisdiction
        Whose emergency number is shown; where it is not known, none is.
    language
        Of every text and label.
    """
    _ = translator(language)
    if not observations:
        raise AnswerError(_("No sign is chosen."), hint=_("Choose at least one, or `other`."))
    if day is not None and day < 0:
        raise AnswerError(_("The day lies before the session."), hint=_("The session is day 0."))
    checker = _Checker(
        knowledge=knowledge, day=day, known=choices(knowledge), language=language, say=_
    )
    chosen = [checker.normal(observation) for observation in observations]
    parts = tuple(checker.part(observation) for observation in chosen)
    together = tuple(checker.together(chosen))
    urgency = _worst((*(part.urgency for part in parts), *(r.urgency for r in together)))
    likely = tuple(checker.likely(chosen))
    return Answer(
        urgency=urgency,
        first=checker.first(urgency, jurisdiction),
        do=tuple(checker.next_steps(urgency, likely)),
        normal=() if urgency == "emergency" else tuple(checker.what_is_normal(chosen)),
        likely=likely,
        parts=parts,
        together=together,
    )


def _worst(urgencies: Iterable[Urgency]) -> Urgency:
    return min(urgencies, key=rank)


class _Checker(Struct, frozen=True, kw_only=True):
    knowledge: Knowledge
    day: int | None
    known: dict[str, tuple[str, ...]]
    language: str
    say: Translate

    # --- reading --------------------------------------------------------------------------

    def claim(self, claim_id: str) -> Claim:
        return self.knowledge.claims[claim_id]

    def urgency(self, claim_id: str) -> Urgency:
        """The urgency that a claim names; an unknown word is an emergency."""
        word = self.claim(claim_id).word
        return next((urgency for urgency in URGENCIES if urgency == word), URGENCIES[0])

    def listed(self, claim_id: str) -> tuple[str, ...]:
        claim = self.knowledge.claims.get(claim_id)
        return () if claim is None else claim.words

    def days(self, claim_id: str) -> float:
        claim = self.claim(claim_id)
        return claim.number * _HOURS[claim.unit] / 24

    def normal(self, given: Observation) -> Observation:
        """The observation with every answer that is no choice put as the worst."""

        def among(about: str, answer: str, otherwise: str) -> str:
            return answer if answer in self.known[about] else otherwise

        return Observation(
            sign=among("sign", given.sign, OTHER),
            place=among("place", given.place, UNSURE),
            strength=among("strength", given.strength, UNSURE),
            trend=among("trend", given.trend, UNSURE),
        )

    # --- one sign -------------------------------------------------------------------------

    def part(self, seen: Observation) -> Part:
        reasons = sorted(self.reasons(seen), key=lambda reason: rank(reason.urgency))
        return Part(
            sign=seen.sign,
            label=self.label(seen.sign),
            urgency=reasons[0].urgency,
            reasons=tuple(reasons),
        )

    def reasons(self, seen: Observation) -> Iterator[Reason]:
        """Everything that makes a sign at least so urgent."""
        _ = self.say
        flags = tuple(self.flags_of(seen))
        for flag in flags:
            yield self.flag_reason(flag)
        base = f"{_SIGN}{seen.sign}-level"
        if base not in self.knowledge.claims:
            base = f"{_SIGN}{OTHER}-level"
        urgency = self.urgency(base)
        named = self.named(seen.sign)
        if not flags or base.endswith(f".{seen.sign}-level"):
            yield Reason(urgency, _("By itself: {sign}.").format(sign=named), (base,))
        if urgency in ("normal", "watch"):
            yield from self.lasting(seen.sign, named)
        if urgency == "normal":
            yield from self.elsewhere(seen)
        yield from self.strength(seen)
        yield from self.trend(seen)

    def label(self, sign: str) -> str:
        name = self.knowledge.release.symptoms["sign"].choices.get(sign)
        return sign if name is None else _in(name, self.language)

    def named(self, sign: str) -> str:
        """The label as it stands within a sentence."""
        label = self.label(sign)
        return label[0].lower() + label[1:]

    def flags(self) -> Iterator[str]:
        """Red flags that a client's answer can raise."""
        for claim_id in self.knowledge.claims:
            if claim_id.startswith(_FLAGS) and claim_id.endswith("-signs"):
                flag = claim_id.removeprefix(_FLAGS).removesuffix("-signs")
                if f"{_FLAGS}{flag}-action" in self.knowledge.claims:
                    yield flag

    def flags_of(self, seen: Observation) -> Iterator[str]:
        """Red flags that one sign in its place raises by itself."""
        for flag in self.flags():
            places = self.listed(f"{_FLAGS}{flag}-places")
            if f"{_FLAGS}{flag}-with" in self.knowledge.claims:
                continue
            if seen.sign in self.listed(f"{_FLAGS}{flag}-signs") and (
                not places or seen.place in places
            ):
                yield flag

    def flag_reason(self, flag: str) -> Reason:
        action, words, signs = (f"{_FLAGS}{flag}{end}" for end in ("-action", "", "-signs"))
        places = f"{_FLAGS}{flag}-places"
        where = (places,) if places in self.knowledge.claims else ()
        text = self.say(self.claim(words).word)
        return Reason(self.urgency(action), text, (action, words, signs, *where))

    def lasting(self, sign: str, named: str) -> Iterator[Reason]:
        """An expected reaction is expected for its time only."""
        _ = self.say
        usual, late = self.course(sign)
        if self.day is None or self.day >= self.days(late):
            level = f"{_SIGN}late-level"
            text = _("It should have gone by now: {sign}.").format(sign=named)
            yield Reason(self.urgency(level), text, (level, late))
        if usual and (self.day is None or self.day > self.days(usual)):
            level = f"{_SIGN}lingering-level"
            text = _("It lasts longer than usual: {sign}.").format(sign=named)
            yield Reason(self.urgency(level), text, (level, usual))

    def is_elsewhere(self, seen: Observation) -> bool:
        """It is seen where no needle was, or may be."""
        return seen.place in self.listed(f"{_SIGN}elsewhere-places")

    def elsewhere(self, seen: Observation) -> Iterator[Reason]:
        """An expected reaction is expected of needled skin only."""
        if not self.is_elsewhere(seen):
            return
        _ = self.say
        places = f"{_SIGN}elsewhere-places"
        level, listed = f"{_SIGN}elsewhere-level", f"{_SIGN}elsewhere-now"
        text = _("It is where the skin was not needled, or may be, and there it is not expected.")
        yield Reason(self.urgency(level), text, (level, places))
        if seen.sign in self.listed(listed):
            level = f"{_SIGN}elsewhere-now-level"
            text = _("Where the skin was not needled, such a sign is seen the same day.")
            yield Reason(self.urgency(level), text, (level, listed, places))

    def course(self, sign: str) -> tuple[str, str]:
        """Claims on when a reaction has usually gone, and from when it is for a clinician."""
        if sign in _COURSES:
            return _COURSES[sign]
        usual = f"{_SIGN}{sign}-usual"
        return usual if usual in self.knowledge.claims else "", f"{_SIGN}late-from"

    def strength(self, seen: Observation) -> Iterator[Reason]:
        _ = self.say
        if seen.strength in ("moderate", "severe", UNSURE):
            level = f"{_SIGN}moderate-level"
            yield Reason(self.urgency(level), _("It is more than mild."), (level,))
        if seen.strength in ("severe", UNSURE):
            level, listed = f"{_SIGN}severe-level", f"{_SIGN}severe-now"
            yield Reason(self.urgency(level), _("It is strong, or may be."), (level,))
            if seen.sign in self.listed(listed):
                level = f"{_SIGN}severe-now-level"
                text = _("It is strong, or may be, and such a sign is then seen the same day.")
                yield Reason(self.urgency(level), text, (level, listed))

    def trend(self, seen: Observation) -> Iterator[Reason]:
        if seen.trend not in ("worse", UNSURE):
            return
        _ = self.say
        level, listed = f"{_SIGN}worse-level", f"{_SIGN}worse-now"
        yield Reason(self.urgency(level), _("It grows worse, or may."), (level,))
        since = f"{_SIGN}worse-now-from"
        grows_late = self.day is None or self.day >= self.days(since)
        if grows_late and seen.sign in self.listed(listed):
            level = f"{_SIGN}worse-now-level"
            text = _("It grows worse, or may, after the first days: it may be an infection.")
            yield Reason(self.urgency(level), text, (level, listed, since))

    # --- signs together -------------------------------------------------------------------

    def together(self, seen: Sequence[Observation]) -> Iterator[Reason]:
        """What signs mean together that none of them means alone."""
        signs = {observation.sign for observation in seen}
        for flag in self.joint_flags(signs):
            reason = self.flag_reason(flag)
            yield Reason(reason.urgency, reason.text, (*reason.claims, f"{_FLAGS}{flag}-with"))

    def joint_flags(self, signs: set[str]) -> Iterator[str]:
        for flag in self.flags():
            both = self.listed(f"{_FLAGS}{flag}-with")
            if signs.intersection(both) and signs.intersection(
                self.listed(f"{_FLAGS}{flag}-signs")
            ):
                yield flag

    # --- the answer -----------------------------------------------------------------------

    def first(self, urgency: Urgency, jurisdiction: str) -> CitedText:
        """The one thing to do before all else: in an emergency, the number to call."""
        _ = self.say
        if urgency != "emergency":
            return self.said(f"symptom.answer.{urgency}-do")
        claim_id = f"jurisdiction.{jurisdiction}.emergency-number"
        if claim_id in self.knowledge.claims and claim_id not in self.knowledge.rejected:
            text = _("Call {number} now.").format(number=self.claim(claim_id).word)
            return CitedText(text, (claim_id,))
        return self.said("symptom.answer.emergency-unknown")

    def next_steps(self, urgency: Urgency, likely: Sequence[Likely]) -> Iterator[CitedText]:
        """What follows the first step; the clinic comes after help, and nothing is promised."""
        if urgency == "emergency":
            yield self.said("symptom.answer.emergency-wait")
        told = [
            self.said(claim_id)
            for possible in likely
            if (urgency != "emergency" or possible.urgency == urgency)
            and (claim_id := f"{_FLAGS}{possible.flag}-tell") in self.knowledge.claims
        ]
        yield from {words.text: words for words in told}.values()
        if urgency in ("emergency", "same-day", "clinician"):
            yield self.said("symptom.answer.clinic")
        if urgency != "emergency":
            yield self.said("symptom.answer.if-worse")

    def said(self, claim_id: str) -> CitedText:
        return CitedText(self.say(self.claim(claim_id).word), (claim_id,))

    def what_is_normal(self, seen: Sequence[Observation]) -> Iterator[CitedText]:
        """How long the expected ones among the signs usually last, where they are expected."""
        _ = self.say
        expected = [observation for observation in seen if not self.is_elsewhere(observation)]
        for sign in dict.fromkeys(observation.sign for observation in expected):
            base = f"{_SIGN}{sign}-level"
            if base not in self.knowledge.claims or self.urgency(base) not in ("normal", "watch"):
                continue
            usual, late = self.course(sign)
            label = self.label(sign)
            if usual:
                yield CitedText(self.usually_gone(label, self.claim(usual)), (usual, base))
            text = _("{sign}: for a clinician from day {n} on if it stays.")
            day = number(self.days(late), self.language)
            yield CitedText(text.format(sign=label, n=day), (late, base))

    def usually_gone(self, label: str, claim: Claim) -> str:
        _ = self.say
        time = length(claim.number, claim.unit, self.language)
        low, high = claim.range or (claim.number, claim.number)
        if low == high:
            return _("{sign}: usually gone after {time}.").format(sign=label, time=time)
        least, most = span(low, high, claim.unit, self.language)
        return _("{sign}: usually gone after {time} (sources: {low} to {high}).").format(
            sign=label,
            time=time,
            low=least,
            high=most,
        )

    def likely(self, seen: Sequence[Observation]) -> Iterator[Likely]:
        """Every flag raised: what is likely on this day first, then by urgency."""
        raised = [flag for observation in seen for flag in self.flags_of(observation)]
        raised += self.joint_flags({observation.sign for observation in seen})
        raised += self.lingering_redness(seen)
        found = [self.possible(flag) for flag in dict.fromkeys(raised)]
        yield from sorted(found, key=lambda entry: (not entry.now, rank(entry.urgency)))

    def lingering_redness(self, seen: Sequence[Observation]) -> Iterator[str]:
        """Redness that has outlasted its time is a flag of its own."""
        late = self.days(_COURSES["redness"][1])
        is_late = self.day is None or self.day >= late
        if is_late and any(observation.sign == "redness" for observation in seen):
            yield "lasting-redness"

    def possible(self, flag: str) -> Likely:
        since, until = f"{_FLAGS}{flag}-from", f"{_FLAGS}{flag}-until"
        words, when, action = (f"{_FLAGS}{flag}{end}" for end in ("", "-when", "-action"))
        ends = until in self.knowledge.claims
        now = self.day is None or (
            int(self.days(since)) <= self.day and (not ends or self.day <= self.days(until))
        )
        return Likely(
            flag=flag,
            urgency=self.urgency(action),
            now=now,
            text=self.say(self.claim(words).word),
            when=self.say(self.claim(when).word),
            claims=(words, when, action, since, *((until,) if ends else ())),
        )
