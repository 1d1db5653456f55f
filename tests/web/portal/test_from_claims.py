"""A client's pages come from claims: change one, and what cites it moves, and nothing else.

Each page is taken in pieces. For every claim that it cites, the page is shown again with other
values of that claim, and with the claim rejected. A piece may come, go or change when it links
to the claim, or when it follows from one that does, by one of the steps in `FOLLOWS`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

import pytest
from django.test import Client as Browser

from needlework.evidence import Claim, Knowledge
from needlework.evidence.model import Value
from needlework.units import UNITS
from needlework.web import knowledge
from needlework.web.clinics.models import Client, Clinic, Membership
from needlework.workflow import Known, known
from tests.aftercare.changed import rejecting, with_value
from tests.web import people
from tests.web.portal.inside import enter, treat
from tests.web.portal.pieces import NUMBER, Follows, Piece, pieces, unexplained, without_days
from tests.web.site.reading import Element, one, read

pytestmark = pytest.mark.django_db

KNOWN: Final = known()


class Page(NamedTuple):
    """A page of somebody who was treated so many days ago; `sent` is posted to it."""

    path: str
    days_ago: float = 3
    sent: Mapping[str, str] | None = None


BREAKING_OUT: Final = {"signs": "breathless", "details": "1"}
RED: Final = {
    "signs": "redness",
    "details": "1",
    "place-redness": "cheek",
    "strength-redness": "severe",
    "trend-redness": "worse",
}
SWOLLEN: Final = {
    "signs": "swelling",
    "details": "1",
    "place-swelling": "cheek",
    "strength-swelling": "mild",
    "trend-swelling": "better",
}
PASTED: Final = {"ingredients": "Aqua, Retinol, Zzyzx, Limonene", "name": "Calm gel"}
PAGES: Final[Mapping[str, Page]] = {
    "today, hours after": Page("/my/", 0.1),
    "today, days after": Page("/my/", 3),
    "days": Page("/my/days/"),
    "symptoms": Page("/my/symptoms/"),
    "an emergency": Page("/my/symptoms/", sent=BREAKING_OUT),
    "redness": Page("/my/symptoms/", sent=RED),
    "swelling": Page("/my/symptoms/", 1, sent=SWOLLEN),
    "products": Page("/my/products/", sent=PASTED),
    "sun": Page("/my/sun/", sent={"on": "2027-05-21", "city": "Europe/Madrid"}),
}


@pytest.fixture
def inside(
    request: pytest.FixtureRequest,
    pat: Client,
    alice: Membership,
    monkeypatch: pytest.MonkeyPatch,
) -> Browser:
    """Treated on the day that the page asks for; no minute passes while pages are compared."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: people.NOW)
    Clinic.objects.update(emergency_number="")
    pat.clinic.refresh_from_db()
    name = request.node.callspec.params["name"]
    treat(pat, alice, days_ago=PAGES[name].days_ago)
    return enter(pat)


def believe(monkeypatch: pytest.MonkeyPatch, claim_id: str, value: Value) -> None:
    """Let the app work with a release in which that claim is another."""
    work_with(monkeypatch, with_value(claim_id, value))


def work_with(monkeypatch: pytest.MonkeyPatch, held: Knowledge) -> None:
    monkeypatch.setattr(knowledge, "shipped", lambda: Known(held, KNOWN.lexicon))


def shown(browser: Browser, page: Page) -> Element:
    """What the page says; an answer on symptoms stands on a page of its own."""
    answer = browser.post(page.path, page.sent) if page.sent else browser.get(page.path)
    if answer.status_code == 302:
        answer = browser.get(answer.headers["Location"])
    assert answer.status_code in {200, 422}, answer.status_code
    return one(read(answer.content), "main")


# --- what a page says -------------------------------------------------------------------------


def said(main: Element) -> list[Piece]:
    """The pieces of a page; of the page of all days, what is said for each hour and day."""
    found = list(pieces(main))
    return list(_by_day(found)) if any(_SLOTS.match(one.text) for one in found) else found


_SLOTS: Final = re.compile(r"(Hours?|Days?) ([\d.]+)(?: to ([\d.]+))?(?= \w{3} \d)")


def _by_day(found: Sequence[Piece]) -> Iterator[Piece]:
    slots: list[str] = []
    for each in found:
        if each.is_head and (match := _SLOTS.match(each.text)):
            slots = list(_slots(match))
        elif not each.is_head:
            # What opens is said once, where it does; all else holds as long as its stretch.
            once = slots[:1] if each.under == _OPENS else slots
            yield from (each._replace(under=f"{slot}: {each.under}") for slot in once)


_OPENS: Final = "Fine again from now"


