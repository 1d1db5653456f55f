"""Random consultations for laws that hold of every one of them.

All start from `cases/base.toml`, in which everything is answered and nothing stands against
treatment. Answers carry no date of their own, so each was given on the day of the consultation.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final, Literal, get_args, get_origin

import msgspec
from hypothesis import strategies as st

from needlework.evidence import load_knowledge
from needlework.screening.consultation import History, ProcedureKind, Skin
from needlework.screening.registry import RULES
from tests.consultations import base, merged

Data = dict[str, Any]

TODAY: Final[date] = base()["date"]
KNOWLEDGE: Final = load_knowledge()

HISTORY: Final = tuple(f"history.{field.name}" for field in msgspec.structs.fields(History))
SKIN: Final = tuple(f"skin.{field.name}" for field in msgspec.structs.fields(Skin))
LISTS: Final = ("medicines", "conditions", "allergies", "procedures", "products")
ANSWERS: Final = (*HISTORY, *SKIN)
PATHS: Final = (*ANSWERS, *LISTS, "planned_prp")
"""Everything that is answered with yes, no or unknown."""

DETAILS: Final = {
    f"{part}.{field.name}": next(t for t in get_args(field.type) if get_origin(t) is not Literal)
    for part, kind in (("history", History), ("skin", Skin))
    for field in msgspec.structs.fields(kind)
}
"""The struct in which each of these answers can say more than yes or no."""

ZONES: Final = tuple(
    name for name, zone in KNOWLEDGE.release.zones.items() if zone.status == "offered"
)
CONCERNS: Final = tuple(KNOWLEDGE.release.concerns)
KINDS: Final[tuple[str, ...]] = get_args(ProcedureKind)

MEDICINES: Final = (
    "isotretinoin",
    "acitretin",
    "warfarin",
    "aspirin",
    "ibuprofen",
    "methotrexate",
    "adalimumab",
    "tofacitinib",
    "cyclophosphamide",
    "prednisolone",
    "doxycycline",
    "amiodarone",
    "flecainide",
    "dapsone",
    "ketoconazole",
    "paracetamol",
    "tretinoin",
    "Lamisil",
    "digoxin",
    "Biktarvy",
    "no such medicine",
)
ALLERGENS: Final = (
    "nickel",
    "stainless steel",
    "lidocaine",
    "benzocaine",
    "chromium",
    "chlorhexidine",
    "iodine",
    "latex",
    "no such allergen",
)
PRODUCTS: Final = (
    "tretinoin",
    "glycolic acid",
    "salicylic acid",
    "benzoyl peroxide",
    "hydroquinone",
    "self-tanner",
    "no such product",
)
CONDITIONS: Final = (
    "haemophilia",
    "lupus",
    "psoriasis",
    "keloid",
    "acne",
    "severe acne",
    "radiotherapy",
    "cold sore now",
    "porphyria",
    "no such condition",
)

zone_names = st.lists(
    st.one_of(st.sampled_from(("cheek", "forehead", "abdomen")), st.sampled_from(ZONES)),
    max_size=3,
    unique=True,
)
days_ago = st.one_of(st.integers(0, 30), st.integers(0, 800))


@st.composite
def past_days(draw: st.DrawFn) -> date:
    """A day up to some two years before the consultation, most often a recent one."""
    return TODAY - timedelta(days=draw(days_ago))


@st.composite
def wishes(draw: st.DrawFn) -> Data:
    wish: Data = {
        "concern": draw(st.sampled_from(CONCERNS)),
        "zones": draw(st.lists(st.sampled_from(ZONES), min_size=1, max_size=3, unique=True)),
        "topical_treatment": draw(st.sampled_from(("yes", "no", "unknown"))),
    }
    if draw(st.booleans()):
        wish["scar_on"] = draw(past_days())
    return wish


def values(field: msgspec.structs.FieldInfo) -> st.SearchStrategy[Any]:
    """What may be said in one field of an answer, by its name or type."""
    if field.name == "zones":
        return zone_names
    if field.name == "hba1c_percent":
        return st.sampled_from((6.5, 8.0, 8.1, 11.0))
    if get_origin(field.type) is Literal:
        return st.sampled_from(get_args(field.type))
    return past_days()


@st.composite
def details(draw: st.DrawFn, path: str) -> Data | str:
    """A yes at `path`, bare or with what else may be said there; each part may be missing."""
    said: Data = {"answer": "yes"}
    for field in msgspec.structs.fields(DETAILS[path]):
        if field.name not in ("answer", "on") and draw(st.booleans()):
            said[field.name] = draw(values(field))
    if {"exposed_on", "gone_on"} <= said.keys():
        # What has gone before it came is refused.
        said["exposed_on"], said["gone_on"] = sorted((said["exposed_on"], said["gone_on"]))
    return said if len(said) > 1 else "yes"


@st.composite
def items(draw: st.DrawFn, path: str) -> Data:
    """One entry of the list at `path`."""
    if path == "procedures":
        item: Data = {"kind": draw(st.sampled_from(KINDS)), "zones": draw(zone_names)}
        return item | ({"on": draw(past_days())} if draw(st.integers(0, 5)) else {})
    if path == "medicines":
        item = {
            "name": draw(st.sampled_from(MEDICINES)),
            "route": draw(st.sampled_from(("oral", "topical", "unknown"))),
            "daily": draw(st.sampled_from(("yes", "no", "unknown"))),
            "taken_for": draw(st.sampled_from(("", "acne", "rosacea", "other"))),
        }
        return item | ({"stopped_on": draw(past_days())} if draw(st.booleans()) else {})
    if path == "products":
        item = {"name": draw(st.sampled_from(PRODUCTS)), "zones": draw(zone_names)}
        return item | ({"last_used": draw(past_days())} if draw(st.integers(0, 3)) else {})
    return {"name": draw(st.sampled_from(ALLERGENS if path == "allergies" else CONDITIONS))}


@st.composite
def answers(draw: st.DrawFn, path: str) -> Data | str:
    """Any answer at `path`; seldom `unknown`, so that it does not hide the others."""
    said = draw(st.sampled_from(("no", "no", "yes", "yes", "yes", "unknown")))
    if said != "yes":
        return said
    if path in LISTS:
        return {"answer": "yes", "list": draw(st.lists(items(path), min_size=1, max_size=3))}
    return draw(details(path)) if path in ANSWERS else "yes"


@st.composite
def consultations(draw: st.DrawFn) -> Data:
    """A consultation of today, as data."""
    data = base()
    if draw(st.booleans()):
        data["concerns"] = draw(st.lists(wishes(), min_size=1, max_size=3))
    data["phototype"] = {"clinician": draw(st.sampled_from(("I", "III", "IV", "VI", "unknown")))}
    data["client"]["birth_date"] = TODAY - timedelta(days=draw(st.integers(16, 80)) * 366)
    some = draw(st.lists(st.sampled_from((*ANSWERS, "planned_prp")), max_size=5, unique=True))
    for path in (*LISTS, *some):
        put(data, path, draw(answers(path)))
    if draw(st.booleans()):
        wished = {"answer": "yes", "products": [{"product": "emla", "grams": 5.0}]}
        data["anaesthetic"] = wished
    return data


@st.composite
def contraindications(draw: st.DrawFn, data: Data) -> Data:
    """The same consultation with one thing more against treatment."""
    worse = merged(base(), data)
    denied = [path for path in PATHS if path not in LISTS and get(data, path) == "no"]
    path = draw(st.one_of(st.sampled_from(LISTS), st.sampled_from(denied)))
    if path in LISTS:
        add(worse, path, draw(items(path)))
    else:
        put(worse, path, draw(details(path)) if path in ANSWERS else "yes")
    return worse


@st.composite
def clearances(draw: st.DrawFn, rules: tuple[str, ...] = tuple(RULES)) -> Data:
    given_on = TODAY + timedelta(days=draw(st.integers(-60, 2)))
    return {
        "rule": draw(st.sampled_from(rules)),
        "outcome": draw(st.sampled_from(("cleared", "cleared", "cleared", "refused"))),
        "role": draw(st.sampled_from(("C", "P"))),
        "on": given_on,
        "until": given_on + timedelta(days=draw(st.integers(0, 120))),
        "zones": draw(zone_names),
    }


def get(data: Data, path: str) -> Any:  # noqa: ANN401  a value of any type lies there
    value: Any = data
    for part in path.split("."):
        value = value.get(part, "no") if isinstance(value, dict) else value
    return value


def put(data: Data, path: str, value: object) -> None:
    *parents, last = path.split(".")
    for part in parents:
        data = data[part]
    data[last] = value


def add(data: Data, path: str, item: Data) -> None:
    """One entry more in a list; what was unknown about the rest of it stays unknown."""
    held = data[path]
    answer, listed = (held, []) if isinstance(held, str) else (held["answer"], held["list"])
    data[path] = {"answer": "yes" if answer == "no" else answer, "list": [*listed, item]}
