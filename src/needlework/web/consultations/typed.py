"""Between what a form sends, names with texts, and the published input format."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from msgspec import Struct

from needlework.i18n import Translate, say_number
from needlework.web.consultations.kinds import (
    Amounts,
    Answer,
    Choice,
    Day,
    Fields,
    Kind,
    Number,
    Part,
    Ratings,
    Rows,
    Several,
    Text,
    Tick,
    Zones,
    asked,
)

Typed = Mapping[str, Sequence[str]]

TICKED: Final = "true"
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_NUMBER: Final = re.compile(r"-?\d{1,15}(?:[.,]\d{1,15})?", re.ASCII)
_INDEX: Final = re.compile(r"\d{1,4}", re.ASCII)
_BESIDE_NO: Final = frozenset({"on", "zones"})
"""What may stand beside a no: the day on which it was said, and of which zones."""


class Read(Struct, kw_only=True):
    """What a form said, in the format; what nobody can read, and what was left open.

    `names` leads from a place in the format, such as `medicines.list[0].name`, to the name in the
    form, where there may be empty rows between.
    """

    data: dict[str, Any]
    problems: dict[str, list[str]]
    unanswered: list[str]
    names: dict[str, str]


def read(typed: Typed, say: Translate, language: str) -> Read:
    """The format's data from a form; each part that cannot be read is left out and named."""
    reader = _Reader(typed, say, language)
    data = reader.read(asked(), _Place("", ""), due=True)
    return Read(
        data=data or {},
        problems=reader.problems,
        unanswered=reader.unanswered,
        names=reader.names,
    )


def row_numbers(typed: Typed, name: str) -> list[int]:
    """Numbers of the rows that stand below `name`, empty ones included."""
    start = f"{name}."
    found = {key[len(start) :].split(".", 1)[0] for key in typed if key.startswith(start)}
    return sorted({int(n) for n in found if _INDEX.fullmatch(n) and str(int(n)) == n})


def is_blank(typed: Typed, name: str) -> bool:
    """Nothing was said at `name` or below it."""
    return not any(value.strip() for key in _at_or_below(typed, name) for value in typed[key])


def without(typed: Typed, name: str) -> dict[str, Sequence[str]]:
    """All that was typed but what stands at `name` or below it."""
    gone = set(_at_or_below(typed, name))
    return {key: values for key, values in typed.items() if key not in gone}


def _at_or_below(typed: Typed, name: str) -> Iterator[str]:
    return (key for key in typed if key == name or key.startswith(f"{name}."))


# --- from the form to the format --------------------------------------------------------------


class _Place(Struct, frozen=True):
    """Where something stands: its name in the form, its path in the format."""

    name: str
    path: str

    def part(self, key: str) -> _Place:
        return _Place(f"{self.name}.{key}".lstrip("."), f"{self.path}.{key}".lstrip("."))

    def row(self, number: int, index: int) -> _Place:
        return _Place(f"{self.name}.{number}", f"{self.path}[{index}]")


