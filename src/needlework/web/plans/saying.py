"""What stands in the way of a signature, how a signed plan stands, and what changed, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Final

from msgspec import Struct, structs

from needlework.documents.words import capital
from needlework.evidence import Verdict
from needlework.planning.signing import Obstacle
from needlework.planning.standing import Change, Direction, What
from needlework.web.consultations.saying import Sayer
from needlework.web.plans.selectors import State


def _(words: str) -> str:
    """Marks words for the catalogue; they are translated where they are shown."""
    return words


class Quoted(Struct, frozen=True):
    """A sentence of the engine, and its language where it is not the page's."""

    text: str
    lang: str = ""


class ObstacleLine(Struct, frozen=True, kw_only=True):
    """One obstacle: what it is, and what to do next."""

    reason: str
    text: str
    lang: str
    where: str
    next: str
    refused: tuple[Quoted, ...] = ()
    """What a clinician refused to clear, where that is why."""


_TEXT: Final = {
    "role": _("Plans are signed by a practitioner or the medical director."),
    "no-profession": _("Your profession is not on record."),
    "expired": _("Your licence has expired."),
    "none": _("Your licence is not on record."),
    "unknown": _("Until when your licence holds is not on record."),
    "setting": _("The consultation was for treatment at home, which nobody signs here."),
    "day": _("Answers are judged for another day than today."),
    "nothing-planned": _("No area is planned, so there is nothing to sign."),
    "no-preparation": _(
        "How to prepare is not known, since a claim that it rests on was rejected in this clinic."
    ),
    "not-confirmed": _("The client filled in this version; a practitioner has yet to confirm it."),
    "person-changed": _(
        "The birth date or sex on record is another than in this version, and the plan with it."
    ),
    "treater-changed": _(
        "Whoever was to treat may not do so as this version says: the licence, the training or the "
        "depth on record has changed since."
    ),
    "told-elsewhere": _("Another consultation of this client is newer, and may say otherwise."),
}
_NEXT: Final = {
    "role": _("Ask one of them to read and sign it."),
    "licence": _("Ask the clinic’s owner to have your licence written down."),
    "setting": _("Begin a consultation for treatment in the clinic."),
    "day": _("Ask again what has expired, and save a new version."),
    "client": _("Postpone the treatment, or settle what stands against it."),
    "question": _("Ask, and save the answer in a new version of the consultation."),
    "person-changed": _("Save a new version of the consultation: it takes what is on record now."),
    "treater-changed": _("Choose who would treat, and save a new version of the consultation."),
    "told-elsewhere": _(
        "Sign the plan of that one. Or, having read it, save this one anew as things stand now."
    ),
    "clearance": _("Ask a clinician to clear it, or leave the area out."),
    "product": _(
        "Take this product out of what is planned, and save a new version of the consultation."
    ),
    "nothing-planned": _("The assessment says why; change the consultation if it is out of date."),
    "claim": _("The medical director reviews them under Knowledge."),
}


def obstacle_lines(found: Iterable[Obstacle], say: Sayer) -> list[ObstacleLine]:
    return [_line(one, say) for one in found]


def _line(one: Obstacle, say: Sayer) -> ObstacleLine:
    lang = ""
    if one.reason == "claim":
        words = say.say("{n} statements that this plan rests on are not approved in this clinic.")
        text = words.format(n=len(one.claims))
    elif known := _TEXT.get(one.about) or _TEXT.get(one.reason):
        text = say.say(known)
    else:
        quoted = _quoted(one.about, say)
        text, lang = quoted.text, quoted.lang
    return ObstacleLine(
        reason=one.reason,
        text=text,
        lang=lang,
        where=say.zones(one.zones) if one.zones else "",
        next=say.say(_NEXT.get(one.about) or _NEXT[one.reason]),
        refused=tuple(_quoted(sentence, say) for sentence in one.refused),
    )


def _quoted(sentence: str, say: Sayer) -> Quoted:
    spoken = say.say(sentence)
    return Quoted(spoken, "en" if say.language != "en" and spoken == sentence else "")


_STANDING: Final[dict[State, str]] = {
    "stands": _("This plan is in force."),
    "replaced": _("A later plan has taken the place of this one."),
    "consultation-changed": _(
        "The consultation has changed since, so no session is held under this plan until it is "
        "signed anew."
    ),
    "person-changed": _(
        "The birth date or sex on record has changed since, and the plan would be another, so no "
        "session is held under this plan until it is signed anew."
    ),
    "clearance-changed": _(
        "A clinician’s answer that this plan rests on no longer stands, so the next session waits "
        "until it is signed anew."
    ),
    "stricter": _(
        "What is known has become stricter since, so the next session waits until this plan has "
        "been read again and signed anew."
    ),
    "not-judged": _(
        "What is known has changed since, and this plan has not been judged by it yet, so the "
        "next session waits."
    ),
    "retracted": _("This plan was entered in error and does not count."),
}


def standing_words(state: State, translate: Callable[[str], str]) -> str:
    return translate(_STANDING[state])


# --- what other knowledge judges otherwise -----------------------------------------------------


class ChangeLine(Struct, frozen=True, kw_only=True):
    """One change as a person says it; `quotes` are sentences of the engine that came or went."""

    word: str
    tone: str
    where: str
    text: str
    quotes: tuple[Quoted, ...] = ()


