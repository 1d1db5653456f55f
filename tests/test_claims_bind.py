"""Numbers really come from claims: change one, and what cites it changes, and nothing else.

For each claim that a worked example cites, a release is made in memory in which only that
claim's value differs. The examples that cite it are planned again, and both plans are compared
leaf by leaf. A leaf may change when the nearest object around it that holds a `claims` list
names the claim, before or after (for a part that comes or goes as a whole: the object that it
comes or goes with), or when it *follows* from such a leaf by one of the steps in
`FOLLOWS`: a list that is kept narrow, since whatever it lets pass is not tested here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest

from needlework import workflow
from needlework.evidence import Knowledge, Role, Verdict
from needlework.evidence.check import value_faults
from needlework.evidence.model import Claim, Value
from needlework.planning import cited_claims
from needlework.screening.consultation import Consultation
from needlework.units import UNITS

EXAMPLES: Final = sorted((Path(__file__).parent.parent / "examples").glob("*.toml"))
KNOWN: Final = workflow.known()

Tree = dict[str, Any]


# --- plans ------------------------------------------------------------------------------------


@cache
def consultation(name: str) -> Consultation:
    return workflow.read_consultation(Path(__file__).parent.parent / "examples" / name)


def planned(name: str, knowledge: Knowledge) -> Tree:
    case = workflow.consult(consultation(name), workflow.Known(knowledge, KNOWN.lexicon))
    tree: Tree = msgspec.to_builtins(workflow.plan_for(case))
    return tree


@cache
def original(name: str) -> Tree:
    return planned(name, KNOWN.knowledge)


@cache
def citing() -> Mapping[str, tuple[str, ...]]:
    """Claim → examples whose plan cites it."""
    found: dict[str, list[str]] = {}
    for path in EXAMPLES:
        case = workflow.consult(consultation(path.name), KNOWN)
        for claim_id in cited_claims(workflow.plan_for(case)):
            found.setdefault(claim_id, []).append(path.name)
    return {claim_id: tuple(names) for claim_id, names in sorted(found.items())}


# --- other values -----------------------------------------------------------------------------

FACTORS: Final = (0.25, 0.5, 0.9, 1.1, 2, 4)
WORDS: Final = (
    *("I", "II", "III", "IV", "V", "VI"),
    *("us", "us-az", "gb-eng", "gb-sct", "ca", "eu"),
    *("face", "neck", "cheek", "forehead", "physician", "nurse", "nurse-prescriber"),
    *("acne-scar-rolling", "wrinkles", "melasma", "topical-retinoid", "vitamin-c-serum"),
)
"""Words that the examples use, so that a list to which they are added must let something in."""


def other_values(claim: Claim) -> Iterator[Value]:
    """Values that the claim could have as well: near and far, on both sides."""
    if claim.quantity in UNITS:
        yield from _other_numbers(claim)
    elif claim.quantity == "verdict":
        yield from (str(verdict) for verdict in Verdict if verdict != claim.value)
    elif claim.quantity == "role":
        yield from (str(role) for role in Role if role != claim.value)
    elif claim.quantity == "flag":
        yield not claim.value
    elif claim.quantity == "terms":
        yield []
        yield from ([w for w in claim.words if w != gone] for gone in claim.words)
        yield [*claim.words, *(word for word in WORDS if word not in claim.words)]
    else:
        yield from (word for word in ("erythema", "something-else") if word != claim.value)


def _other_numbers(claim: Claim) -> Iterator[Value]:
    if claim.number == 0:
        yield from (1, 30)
        return
    for factor in FACTORS:
        number = claim.number * factor
        if isinstance(claim.value, int):
            number = round(number)
        if number != claim.number and (number > 0 or claim.number < 0):
            yield number


def with_value(claim_id: str, value: Value) -> Knowledge:
    release = KNOWN.knowledge.release
    claim = msgspec.structs.replace(release.claims[claim_id], value=value, range=None)
    assert not list(value_faults(claim)), (claim_id, value)
    changed = {**release.claims, claim_id: claim}
    return Knowledge(msgspec.structs.replace(release, claims=changed))


# --- what differs -----------------------------------------------------------------------------

_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "findings": ("rule", "scope", "zones", "products", "claims"),
    "questions": ("path", "text"),
    "clearable": ("rule", "zones"),
    "zones": ("zone",),
    "protocols": ("concern", "device"),
    "other_devices": ("concern", "device"),
    "bounds": ("name",),
    "sessions": ("number",),
    "checks": ("what", "concerns"),
    "stops": ("what",),
    "antiseptics": ("antiseptic",),
    "anaesthetics": ("product",),
    "alternatives": ("what",),
    "devices": ("id",),
    "facts": ("name",),
    "notes": ("claims",),
    "rules": ("claims",),
    "steps": ("claims",),
    "reasons": ("claims",),
}
"""By what the entries of a list are known again when their order or number changes."""


def differences(before: object, after: object, claim_id: str) -> dict[str, bool]:
    """Path of each changed leaf → whether the nearest `claims` around it names the claim."""
    found: dict[str, bool] = {}
    _compare(before, after, "", False, claim_id, found)
    return found


def _compare(
    before: object, after: object, path: str, cited: bool, claim_id: str, found: dict[str, bool]
) -> None:
    if before == after:
        return
    if isinstance(before, dict) or isinstance(after, dict):
        old, new = (x if isinstance(x, dict) else {} for x in (before, after))
        names = claim_id in old.get("claims", ()) or claim_id in new.get("claims", ())
        if "claims" in old or "claims" in new:
            cited = names or (cited and not (old and new))
        for key in dict.fromkeys((*old, *new)):
            _compare(old.get(key), new.get(key), f"{path}.{key}", cited, claim_id, found)
    elif _is_of_objects(before) or _is_of_objects(after):
        field = path.rpartition(".")[2]
        named, renamed = (
            _by_name(field, x) if isinstance(x, list | tuple) else {} for x in (before, after)
        )
        for name in dict.fromkeys((*named, *renamed)):
            place = f"{path}[{name}]"
            _compare(named.get(name), renamed.get(name), place, cited, claim_id, found)
    else:
        found[path.lstrip(".")] = cited


def _is_of_objects(value: object) -> bool:
    return isinstance(value, list | tuple) and any(isinstance(item, dict) for item in value)


def _by_name(field: str, items: Sequence[Tree]) -> dict[str, Tree]:
    named: dict[str, Tree] = {}
    for item in items:
        parts = [item.get(key, "") for key in _NAMES.get(field, ()) if key != "claims"]
        if "claims" in _NAMES.get(field, ()):
            parts.append(next(iter(item["claims"]), ""))
        name = "|".join(",".join(p) if isinstance(p, list | tuple) else str(p) for p in parts)
        again = sum(known.partition("#")[0] == name for known in named)
        named[f"{name}#{again}"] = item
    return named


# --- what follows from what -------------------------------------------------------------------

Explained = set[str]
Step = tuple[re.Pattern[str], Callable[[re.Match[str], Explained], bool], str]


def _any(pattern: str) -> Callable[[re.Match[str], Explained], bool]:
    """A cited change at a path that fits `pattern`; `{name}` is what the first pattern caught."""

    def holds(match: re.Match[str], explained: Explained) -> bool:
        caught = {key: re.escape(value) for key, value in match.groupdict().items()}
        wanted = re.compile(pattern.format(**caught))
        return any(wanted.match(path) for path in explained)

    return holds


_ABOUT_ZONE: Final = r"assessment\.findings\[[^|]*\|(client\|\||[^|]*\|([^|]*,)?{zone}(,[^|]*)?\|)"

FOLLOWS: Final[tuple[Step, ...]] = tuple(
    (re.compile(path), _any(source), why)
    for path, source, why in (
        (
            r"assessment\.(verdict$|questions|clearable)",
            r"assessment\.findings",
            "the client's verdict, the questions and who may clear are summed up from findings",
        ),
        (
            r"assessment\.findings\[(?P<rule>[^|]*)\|zone\|",
            r"assessment\.findings\[{rule}\|zone\|",
            "zones of which a rule says the same share one finding",
        ),
        (
            r"(assessment\.)?zones\[(?P<zone>[^#]*)#0\]\.(zone|verdict|status|why|free_from|limits)$",
            _ABOUT_ZONE,
            "a zone's verdict, date and limits are summed up from the findings about it",
        ),
        (
            r"zones\[(?P<zone>[^#]*)#0\]\.(status|why)$",
            r"zones\[{zone}#0\]\.(protocols|other_devices)\[[^]]*\]\.(depth|needle_length)",
            "a zone in which no device goes shallow enough has no plan",
        ),
        (
            r"zones\[(?P<zone>[^#]*)#0\]\.(protocols|other_devices)",
            r"zones\[{zone}#0\]\.status$",
            "protocols are made only for a zone that is open",
        ),
        (
            r"zones\[(?P<zone>[^#]*)#0\]\.(protocols|other_devices)\[(?P<use>[^]]*)\]",
            r"zones\[{zone}#0\]\.(protocols|other_devices)\[{use}\]\.(depth|needle_length|fit)",
            "a limit decides which bound binds, whether the device fits and which device is first",
        ),
        (
            r"zones\[(?P<zone>[^#]*)#0\]\.(protocols|other_devices)",
            r"zones\[{zone}#0\]\.(protocols|other_devices)\[[^]]*\]\.(depth|fit)",
            "the device that is best for a concern changes place with the one that was",
        ),
        (
            r"(course|preparation|no_course)(\.|$)",
            r"zones\[[^]]*\]\.(status$|free_from$|protocols\[[^]]*\]\.(sessions|interval))",
            "visits are counted and dated from the zones that are open and what they need",
        ),
        (
            r"course\.(sessions|checks)",
            r"course\.(interval|sessions\[[^]]*\]\.day)",
            "another interval moves visits, and with them what is due on which",
        ),
        (
            r"course\.checks\[(?P<what>[^|]*)\|",
            r"course\.checks\[{what}\|",
            "concerns that are due on the same day share one entry",
        ),
        (
            r"devices\[",
            r"zones\[[^]]*\]\.(status$|protocols)",
            "there is a sheet for each device that a zone uses",
        ),
        (
            r"preparation\.steps",
            r"assessment\.findings\[[^]]*\]\.(verdict|limit|summary)",
            "findings ask for steps of their own, such as a plan for the sun",
        ),
        (
            r"preparation\.antiseptics",
            r"preparation\.antiseptics\[[^]]*\]\.growth",
            "zones go to the antiseptic that leaves the least growth",
        ),
        (
            r"preparation\.anaesthetics\[(?P<product>[^]]*)\]",
            r"preparation\.anaesthetics\[{product}\]\.(reasons|area_max|grams|minutes)",
            "a product is offered, cleared or refused for the reasons given",
        ),
        (
            r"preparation\.(antiseptics|anaesthetics)",
            r"assessment\.findings\[[^|]*\|product",
            "what screening found about a product counts when products are chosen",
        ),
        (
            r"alternatives\[at home#0\]",
            r"assessment\.findings",
            "needling at home is refused while any finding stands against treatment",
        ),
        (
            r"alternatives\[at home#0\]",
            r"alternatives\[at home#0\]\.(status|reasons)$",
            "where every condition is met, a depth and an interval take the place of reasons",
        ),
        (
            r"alternatives\[(?!at home|no treatment|referral)",
            r"zones\[[^]]*\]\.(other_devices|protocols|status)",
            "another device is an alternative while it has a protocol of its own",
        ),
        (
            r"proposed_claims$",
            r".",
            "the list of unapproved claims names those that the plan cites now",
        ),
    )
)
"""Path, what it follows from, and why: all that may change without citing the claim itself."""


def unexplained(changed: Mapping[str, bool]) -> list[str]:
    explained = {path for path, cited in changed.items() if cited}
    rest = set(changed) - explained
    while follow := {path for path in rest if _follows(path, explained)}:
        explained |= follow
        rest -= follow
    return sorted(rest)


def _follows(path: str, explained: Explained) -> bool:
    return any(
        (match := pattern.match(path)) is not None and holds(match, explained)
        for pattern, holds, _ in FOLLOWS
    )


# --- tests ------------------------------------------------------------------------------------


TOLD: Final[Mapping[str, str]] = {
    "rule.c13.keep-taking": "the sentence says it already, in words that no release may change",
    "rule.c9.course-needling": "for the clinician who decides, who prescribes; never an order",
    "rule.c9.course-panel": "the same",
    "rule.c9.course-resurfacing": "the same",
    "rule.c9.lead-panel": "the same",
}
"""Claims that a finding cites to be read with `--why`, and that move nothing in a plan."""


@pytest.mark.parametrize("claim_id", citing())
def test_a_claim_moves_what_cites_it_and_nothing_else(claim_id: str) -> None:
    claim = KNOWN.knowledge.release.claims[claim_id]
    moved = False
    for value in other_values(claim):
        knowledge = with_value(claim_id, value)
        for name in citing()[claim_id]:
            after = planned(name, knowledge)
            if after == original(name):
                continue
            changed = differences(original(name), after, claim_id)
            moved = moved or any(changed.values())
            assert not unexplained(changed), f"{name}: {claim_id} = {value!r}"
    assert moved != (claim_id in TOLD), f"{claim_id} is cited, yet no other value moves a thing"