def _slots(match: re.Match[str]) -> Iterator[str]:
    first = float(match[2])
    last = float(match[3] or first)
    if match[1].startswith("Day"):
        yield from (f"day {day}" for day in range(int(first), int(last) + 1))
    else:
        hours = range(math.floor(first), math.ceil(last))
        yield from (f"hour {hour}" for hour in hours)


def notes(main: Element) -> dict[str, str]:
    """What stands at the foot, by claim."""
    lists = [each for each in main.all("ol") if "whence__notes" in each.classes]
    found = [li for each in lists for li in each.all("li")]
    assert len({li["id"] for li in found}) == len(found)
    return {li["id"]: " ".join(li.text.split()).lstrip("0123456789 ") for li in found}


def cited(main: Element) -> set[str]:
    return {claim for each in pieces(main) for claim in each.claims}


# --- every number reaches a claim ---------------------------------------------------------------


OWN: Final[Mapping[str, str]] = {
    "the course's own count of days": (
        r"Day \d+ after your session|(Hours|Days?) [\d.]+( to [\d.]+)?( \w{3})( +– \w{3})?( +now)?"
    ),
    "a count of what stands below": r"Fine by now: \d+ of \d+",
    "whom to call": r"(Call|Emergency:|Then the clinic:|Trouble breathing, .* call) \+?\d+( .*)?",
    "what is read of the client's own product": r".*“.*",
}
"""Kinds of numbers that no claim holds, by what they look like once days and times are out."""


@pytest.mark.parametrize("name", PAGES)
def test_every_number_reaches_a_claim_or_is_of_a_kind_that_has_none(
    inside: Browser, name: str
) -> None:
    main = shown(inside, PAGES[name])
    held = notes(main)
    loose = []
    for each in pieces(main):
        numbers = NUMBER.findall(without_days(each.text))
        if not numbers or any(
            re.fullmatch(kind, without_days(each.text).strip()) for kind in OWN.values()
        ):
            continue
        if not each.claims:
            loose.append(each.text)
        elif not _is_figure(each):
            told = " ".join(held[claim] for claim in each.claims)
            loose += [f"{number} in {each.text}" for number in numbers if number not in told]
    assert not loose, "\n".join(loose)


def _is_own(piece: Piece) -> bool:
    text = without_days(piece.text).strip()
    return any(re.fullmatch(kind, text) for kind in OWN.values())


def _is_figure(piece: Piece) -> bool:
    """A chart: its axis and bars are reckoned, which the changed claims below put to the test."""
    return "As a table" in piece.text


@pytest.mark.parametrize("name", PAGES)
def test_each_link_has_its_note_and_each_note_its_link(inside: Browser, name: str) -> None:
    main = shown(inside, PAGES[name])
    held = notes(main)
    assert set(held) == cited(main)
    assert cited(main), "a page without a note tests nothing"
    for claim_id, note in held.items():
        claim = KNOWN.knowledge.claims[claim_id]
        assert claim.statement in note
        assert "certainty" in note
        is_proposed = claim_id in KNOWN.knowledge.proposed
        assert ("Proposed, not yet approved" in note) == is_proposed
        for reference in (*claim.supports, *claim.contradicts):
            source = KNOWN.knowledge.release.sources[reference.source]
            assert source.title in note
            assert source.year is None or f"({source.year})" in note
    rings = {link["href"][1:] for link in main.all("a") if "cite--proposed" in link.classes}
    assert rings == KNOWN.knowledge.proposed & set(held)


# --- a changed claim moves what cites it --------------------------------------------------------