_DIRECTIONS: Final[Mapping[Direction, tuple[str, str]]] = {
    "stricter": (_("stricter"), "stop"),
    "looser": (_("looser"), "limit"),
    "changed": (_("changed"), "ask"),
}
_NUMBERS: Final[Mapping[What, str]] = {
    "start-depth": _("Depth to start with"),
    "maximum-depth": _("Greatest depth"),
    "step-depth": _("Step by which the depth is raised"),
    "needle-length": _("Needle length"),
    "passes": _("Passes"),
    "interval": _("Time between sessions"),
    "fewest-sessions": _("Sessions, at least"),
    "most-sessions": _("Sessions, at most"),
    "sessions": _("Sessions of the course"),
    "wait": _("Time before the first session"),
    "area": _("Area of the numbing cream, at most"),
    "grams": _("Amount of the numbing cream, at most"),
    "minutes": _("Time that the numbing cream stays on, at most"),
}
"""What has a number."""
_WORDS: Final[Mapping[What, str]] = {
    "pattern": _("Way of leading the device"),
    "end-point": _("End point"),
}
"""What has a word of the release."""
_CAME_WENT: Final[Mapping[What, tuple[str, str]]] = {
    "limit": (_("A new limit:"), _("A limit that is gone:")),
    "step": (_("A new step of the preparation:"), _("A step of the preparation that is gone:")),
}
"""What is a sentence of the engine, as it comes and as it goes."""
_PROTOCOL: Final[Mapping[Direction, str]] = {
    "stricter": _("It is not treated any more."),
    "looser": _("It was refused, and may be treated now."),
    "changed": _("It is a new way to treat, beside or in the place of what was signed."),
}
_PLAIN: Final[Mapping[What, str]] = {
    "course": _("There are no dates for a course any more."),
    "antiseptic": _("It is not used here any more."),
    "anything-else": _("Something else reads otherwise. Compare the plan as it is now."),
    "judgement": _("What was signed can no longer be judged by what is known now."),
}
_APPROVAL: Final = (
    _("{n} statement that it rests on is not approved in this clinic."),
    _("{n} statements that it rests on are not approved in this clinic."),
)
_AMOUNTS: Final = (
    _("{after} instead of {before}."),
    _("{after}, which was not there before."),
    _("{before} is gone."),
)
"""Of a number or a day: it changed, came, or went."""
_STATES: Final = (
    _("now {after}; when it was signed, {before}."),
    _("now {after}; there was nothing of it when it was signed."),
    _("it is gone; when it was signed, {before}."),
)


def change_lines(found: Iterable[Change], say: Sayer) -> list[ChangeLine]:
    """In the order found; what is the same in several areas is said once."""
    zones: dict[Change, list[str]] = {}
    for change in found:
        zones.setdefault(structs.replace(change, zone=""), []).append(change.zone)
    return [_change(change, tuple(filter(None, at)), say) for change, at in zones.items()]


def _change(change: Change, zones: tuple[str, ...], say: Sayer) -> ChangeLine:
    word, tone = _DIRECTIONS[change.direction]
    return ChangeLine(
        word=say.say(word),
        tone=tone,
        where=" – ".join(filter(None, (say.zones(zones), ", ".join(_named(change, say))))),
        text=_said(change, say),
        quotes=tuple(
            _quoted(sentence, say)
            for sentence in (change.after, change.before)
            if sentence and change.what in (*_CAME_WENT, "course")
        ),
    )


def _named(change: Change, say: Sayer) -> Iterator[str]:
    if change.concern:
        yield say.concern(change.concern)
    if change.device:
        yield say.device(change.device)
    if change.about:
        yield _about(change, say)


def _about(change: Change, say: Sayer) -> str:
    what, about = change.what, change.about
    if what == "finding":
        rule, _space, product = about.partition(" ")
        name = _rule(rule, say)
        return f"{name}, {_product(product, say)}" if product else name
    if what == "session":
        return say.say("Session {n}").format(n=about)
    if what == "antiseptic":
        return capital(say.antiseptic(about))
    return _product(about, say)


def _rule(rule: str, say: Sayer) -> str:
    topic = say.knowledge.release.topics.get(f"rule.{rule.lower()}")
    title = getattr(topic, "title", "")
    if not title:
        return say.say("Rule {id}").format(id=rule)
    return f"{_quoted(title, say).text} ({rule})"


def _product(name: str, say: Sayer) -> str:
    release = say.knowledge.release
    if name in release.anaesthetics:
        return say.anaesthetic(name)
    return capital(say.antiseptic(name) if name in release.antiseptics else say.term(name))


def _said(change: Change, say: Sayer) -> str:
    what = change.what
    if what in _CAME_WENT:
        came, went = _CAME_WENT[what]
        return say.say(came if change.after else went)
    if what == "protocol":
        return say.say(_PROTOCOL[change.direction])
    if what in _PLAIN:
        return say.say(_PLAIN[what])
    if what == "label":
        off = change.direction == "stricter"
        return say.say(
            "The device’s label does not cover this use any more."
            if off
            else "The device’s label covers this use now."
        )
    if what == "approval":
        number = len(change.after.split(", "))
        return say.say(_APPROVAL[number > 1]).format(n=number)
    label = _NUMBERS.get(what) or _WORDS.get(what)
    told = _compared(change, say)
    return f"{say.say(label)}: {told}" if label else capital(told)


def _compared(change: Change, say: Sayer) -> str:
    before, after = (_value(change.what, one, say) for one in (change.before, change.after))
    is_amount = change.what in _NUMBERS or change.what == "session"
    both, new, gone = _AMOUNTS if is_amount else _STATES
    words = both if before and after else new if after else gone
    return say.say(words).format(after=after, before=before)


def _value(what: What, text: str, say: Sayer) -> str:
    if not text:
        return ""
    if what in _NUMBERS:
        number, _space, unit = text.partition(" ")
        return say.length(float(number), unit or "1")
    if what == "session":
        return say.day(date.fromisoformat(text))
    if what == "finding":
        return say.means(Verdict(text))
    if what == "zone":
        return say.status(text)
    return say.numbing(text) if what == "anaesthetic" else say.term(text)
