"""Steps and purposes in words, and the page on which each step is taken."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Final

from django.urls import resolve, reverse
from msgspec import Struct

from needlework.i18n import say_date, translator
from needlework.web.access import policy_of
from needlework.web.days.next_step import Kind
from needlework.web.days.selectors import Next


def _(words: str) -> str:
    """Marks words for the catalogue; they are translated where they are shown."""
    return words


PURPOSE_WORDS: Final[Mapping[str, str]] = {
    "consultation": _("Consultation"),
    "session": _("Session"),
    "review": _("Look at the result"),
    "other": _("Something else"),
}


class Said(Struct, frozen=True):
    """A step as a row shows it."""

    words: str
    tone: str
    address: str
    action: str
    is_ready: bool
    """Nothing at all stands between the client and a session today."""


_WORDS: Final[Mapping[Kind, tuple[str, str, str]]] = {
    "see-report": (_("A report of symptoms waits"), "stop", _("See the report")),
    "consult": (_("No consultation yet"), "info", _("Take the consultation")),
    "correct": (_("The consultation was entered in error"), "ask", _("Open the consultation")),
    "confirm": (_("Filled in at home, not confirmed"), "ask", _("Confirm the answers")),
    "refused": (_("Not to be treated as things stand"), "stop", _("See why")),
    "deferred": (_("Postponed"), "defer", _("See why")),
    "answer": (_("Answers are missing or have expired"), "ask", _("Ask what is open")),
    "ask-clearance": (_("A clinician has to clear it"), "clear", _("Ask for clearance")),
    "await-clearance": (_("Clearance asked for, no answer yet"), "clear", _("See the request")),
    "sign-plan": (_("The plan is not signed"), "ask", _("Read and sign the plan")),
    "plan-again": (_("The plan waits for a new signature"), "ask", _("See what changed")),
    "wait-for-day": (_("Next session not yet due"), "defer", _("See the plan")),
    "offer-consent": (_("No consent has been offered"), "ask", _("Offer the consent")),
    "think": (_("Time to think about the consent"), "defer", _("Open the consent")),
    "sign-consent": (_("The consent is not signed"), "ask", _("Hand over for signature")),
    "withdrawn": (_("The consent was withdrawn"), "stop", _("See the consent")),
    "finished": (_("All sessions were held"), "ok", _("See the plan")),
    "look": (_("Not all is known"), "ask", _("Open the client’s page")),
    "ready": (_("Ready for the session"), "ok", _("See the plan")),
}


def said(found: Next, clinic: str, language: str, roles: AbstractSet[str]) -> Said:
    """The step in words, with one link to a page that these roles may open."""
    told = translator(language)
    step = found.step
    words, tone, action = _WORDS[step.kind]
    text = told(words)
    if step.on is not None:
        day = say_date(step.on, language, width="short")
        text = told(_FRAMES.get(step.kind, _UNTIL)).format(what=text, day=day)
    address = _address(found, _PAGES.get(step.kind, _OPEN), clinic)
    if not _may_open(address, roles):
        # The step is somebody else's: whoever looks sees what it is about.
        other, action = _TO_READ.get(step.kind, (_OPEN, _WORDS["look"][2]))
        address = _address(found, other, clinic)
    return Said(text, tone, address, told(action), is_ready=step.kind == "ready")


def _may_open(address: str, roles: AbstractSet[str]) -> bool:
    policy = policy_of(resolve(address).func)
    return policy is not None and bool(policy.roles & roles)


_UNTIL: Final = _("{what}, until {day}")
_FRAMES: Final[Mapping[Kind, str]] = {"finished": _("{what}; look at the result on {day}")}


def _address(found: Next, page: tuple[str, str], clinic: str) -> str:
    """The page; the client's where what it is about is not there."""
    ids: Mapping[str, tuple[object, ...]] = {
        "client": (found.client,),
        "consultation": (found.client, found.consultation),
        "plan": (found.client, found.plan),
        "offer": (found.offer,),
        "report": (found.report,),
    }
    name, about = _OPEN if None in ids[page[1]] else page
    return reverse(name, args=(clinic, *ids[about]))


_OPEN: Final = ("clinics:client", "client")
_PAGES: Final[Mapping[Kind, tuple[str, str]]] = {
    "see-report": ("treatments:report", "report"),
    "consult": ("consultations:new", "client"),
    "correct": ("consultations:detail", "consultation"),
    "confirm": ("consultations:detail", "consultation"),
    "refused": ("consultations:plan", "consultation"),
    "deferred": ("consultations:plan", "consultation"),
    "answer": ("consultations:detail", "consultation"),
    "ask-clearance": ("clearances:list", "consultation"),
    "await-clearance": ("clearances:list", "consultation"),
    "sign-plan": ("plans:sign", "consultation"),
    "plan-again": ("plans:detail", "plan"),
    "wait-for-day": ("plans:detail", "plan"),
    "finished": ("plans:detail", "plan"),
    "ready": ("plans:detail", "plan"),
    "offer-consent": ("consents:offer", "plan"),
    "think": ("consents:detail", "offer"),
    "sign-consent": ("consents:detail", "offer"),
    "withdrawn": ("consents:list", "client"),
}
_TO_READ: Final[Mapping[Kind, tuple[tuple[str, str], str]]] = {
    "sign-plan": (("consultations:plan", "consultation"), _("See the plan")),
    "offer-consent": (("plans:detail", "plan"), _("See the plan")),
    "ask-clearance": (("consultations:plan", "consultation"), _("See why")),
    "await-clearance": (("consultations:plan", "consultation"), _("See why")),
}
"""Where whoever may not take a step reads about it."""