class _Reader:
    """One pass over a form. Where an answer is `due`, saying nothing is noted."""

    def __init__(self, typed: Typed, say: Translate, language: str) -> None:
        self._typed = typed
        self._say = say
        self._language = language
        self.problems: dict[str, list[str]] = {}
        self.unanswered: list[str] = []
        self.names: dict[str, str] = {}

    def read(self, kind: Kind, at: _Place, *, due: bool) -> Any:  # noqa: PLR0911
        """What was said at a place; `None` where nothing was."""
        self.names[at.path] = at.name
        match kind:
            case Fields():
                return self._fields(kind.parts, at, due=due) or None
            case Answer():
                return self._answer(kind, at, due=due)
            case Rows():
                return self._rows(kind.of, at)
            case Choice():
                return self._choice(kind, at, due=due)
            case Amounts():
                return self._amounts(kind.of, at)
            case Ratings():
                return self._ratings(at)
            case _:
                return self._value(kind, at)

    def _value(self, kind: Kind, at: _Place) -> Any:
        match kind:
            case Several():
                return self._several(kind, at)
            case Zones():
                return self._texts(at) or None
            case Tick():
                return True if self._text(at) else None
            case Day():
                return self._day(at)
            case Number():
                return self._number(kind, at)
            case Text():
                return self._name(kind, at)

    def wrong(self, at: _Place, sentence: str) -> None:
        self.problems.setdefault(at.name, []).append(self._say(sentence))

    def _text(self, at: _Place) -> str:
        values = self._typed.get(at.name, ())
        # Of two different answers at one place none may win without a word.
        if len({value.strip() for value in values} - {""}) > 1:
            self.wrong(at, TWO_ANSWERS)
            return ""
        text = values[-1] if values else ""
        if "\x00" in text:
            self.wrong(at, UNKEEPABLE)
            return ""
        return text if text.strip() else ""

    def _texts(self, at: _Place) -> list[str]:
        said = [value for value in self._typed.get(at.name, ()) if value.strip()]
        if any("\x00" in value for value in said):
            self.wrong(at, UNKEEPABLE)
            return []
        return list(dict.fromkeys(said))

    def _name(self, kind: Text, at: _Place) -> str | None:
        text = self._text(at)
        if kind.longest is not None and len(text) > kind.longest:
            sentence = self._say(TOO_LONG).format(n=kind.longest)
            self.problems.setdefault(at.name, []).append(sentence)
            return None
        return text or None

    def _choice(self, kind: Choice, at: _Place, *, due: bool) -> str | None:
        text = self._text(at).strip()
        if text in kind.words:
            return text
        if text:
            self.wrong(at, NOT_SHOWN)
        elif due and kind.may_be_unknown:
            self.unanswered.append(at.name)
        return None

    def _several(self, kind: Several, at: _Place) -> list[str] | None:
        said = self._texts(at)
        if not set(said).issubset(kind.words):
            self.wrong(at, NOT_SHOWN)
        return [word for word in said if word in kind.words] or None

    def _day(self, at: _Place) -> str | None:
        text = self._text(at).strip()
        if text and not _is_day(text):
            self.wrong(at, NO_DAY)
            return None
        return text or None

    def _number(self, kind: Number, at: _Place) -> float | None:
        text = self._text(at).strip()
        if not text:
            return None
        if not _NUMBER.fullmatch(text):
            self.wrong(at, NO_NUMBER)
            return None
        number = float(text.replace(",", "."))
        if not _is_within(number, kind):
            self.problems.setdefault(at.name, []).append(self._range(kind))
            return None
        return int(number) if number.is_integer() else number

    def _range(self, kind: Number) -> str:
        low = kind.least if kind.least is not None else kind.above
        sentence = self._say(FROM_TO if kind.least is not None else ABOVE_TO)
        return sentence.format(
            low=say_number(low or 0, self._language),
            high=say_number(kind.most or 0, self._language),
        )

    def _fields(
        self, parts: Iterable[Part], at: _Place, *, due: bool, named: bool = False
    ) -> dict[str, Any]:
        """The parts that were said; `named` notes those that must be and were not."""
        made: dict[str, Any] = {}
        for part in parts:
            place = at.part(part.name)
            value = self.read(part.kind, place, due=due)
            if value is not None:
                made[part.name] = value
            elif named and part.required and place.name not in self.problems:
                self.wrong(place, MISSING)
        return made

    def _answer(self, kind: Answer, at: _Place, *, due: bool) -> str | dict[str, Any] | None:
        answer = self._choice(_ANSWER, at, due=due)
        beside = self._fields(kind.parts, at, due=due and answer == "yes")
        if answer == "no" and not _BESIDE_NO.issuperset(beside):
            self.wrong(at, BESIDE_NO)
        if not beside:
            return answer
        return {"answer": answer or "unknown", **beside}

    def _rows(self, kind: Kind, at: _Place) -> list[Any] | None:
        """Rows in which something was said; one that lacks what it needs is noted and left out."""
        made: list[Any] = []
        for number in row_numbers(self._typed, at.name):
            place = at.row(number, len(made))
            if is_blank(self._typed, place.name):
                continue
            if not isinstance(kind, Fields):
                value = self.read(kind, place, due=True)
                made += [] if value is None else [value]
                continue
            self.names[place.path] = place.name
            fields = self._fields(kind.parts, place, due=True, named=True)
            if all(part.name in fields for part in kind.parts if part.required):
                made.append(fields)
        return made or None

    def _amounts(self, of: Number, at: _Place) -> dict[str, float] | None:
        made: dict[str, float] = {}
        for number in row_numbers(self._typed, at.name):
            row = at.part(str(number))
            zone, amount = self._text(row.part("zone")), self._number(of, row.part("amount"))
            if zone and amount is not None and zone not in made:
                made[zone] = amount
            elif zone in made:
                self.wrong(row.part("zone"), TWICE)
            elif amount is not None:
                self.wrong(row.part("zone"), MISSING)
            elif zone and row.part("amount").name not in self.problems:
                self.wrong(row.part("amount"), MISSING)
        return made or None

    def _ratings(self, at: _Place) -> dict[str, Any] | None:
        """Ratings of one scale; those of another that was chosen before are kept in the form."""
        parent, _, last = at.name.rpartition(".")
        chosen = self._text(_Place(f"{parent}.scale", "")) if last == "items" else ""
        found = _rated_scales(self._typed, at.name)
        scales = [chosen] if last == "items" else found
        if len(scales) > 1:
            self.wrong(at, TWO_SCALES)
        if not scales or scales[0] not in found:
            return None
        held = at.part(scales[0])
        items = {
            key: value
            for key in _keys_below(self._typed, held.name)
            if (value := self._number(Number(), held.part(key))) is not None
        }
        if last == "items":
            return items or None
        return {"scheme": scales[0], "items": items} if items else None


