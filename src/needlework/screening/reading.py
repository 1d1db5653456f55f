"""From a file or a line to a consultation that makes sense, or a sentence that says what does not.

No message repeats what the person answered; it names the place and what is expected there.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final, get_args

import msgspec
from msgspec import Struct

from needlework.errors import AnswerError
from needlework.evidence import Knowledge
from needlework.evidence.scales import Scale, Score, score
from needlework.evidence.toml import parse_toml
from needlework.screening.case import expand
from needlework.screening.consultation import Consultation, SunTold, Wish, decode

LARGEST_BYTES: Final = 1_000_000
OLDEST_Y: Final = 120
EARLIEST_YEAR: Final = 1990
"""No consultation for microneedling is older."""

_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_LONGEST_BITS: Final = 63
_PAST_NAMES: Final = frozenset(
    {
        "birth_date",
        "ended_on",
        "exposed_on",
        "gone_on",
        "healed_on",
        "last_used",
        "measured_on",
        "on",
        "scar_on",
        "stopped_on",
    }
)
"""Fields that say when something happened: never after the day judged."""


_SUSPECT: Final = re.compile(r"\d(?:[eE][+-]?\d|\d{15})")
"""Numbers as JSON text that may be too large to be finite, or too long. Digits come first: they
are rarer than the letter e, and the search stops at each of them alone."""


def read_consultation(path: Path) -> Consultation:
    """A consultation from a TOML or JSON file."""
    return parse(_content(path), path.name)


def parse(content: bytes, name: str) -> Consultation:
    """A consultation from bytes; TOML unless the text is a JSON object."""
    if len(content) > LARGEST_BYTES:
        raise AnswerError(
            f"{name} is larger than a consultation can be ({LARGEST_BYTES:,} bytes).",
            hint="Name a file that holds one consultation; many go through `plan --batch`.",
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise AnswerError(
            f"{name} is not text: byte {error.start} is not UTF-8.",
            hint="Save it as UTF-8 text, in TOML or JSON.",
        ) from None
    is_plain = text.lstrip().startswith("{") and not _is_suspect(text)
    return from_data(_data(text, name), name, is_plain=is_plain)


def _is_suspect(text: str) -> bool:
    """JSON text that could hold half a character, or a number that is not finite or too long."""
    if "\\u" in text or "NaN" in text or "Infinity" in text:
        return True
    return _SUSPECT.search(text) is not None


def from_data(data: object, name: str, *, is_plain: bool = False) -> Consultation:
    """A consultation from what TOML or JSON was parsed into.

    `is_plain` says that the text can hold neither half characters nor numbers without end.
    """
    if not isinstance(data, dict):
        raise AnswerError(
            f"{name} is not a table.",
            hint="Write a TOML table or a JSON object; see examples/ for the format.",
        )
    try:
        made = decode(data)
    except msgspec.ValidationError as error:
        raise _unfit(str(error), name) from None
    except UnicodeEncodeError:
        _check_values(data, name)  # says where
        raise
    if not is_plain:
        _check_values(data, name)
    return made


def no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object in which no key stands twice: two answers to one question are no answer."""
    made = dict(pairs)
    if len(made) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        what = twice if twice in _names() else "A key"
        raise AnswerError(f"{what} is given twice.", hint="Keep the one that is right.")
    return made


def _check_values(data: dict[str, Any], name: str) -> None:
    """Refuse what no text, screen or sum can hold: half characters, and numbers without end."""
    parts: list[object] = [data]
    for part in parts:
        if type(part) is dict:
            parts.extend(part)
            parts.extend(part.values())
        elif type(part) is list:
            parts.extend(part)
        elif _oddity(part):
            place, what = next(_oddities(data))
            raise AnswerError(
                f"{name}: {place}: {what}." if place else f"{name}: {what}.",
                hint="Write it out in full, or leave it out.",
            )


def _oddity(value: object) -> str:
    if type(value) is str:
        return "" if value.isascii() or not _SURROGATE.search(value) else "half of a character"
    if type(value) is float:
        return "" if math.isfinite(value) else "not a finite number"
    if type(value) is int:
        return "" if value.bit_length() <= _LONGEST_BITS else "a number of too many digits"
    return ""


