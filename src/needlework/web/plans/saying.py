"""What stands in the way of a signature, and how a signed plan stands, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from msgspec import Struct

from needlework.planning.signing import Obstacle
from needlework.web.consultations.saying import Sayer
from needlework.web.plans.selectors import State


def _(words: str) -> str:
    """Marks words for the catalogue; they are translated where they are shown."""
    return words


class ObstacleLine(Struct, frozen=True, kw_only=True):
    """One obstacle: what it is, and what to do next."""

    reason: str
    text: str
    lang: str
    where: str
    next: str


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
}
_NEXT: Final = {
    "role": _("Ask one of them to read and sign it."),
    "licence": _("Ask the clinic’s owner to have your licence written down."),
    "setting": _("Begin a consultation for treatment in the clinic."),
    "day": _("Ask again what has expired, and save a new version."),
    "client": _("Postpone the treatment, or settle what stands against it."),
    "question": _("Ask, and save the answer in a new version of the consultation."),
    "clearance": _("Ask a clinician to clear it, or leave the area out."),
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
        text = say.say(one.about)
        lang = "en" if say.language != "en" and text == one.about else ""
    return ObstacleLine(
        reason=one.reason,
        text=text,
        lang=lang,
        where=say.zones(one.zones) if one.zones else "",
        next=say.say(_NEXT[one.reason]),
    )


_STANDING: Final[dict[State, str]] = {
    "stands": _("This plan is in force."),
    "replaced": _("A later plan has taken the place of this one."),
    "consultation-changed": _(
        "The consultation has changed since, so no session is held under this plan until it is "
        "signed anew."
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
