"""From a file or a line to a consultation that makes sense, or a sentence that says what does not.

No message repeats what the person answered; it names the place and what is expected there.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, Final

import msgspec

from needlework.errors import AnswerError
from needlework.evidence import Knowledge
from needlework.evidence.scales import score
from needlework.screening.case import expand
from needlework.screening.consultation import Consultation, Wish, decode

LARGEST_BYTES: Final = 1_000_000
OLDEST_Y: Final = 120
EARLIEST_YEAR: Final = 1990
"""No consultation for microneedling is older."""

_PLACE: Final = re.compile(r"^(?P<what>.*) - at `\$\.?(?P<place>.*)`$")
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
    return from_data(_data(text, name), name)


def from_data(data: object, name: str) -> Consultation:
    """A consultation from what TOML or JSON was parsed into."""
    try:
        return decode(data)
    except msgspec.ValidationError as error:
        raise _unfit(str(error), name) from None


def no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object in which no key stands twice: two answers to one question are no answer."""
    made = dict(pairs)
    if len(made) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise AnswerError(f"{twice} is given twice.", hint="Keep the one that is right.")
    return made


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
        return _parsed(text, name)
    except ValueError:
        raise AnswerError(
            f"{name} holds a number of too many digits.", hint="Check the numbers in it."
        ) from None


def _parsed(text: str, name: str) -> object:
    if text.lstrip().startswith("{"):
        try:
            return json.loads(text, object_pairs_hook=no_duplicates, parse_constant=_no_number)
        except json.JSONDecodeError as error:
            raise AnswerError(
                f"{name} is not JSON: {error.msg} in line {error.lineno}, column {error.colno}.",
                hint="Mend that line; `needlework schema` prints the format.",
            ) from None
        except RecursionError:
            raise _too_deep(name) from None
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise AnswerError(
            f"{name} is not TOML: {error}.", hint="Mend that line; see examples/ for the format."
        ) from None
    except RecursionError:
        raise _too_deep(name) from None


def _no_number(word: str) -> None:
    raise AnswerError(f"{word} is not a number.", hint="Give the number, or leave it out.")


def _too_deep(name: str) -> AnswerError:
    return AnswerError(f"{name} is nested too deeply.", hint="See examples/ for the format.")


def _unfit(message: str, name: str) -> AnswerError:
    """The library's message, as a sentence with its place."""
    match = _PLACE.match(message)
    what, place = (match["what"], match["place"]) if match else (message, "")
    what = what.replace("`", "").replace("str | object", "an answer").replace("object", "a table")
    what = re.sub(r"\bstr\b", "text", what)
    what = re.sub(
        r"^(?i:object|a table) contains unknown field (\S+)$", r"there is no field \1", what
    )
    what = re.sub(r"^(?i:object|a table) missing required field (\S+)$", r"\1 is missing", what)
    what = what.replace("Invalid RFC3339 encoded date", "not a day of the calendar as 2026-11-20")
    what = re.sub(r"Invalid enum value '.*'", "not one of the words allowed", what, flags=re.DOTALL)
    where = f"{name}: {place}: " if place else f"{name}: "
    return AnswerError(
        f"{where}{what}.".replace("..", "."), hint=_hint(place) or "`needlework schema` tells more."
    )


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
    for place, day in _past_days(consultation, ""):
        if day > on:
            raise AnswerError(
                f"{place} lies after the day judged ({on}).",
                hint="Check the year; what has not happened yet cannot be answered.",
            )
    _check_birth(consultation, on)
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


def _past_days(part: object, place: str) -> Iterator[tuple[str, date]]:
    """Every day in the consultation that says when something happened, with its place."""
    if isinstance(part, msgspec.Struct):
        for name in part.__struct_fields__:
            value = getattr(part, name)
            if type(value) is str:
                continue
            where = f"{place}.{name}" if place else name
            if name in _PAST_NAMES and isinstance(value, date):
                yield where, value
            elif isinstance(value, msgspec.Struct | tuple):
                yield from _past_days(value, where)
    elif isinstance(part, tuple):
        for index, item in enumerate(part):
            if isinstance(item, msgspec.Struct):
                yield from _past_days(item, f"{place}[{index}]")


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
    if questionnaire := consultation.phototype.questionnaire:
        _known(questionnaire.scheme, known.scales, "phototype.questionnaire.scheme", "scale")


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
    try:
        made = score(knowledge.release.scales[wish.scale], wish.items)
    except AnswerError as error:
        raise AnswerError(f"{place}.items: {error.message}", hint=error.hint) from None
    if wish.grade is not None and made.value is not None and wish.grade != made.value:
        raise AnswerError(
            f"{place}: grade and items do not agree; the items make {made.value:g}.",
            hint="Keep the items and leave the grade out, or mend one of them.",
        )
