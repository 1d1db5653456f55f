"""On which day each answer was given: a copied answer keeps its own, so that it ages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from datetime import date
from functools import cache
from typing import Any, Final

from needlework.i18n import plural
from needlework.web.consultations import kinds
from needlework.web.consultations.typed import Typed

_MONTHS_FROM: Final = 60
_YEARS_FROM_MONTHS: Final = 24
"""From how many days an age is said in months, and from how many of these in years."""


@cache
def dated() -> tuple[str, ...]:
    """Paths of the format at which a day may stand beside the answer; rows date themselves."""
    return tuple(_dated(kinds.asked(), ""))


def _dated(kind: kinds.Kind, path: str) -> Iterator[str]:
    if not isinstance(kind, kinds.Fields | kinds.Answer):
        return
    if any(part.name == "on" for part in kind.parts):
        yield path
    elif isinstance(kind, kinds.Fields):
        for part in kind.parts:
            yield from _dated(part.kind, f"{path}.{part.name}".lstrip("."))


def owner_of(path: str) -> str:
    """The dated answer that holds what stands at a path; empty where none does."""
    bare = path.partition("[")[0]
    return next((one for one in dated() if bare == one or bare.startswith(f"{one}.")), "")


def answer_name(owner: str) -> str:
    """Where the form holds the answer itself."""
    return f"{owner}.clinician" if owner == "phototype" else owner


def day_name(owner: str) -> str:
    """Where the form holds the day of the answer."""
    return f"{owner}.on"


def given_days(data: Mapping[str, Any]) -> dict[str, date]:
    """The day of each answer that was given; "don't know" is none."""
    own = date.fromisoformat(data["date"])
    found = {}
    for owner in dated():
        held = _at(data, owner)
        said = held.get("answer", held.get("clinician")) if isinstance(held, dict) else held
        if said not in (None, "unknown"):
            on = held.get("on") if isinstance(held, dict) else None
            found[owner] = date.fromisoformat(on) if on else own
    return found


def moved(data: Mapping[str, Any], today: date) -> dict[str, Any]:
    """The same consultation held today, with each answer as old as it is."""
    made = deepcopy(dict(data))
    for owner, on in given_days(data).items():
        if on != today:
            *above, last = owner.split(".")
            table = _at(made, ".".join(above)) if above else made
            held = table[last]
            table[last] = {**(held if isinstance(held, dict) else {"answer": held})}
            table[last]["on"] = on.isoformat()
    return {**made, "date": today.isoformat()}


def renewed(data: Mapping[str, Any], today: date) -> dict[str, Any]:
    """The same consultation, as if all of it had been said today."""
    made = deepcopy(dict(data))
    for owner in given_days(data):
        held = _at(made, owner)
        if isinstance(held, dict):
            held.pop("on", None)
    return {**made, "date": today.isoformat()}


def _at(data: Mapping[str, Any], path: str) -> Any:
    found: Any = data
    for step in path.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


# --- in a form --------------------------------------------------------------------------------


def left_open(fields: Typed, owner: str) -> dict[str, list[str]]:
    """The form without that answer; the rows of a list stay, to be gone through."""
    gone = {answer_name(owner), day_name(owner)}
    lists = f"{owner}.list."
    return {
        name: list(held)
        for name, held in fields.items()
        if name not in gone
        and (owner == "phototype" or not name.startswith(f"{owner}.") or name.startswith(lists))
    }


def days_in(fields: Typed) -> dict[str, date]:
    """The day of each answer in a form, by the answer's name, where it can be read."""
    own = _day(fields, "date")
    found = {}
    for owner in dated():
        said = "".join(fields.get(answer_name(owner), ())).strip()
        if said not in ("", "unknown") and (on := _day(fields, day_name(owner)) or own):
            found[answer_name(owner)] = on
    return found


def _day(fields: Typed, name: str) -> date | None:
    text = "".join(fields.get(name, ())).strip()
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def age(given: date, today: date, language: str) -> str:
    """How long ago an answer was given."""
    days = (today - given).days
    months = (today.year - given.year) * 12 + today.month - given.month - (today.day < given.day)
    if days < _MONTHS_FROM:
        return plural(language, "answered {n} day ago", "answered {n} days ago", days)
    if months < _YEARS_FROM_MONTHS:
        return plural(language, "answered {n} month ago", "answered {n} months ago", months)
    return plural(language, "answered {n} year ago", "answered {n} years ago", months // 12)