_ANSWER: Final = Choice(("yes", "no", "unknown"))


def _is_day(text: str) -> bool:
    if not _DAY.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _is_within(number: float, kind: Number) -> bool:
    return (
        (kind.above is None or number > kind.above)
        and (kind.least is None or number >= kind.least)
        and (kind.most is None or number <= kind.most)
    )


def _keys_below(typed: Typed, name: str) -> list[str]:
    start = f"{name}."
    return [key[len(start) :] for key in typed if key.startswith(start)]


def _rated_scales(typed: Typed, name: str) -> list[str]:
    """Scales below `name` of which anything was rated."""
    scales = dict.fromkeys(key.split(".", 1)[0] for key in _keys_below(typed, name))
    return [scale for scale in scales if not is_blank(typed, f"{name}.{scale}")]


# --- what is said about what cannot be read ---------------------------------------------------


def _(sentence: str) -> str:
    """Marks a sentence for the catalogue; it is translated where it is said."""
    return sentence


MISSING: Final = _("This is needed here. Fill it in, or empty the row.")
NOT_SHOWN: Final = _("Choose from what is shown.")
NO_DAY: Final = _("This is no day of the calendar. Choose it, or write it as 2026-11-20.")
NO_NUMBER: Final = _("This is no number. Write it in digits.")
FROM_TO: Final = _("Give a number from {low} to {high}.")
ABOVE_TO: Final = _("Give a number above {low}, and at most {high}.")
TOO_LONG: Final = _("This is too long for a name. Shorten it to {n} letters.")
TWICE: Final = _("This area is named twice. Keep one of them.")
TWO_SCALES: Final = _("Two questionnaires are filled in. Empty one of them.")
BESIDE_NO: Final = _("The answer is no, and yet there are details. Empty them, or answer yes.")
TWO_ANSWERS: Final = _("Two different answers were sent for this. Choose one.")
UNKEEPABLE: Final = _("There is a character in it that cannot be kept. Type it anew.")
UNANSWERED: Final = _("Choose an answer; “Don’t know” is one.")


# --- from the format to the form --------------------------------------------------------------

Apart = Callable[[Sequence[str]], Sequence[str]]
"""From zones as they are named to those that are ticked."""

Sent = Iterator[tuple[str, list[str]]]


def write(data: Mapping[str, Any], apart: Apart) -> dict[str, list[str]]:
    """What a form shows for a consultation: `read` of it gives the same consultation."""
    return dict(_write(asked(), "", data, apart))


def _write(kind: Kind, name: str, value: Any, apart: Apart) -> Sent:
    match kind:
        case Fields():
            yield from _write_parts(kind.parts, name, value, apart)
        case Answer():
            said = {"answer": value} if isinstance(value, str) else value
            yield name, [said["answer"]]
            yield from _write_parts(kind.parts, name, said, apart)
        case Rows():
            for index, item in enumerate(value):
                yield from _write(kind.of, f"{name}.{index}", item, apart)
        case Amounts():
            for index, (zone, amount) in enumerate(value.items()):
                yield f"{name}.{index}.zone", [zone]
                yield f"{name}.{index}.amount", [str(amount)]
        case Ratings():
            yield from _write_items(name, value["scheme"], value["items"])
        case Zones():
            yield name, list(apart(value))
        case Several():
            yield name, list(value)
        case _:
            yield name, [TICKED if value is True else str(value)]


def _write_parts(parts: Iterable[Part], name: str, value: Mapping[str, Any], apart: Apart) -> Sent:
    for part in parts:
        said = value.get(part.name, part.default or None)
        if part.name == "items":
            yield from _write_items(f"{name}.items", value.get("scale", ""), said or {})
        elif said not in (None, False):
            yield from _write(part.kind, f"{name}.{part.name}".lstrip("."), said, apart)


def _write_items(name: str, scale: str, items: Mapping[str, Any]) -> Sent:
    for item, rated in items.items():
        yield f"{name}.{scale}.{item}", [str(rated)]