FOLLOWS: Final = (
    Follows(
        r"\| Ask the clinic before:$",
        r"^From when",
        "the line stands above what the clinic is asked about, and goes with it",
    ),
    Follows(
        r"^Sun \| (Shade|Then)",
        r"^Sun \|",
        "where a number on sunscreen is not accepted, one word to ask takes the place of them all",
    ),
    Follows(
        r"\| (All days|Today) As a PDF$",
        r"",
        "the links at the end stand under the last head, whichever that is",
    ),
    Follows(
        r"Fine (again from|by) now.*\| (Sunscreen with chemical|Mineral make-up|Exercise)",
        r"(Fine (again from|by) now|From when)",
        "what open channels hold back no longer is fine again by its own wait, which does not "
        "rest on them",
    ),
    Follows(
        r"^hour \d+: (What|Do|Leave)",
        r"^hour \d+: Fine again from now \| Anything but the product",
        "the words for the first hours hold until other products may be used",
    ),
    Follows(
        r"^day (90|180|\d{2,}): (Do|Leave)",
        r"^day \d+: What you may notice \| The outcome",
        "what is done at an outcome score stands on its day",
    ),
    Follows(
        r"\| Trouble breathing, .* now\. Do not wait|\| Emergency: |\| Call your local emergency",
        r"",
        "the emergency number is said once more beside the button with its link",
    ),
    Follows(
        r"^ \| (Emergency|Same day|Ask a clinician|Watch it|Expected|Reach your clinic)$"
        r"|^(What to do|Then|Reach your clinic) \|",
        r"^(Why this answer|What is normal) \|",
        "how urgent it is, and what to do, is summed up from the reasons given",
    ),
    Follows(
        r"^(Then|What it may be) \|",
        r"^(What it may be|Why this answer) \|",
        "what it may be comes from the warning signs, and brings its advice",
    ),
    Follows(
        r"^(What is normal \|| \| What is normal$)",
        r"^Why this answer \|",
        "an emergency is not told what is normal",
    ),
    Follows(
        r"^day \d+: .*\| (If|Some) (redness|swelling)",
        r"^day \d+: .*\| (If|Some) (redness|swelling)",
        "of a reaction whose time or whose warning is not accepted, neither is said",
    ),
    Follows(
        r"^Why this answer \|.*: (It lasts longer|It should have gone)",
        r"^Why this answer \|",
        "whether it lasts too long is asked only of what is expected by itself",
    ),
    Follows(
        r"^(This product|Calm gel) \|",
        r"^What is in it \|",
        "the answer on a product is summed up from its ingredients",
    ),
    Follows(
        r"^Hours to keep out of the sun \| (\d|No hour|The sun gives no UV)",
        r"^Hours to keep out of the sun \| (Highest UV|What the hours)",
        "the hours stand above the chart from whose index they are read",
    ),
)

REFUSALS: Final = ("The clinic rejected claim", "Your clinic does not accept a figure")
"""What a page says where it rests on a claim that the clinic rejects, and shows nothing."""

_SPREAD: Final = "its prior has no middle to move: nought, or two shapes of its own"
_RANKS: Final = "it only ranks what it may be, and no other page shows two at once"

TOLD: Final[Mapping[str, str]] = {
    "harm.red-flags.anaphylaxis-from": _RANKS,
    "harm.red-flags.methaemoglobinaemia-from": _RANKS,
    "harm.red-flags.methaemoglobinaemia-until": _RANKS,
    "response.closure.closed-below": _SPREAD,
    "response.closure.person-effect": _SPREAD,
}
"""Claims that a page cites and that move nothing on it."""


def other_values(claim: Claim) -> Iterator[Value]:
    """Nearer and farther, or another word."""
    if claim.quantity in UNITS:
        yield from (claim.number * factor for factor in (0.5, 3, 100))
    elif claim.quantity == "flag":
        yield not claim.value
    elif claim.quantity == "terms":
        yield from ([], [*claim.words, "colour", "Calm gel"])
    elif claim.word in {"emergency", "same-day", "clinician", "watch", "normal"}:
        yield from (word for word in ("emergency", "watch") if word != claim.word)
    else:
        yield "something else"


@pytest.mark.parametrize("name", PAGES)
def test_a_claim_moves_what_cites_it_and_nothing_else(
    inside: Browser, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = PAGES[name]
    main = shown(inside, page)
    before, faults = said(main), []
    for claim_id in sorted(cited(main)):
        has_moved = False
        for value in other_values(KNOWN.knowledge.claims[claim_id]):
            work_with(monkeypatch, with_value(claim_id, value))
            after = said(shown(inside, page))
            loose = unexplained(before, after, claim_id, FOLLOWS)
            faults += [f"{claim_id} = {value!r}: {one.place}" for one in loose]
            if has_moved := after != before:
                break
        if has_moved == (claim_id in TOLD):
            faults.append(f"{claim_id} moves nothing, or moves and is said not to")
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("name", PAGES)
def test_a_claim_that_the_clinic_rejects_is_said_by_nothing(
    inside: Browser, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = PAGES[name]
    main = shown(inside, page)
    before, faults = said(main), []
    for claim_id in sorted(cited(main)):
        work_with(monkeypatch, rejecting(claim_id))
        after = shown(inside, page)
        if any(refusal in after.text for refusal in REFUSALS):
            faults += [claim_id for _ in cited(after)]
            continue
        loose = unexplained(before, said(after), claim_id, FOLLOWS)
        faults += [f"{claim_id}: {one.place}" for one in loose]
        note = notes(after).get(claim_id)
        if note is not None and "This clinic does not accept it." not in note:
            faults.append(f"{claim_id} is cited as if it were accepted")
    assert not faults, "\n".join(faults)