def _oddities(data: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Place and fault of each odd value; keys that the format does not name are left out."""
    parts: list[tuple[str, type[msgspec.Struct] | None, object]] = [("", Consultation, data)]
    for place, table, part in parts:
        if isinstance(part, dict):
            fields = _fields(table) if table else {}
            for key, value in part.items():
                where = f"{place}.{key}".lstrip(".") if key in fields else place
                parts += [(place, None, key), (where, fields.get(key), value)]
        elif isinstance(part, list):
            parts += [(f"{place}[{index}]", table, item) for index, item in enumerate(part)]
        elif what := _oddity(part):
            yield place, what


def _content(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise AnswerError(
                f"{path.name or path} is a folder.", hint="Name one consultation file in it."
            )
        with path.open("rb") as file:
            return file.read(LARGEST_BYTES + 1)
    except OSError as error:
        raise AnswerError(
            f"{path.name or path} cannot be read: {error.strerror}.",
            hint="Name a consultation file in TOML or JSON; see examples/.",
        ) from None


def _data(text: str, name: str) -> object:
    if not text.strip():
        raise AnswerError(f"{name} is empty.", hint="Write a consultation; see examples/.")
    try:
        if text.lstrip().startswith("{"):
            return _json(text, name)
        with suppress(json.JSONDecodeError):
            return json.loads(text)  # a number, a word or a list; `from_data` refuses it
    except RecursionError:
        raise AnswerError(
            f"{name} is nested too deeply.", hint="See examples/ for the format."
        ) from None
    except ValueError:
        raise AnswerError(
            f"{name} holds a number of too many digits.", hint="Check the numbers in it."
        ) from None
    try:
        return parse_toml(text)
    except ValueError as error:
        raise AnswerError(
            f"{name} {error}.", hint="Mend that line; see examples/ for the format."
        ) from None


def _json(text: str, name: str) -> object:
    try:
        return json.loads(text, object_pairs_hook=no_duplicates)
    except json.JSONDecodeError as error:
        raise AnswerError(
            f"{name} is not JSON: {error.msg} in line {error.lineno}, column {error.colno}.",
            hint="Mend that line; `needlework schema` prints the format.",
        ) from None


def _unfit(message: str, name: str) -> AnswerError:
    """The library's message, as a sentence with its place and without what was typed."""
    what, _, at = message.rpartition(" - at `$")
    place, table = _known_part(at.removesuffix("`")) if what else ("", Consultation)
    what, hint = _said(what or message, table)
    return AnswerError(
        f"{name}: {place}: {what}." if place else f"{name}: {what}.",
        hint=hint or _hint(place) or "`needlework schema` tells more.",
    )


def _said(what: str, table: type[msgspec.Struct] | None) -> tuple[str, str]:
    if what.startswith("Object contains unknown field"):
        return "unknown field", f"Known are {', '.join(_fields(table))}." if table else ""
    if what.startswith("Invalid enum value"):
        return "not one of the words allowed", ""
    what = what.replace("`", "").replace("str | object", "an answer").replace("object", "a table")
    what = re.sub(r"\bstr\b", "text", what)
    what = re.sub(r"^(?i:object|a table) missing required field (\S+)$", r"\1 is missing", what)
    what = what.replace("Invalid RFC3339 encoded date", "not a day of the calendar as 2026-11-20")
    return what.removesuffix("."), ""


def _known_part(place: str) -> tuple[str, type[msgspec.Struct] | None]:
    """As much of a place as the format names, and the table there; keys of maps are left out."""
    kept = ""
    here: type[msgspec.Struct] | None = Consultation
    for step in re.findall(r"\[\d+\]|[^.\[\]]+", place):
        if not step.startswith("["):
            fields = _fields(here) if here else {}
            if step not in fields:
                break
            here = fields[step]
        kept += step if step.startswith("[") else f".{step}"
    return kept.lstrip("."), here


@cache
def _fields(table: type[msgspec.Struct]) -> Mapping[str, type[msgspec.Struct] | None]:
    """Fields of a table of the format, with the table that each holds, if any."""
    return {field.name: _table_in(field.type) for field in msgspec.structs.fields(table)}


def _table_in(hint: object) -> type[msgspec.Struct] | None:
    if parts := get_args(hint):
        return next((table for table in map(_table_in, parts) if table), None)
    return hint if isinstance(hint, type) and issubclass(hint, msgspec.Struct) else None


@cache
def _names() -> frozenset[str]:
    """Every name of a field of the format."""
    tables: list[type[msgspec.Struct]] = [Consultation]
    for table in tables:
        tables.extend(inner for inner in _fields(table).values() if inner)
    return frozenset(name for table in tables for name in _fields(table))


def _hint(place: str) -> str:
    if place.startswith(("history.", "skin.")):
        return 'Answer "yes", "no" or "unknown", or { answer = "no", on = 2026-11-20 }.'
    if place.startswith("phototype.clinician"):
        return 'Give the one grade that counts: "I" to "VI", or "unknown".'
    return ""


# --- what each field means --------------------------------------------------------------------


def validate(
    consultation: Consultation, knowledge: Knowledge, on: date, *, today: date | None = None
) -> None:
    """Refuse names that nobody knows, days that cannot be, and grades off their scale."""
    if today is not None and consultation.date > today:
        raise AnswerError(
            "date lies in the future.", hint="Give the day on which the consultation was held."
        )
    _check_days(consultation, on)
    if on < consultation.date:
        raise AnswerError(
            f"The day judged ({on}) lies before the consultation ({consultation.date}).",
            hint="Judge it on its own day or later.",
        )
    if place := _late_day(consultation, on):
        raise AnswerError(
            f"{place} lies after the day judged ({on}).",
            hint="Check the year; what has not happened yet cannot be answered.",
        )
    _check_birth(consultation, on)
    _check_order(consultation)
    _check_names(consultation, knowledge)
    for index, wish in enumerate(consultation.concerns):
        _check_grade(wish, knowledge, f"concerns[{index}]")
    for index, period in enumerate(consultation.calendar.keep_clear):
        if period.last < period.first:
            raise AnswerError(
                f"calendar.keep_clear[{index}] ends before it begins.", hint="Swap the two days."
            )


def _check_days(consultation: Consultation, on: date) -> None:
    """Days so far off that they can only be slips of the hand."""
    if consultation.date.year < EARLIEST_YEAR:
        raise AnswerError(f"date lies before {EARLIEST_YEAR}.", hint="Check the year.")
    ahead = (("The day judged", on), ("calendar.not_before", consultation.calendar.not_before))
    for place, day in ahead:
        if day is not None and day.year - consultation.date.year > OLDEST_Y:
            raise AnswerError(
                f"{place} lies more than {OLDEST_Y} years ahead.", hint="Check the year."
            )


def _late_day(part: object, on: date) -> str:
    """Place of the first day that says when something happened, and lies after `on`."""
    if isinstance(part, msgspec.Struct):
        for name in part.__struct_fields__:
            value = getattr(part, name)
            if type(value) is str:
                continue
            if name in _PAST_NAMES and isinstance(value, date):
                if value > on:
                    return name
            elif isinstance(value, msgspec.Struct | tuple) and (inner := _late_day(value, on)):
                return f"{name}{inner}" if inner.startswith("[") else f"{name}.{inner}"
    elif isinstance(part, tuple):
        for index, item in enumerate(part):
            if isinstance(item, msgspec.Struct) and (inner := _late_day(item, on)):
                return f"[{index}].{inner}"
    return ""


def _check_order(consultation: Consultation) -> None:
    """Days that cannot follow each other: a slip here would end a wait before it began."""
    for name in ("sunburn", "tan"):
        told = getattr(consultation.skin, name)
        if not isinstance(told, SunTold) or told.gone_on is None or told.exposed_on is None:
            continue
        if told.gone_on < told.exposed_on:
            raise AnswerError(
                f"skin.{name}.gone_on lies before skin.{name}.exposed_on.",
                hint="Check both days: it cannot have gone before it came.",
            )
    born = consultation.client.birth_date
    if born is not None and (place := _day_before(consultation, born)):
        raise AnswerError(
            f"{place} lies before client.birth_date.",
            hint="Check the year; nothing happened to a person before their birth.",
        )


def _day_before(consultation: Consultation, born: date) -> str:
    """Place of the first day of a medicine, a procedure or a condition before the birth."""
    lists = (
        ("medicines", consultation.medicines, "stopped_on"),
        ("procedures", consultation.procedures, "on"),
        ("products", consultation.products, "last_used"),
    )
    for part, told, name in lists:
        for index, item in enumerate(getattr(told, "list", ())):
            day = getattr(item, name)
            if day is not None and day < born:
                return f"{part}.list[{index}].{name}"
    return _past_day_before(consultation.history, born, "history") or _past_day_before(
        consultation.skin, born, "skin"
    )


def _past_day_before(part: Struct, born: date, at: str) -> str:
    for field in part.__struct_fields__:
        told = getattr(part, field)
        if isinstance(told, str):
            continue
        for name in told.__struct_fields__:
            day = getattr(told, name)
            if name in _PAST_NAMES and isinstance(day, date) and day < born:
                return f"{at}.{field}.{name}"
    return ""


def _check_birth(consultation: Consultation, on: date) -> None:
    born = consultation.client.birth_date
    if born is not None and on.year - born.year > OLDEST_Y:
        raise AnswerError(
            f"client.birth_date is more than {OLDEST_Y} years ago.", hint="Check the year."
        )


def _check_names(consultation: Consultation, knowledge: Knowledge) -> None:
    known = knowledge.release
    for place, names in _zone_names(consultation):
        try:
            expand(knowledge, names)
        except AnswerError as error:
            raise AnswerError(f"{place}: {error.message}", hint=error.hint) from None
    for index, wish in enumerate(consultation.concerns):
        if not wish.zones:
            raise AnswerError(f"concerns[{index}].zones is empty.", hint="Name at least one zone.")
        _known(wish.concern, known.concerns, f"concerns[{index}].concern", "concern")
        if wish.scale:
            _known(wish.scale, known.scales, f"concerns[{index}].scale", "scale")
    for index, device in enumerate(consultation.devices):
        _known(device.id, known.devices, f"devices[{index}].id", "device")
    wished = consultation.anaesthetic
    for index, use in enumerate(wished.products if wished else ()):
        place = f"anaesthetic.products[{index}].product"
        _known(use.product, known.anaesthetics, place, "anaesthetic product")
        if use.compounded_max_grams is not None and not known.anaesthetics[use.product].compounded:
            raise AnswerError(
                f"anaesthetic.products[{index}].compounded_max_grams goes only with a compounded"
                " formula.",
                hint="Leave it out; the product's own label gives its limits.",
            )
    _check_questionnaire(consultation, knowledge)
    if consultation.clearances:
        _check_rules(consultation)


def _check_questionnaire(consultation: Consultation, knowledge: Knowledge) -> None:
    given = consultation.phototype.questionnaire
    if given is None:
        return
    scales = knowledge.release.scales
    tell = [key for key, scale in scales.items() if any(band.phototypes for band in scale.bands)]
    place = "phototype.questionnaire"
    _known(given.scheme, tell, f"{place}.scheme", "phototype questionnaire")
    _score(scales[given.scheme], given.items, f"{place}.items")


def _check_rules(consultation: Consultation) -> None:
    from needlework.screening import rules as _rules  # noqa: F401  registers every rule
    from needlework.screening.registry import PLANNER_RULES, RULES

    known = (*RULES, *PLANNER_RULES)
    for index, given in enumerate(consultation.clearances):
        if given.rule not in known:
            listed = ", ".join(sorted(known, key=lambda rule: (rule[0], int(rule[1:]))))
            raise AnswerError(
                f"clearances[{index}].rule: no such rule.", hint=f"Known are {listed}."
            )


def _zone_names(consultation: Consultation) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every list of zones in the consultation, with its place."""
    for index, wish in enumerate(consultation.concerns):
        yield f"concerns[{index}].zones", wish.zones
    for group in ("history", "skin"):
        part = getattr(consultation, group)
        for name in part.__struct_fields__:
            if zones := getattr(getattr(part, name), "zones", ()):
                yield f"{group}.{name}.zones", zones
    for name in ("procedures", "products"):
        listed = getattr(consultation, name)
        for index, item in enumerate(getattr(listed, "list", ())):
            yield f"{name}.list[{index}].zones", item.zones
    for index, given in enumerate(consultation.clearances):
        yield f"clearances[{index}].zones", given.zones
    wished = consultation.anaesthetic
    for index, use in enumerate(wished.products if wished else ()):
        yield f"anaesthetic.products[{index}].area_cm2", tuple(use.area_cm2)
        yield f"anaesthetic.products[{index}].zones", use.zones


def _known(name: str, known: Iterable[str], place: str, kind: str) -> None:
    if name not in known:
        listed = ", ".join(sorted(known))
        raise AnswerError(f"{place}: no such {kind}.", hint=f"Known are {listed}.")


def _check_grade(wish: Wish, knowledge: Knowledge, place: str) -> None:
    if wish.grade is None and not wish.items:
        return
    if not wish.scale:
        raise AnswerError(f"{place} has a grade but no scale.", hint="Name the scale.")
    if wish.items:
        _check_items(wish, knowledge, place)
    if wish.grade is None:
        return
    low = knowledge.claims[f"scale.{wish.scale}.minimum"].number
    highest = knowledge.claims.get(f"scale.{wish.scale}.maximum")
    if wish.grade < low or (highest is not None and wish.grade > highest.number):
        to = "upwards" if highest is None else f"to {highest.number:g}"
        raise AnswerError(
            f"{place}.grade is off its scale.", hint=f"{wish.scale} runs from {low:g} {to}."
        )


def _check_items(wish: Wish, knowledge: Knowledge, place: str) -> None:
    made = _score(knowledge.release.scales[wish.scale], wish.items, f"{place}.items")
    if wish.grade is not None and made.value is not None and wish.grade != made.value:
        raise AnswerError(
            f"{place}: grade and items do not agree; the items make {made.value:g}.",
            hint="Keep the items and leave the grade out, or mend one of them.",
        )


def _score(scale: Scale, items: Mapping[str, object], place: str) -> Score:
    try:
        return score(scale, items)
    except AnswerError as error:
        raise AnswerError(f"{place}: {error.message}", hint=error.hint) from None
