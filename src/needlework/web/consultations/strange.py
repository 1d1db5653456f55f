"""Names that the form never sends: whoever sends them is told, and nothing is dropped unseen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from needlework.evidence.scales import Scale
from needlework.web.consultations import kinds
from needlework.web.consultations.typed import Typed

_MOST_DIGITS: Final = 4
_LISTS: Final = kinds.Rows | kinds.Amounts


def strange_names(typed: Typed, scales: Mapping[str, Scale]) -> list[str]:
    """Names at which the form has no place, though something was said there."""
    return list(_strange(typed, scales))


def _strange(typed: Typed, scales: Mapping[str, Scale]) -> Iterator[str]:
    for name, values in typed.items():
        is_blank = not any(value.strip() for value in values)
        if not _has_place(kinds.asked(), name.split("."), scales, is_blank=is_blank):
            yield name


def is_list(name: str) -> bool:
    """Whether a row can be added at that name."""
    return isinstance(_kind_at(name), _LISTS)


def is_row(name: str) -> bool:
    above, _, last = name.rpartition(".")
    return is_list(above) and _is_row_number(last)


def is_question(name: str) -> bool:
    return _kind_at(name) is not None


def _has_place(
    kind: kinds.Kind, steps: Sequence[str], scales: Mapping[str, Scale], *, is_blank: bool
) -> bool:
    if not steps:
        # What has parts is said in them; a new row is only marked, by nothing at its name.
        return is_blank or not isinstance(kind, kinds.Fields | kinds.Ratings | _LISTS)
    if isinstance(kind, kinds.Ratings):
        return _is_item(steps, scales)
    inner = _below(kind, steps[0])
    return inner is not None and _has_place(inner, steps[1:], scales, is_blank=is_blank)


def _is_item(steps: Sequence[str], scales: Mapping[str, Scale]) -> bool:
    """A scale, and something of it; what is none of its items, the engine refuses by name."""
    return len(steps) > 1 and steps[0] in scales


def _kind_at(name: str) -> kinds.Kind | None:
    kind: kinds.Kind | None = kinds.asked()
    for step in name.split("."):
        kind = None if kind is None else _below(kind, step)
    return kind


def _below(kind: kinds.Kind, step: str) -> kinds.Kind | None:
    match kind:
        case kinds.Fields() | kinds.Answer():
            return next((part.kind for part in kind.parts if part.name == step), None)
        case kinds.Rows():
            return kind.of if _is_row_number(step) else None
        case kinds.Amounts():
            parts = (kinds.Part("zone", kinds.Text()), kinds.Part("amount", kind.of))
            return kinds.Fields(parts) if _is_row_number(step) else None
        case _:
            return None


def _is_row_number(text: str) -> bool:
    """As the form counts rows: in plain digits, without zeros in front."""
    is_number = text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS
    return is_number and str(int(text)) == text
