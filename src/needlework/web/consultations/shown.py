"""The form as it is drawn: each question with its words, what was typed, and what is amiss."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct

from needlework.evidence.scales import Item, Scale
from needlework.i18n import translator
from needlework.lexicon import Match
from needlework.screening.case import base
from needlework.web.consultations import kinds, typed
from needlework.web.consultations.forms import ConsultationForm, Wrong
from needlework.web.consultations.options import (
    ONE_ITEM,
    Chooser,
    Option,
    OptionGroup,
    is_table,
    name_in,
    tells_phototype,
    with_empty,
)
from needlework.web.consultations.questions import (
    EMPTY_ROWS,
    ROW_LABELS,
    SECTIONS,
    SPECIAL_WORDS,
    Section,
    Wording,
    section_of,
    wording,
)
from needlework.web.consultations.zones import named


def _(words: str) -> str:
    """Marks words for the catalogue; they are translated where they are shown."""
    return words


_NONE_OF_THESE: Final = _("None of these")
_KNOWN_AS: Final = _("Known as: {name}.")
_NOT_KNOWN: Final = _("Not known here. Check the spelling, or give the substance.")
_TOO_WIDE: Final = _("A word for many things. Give the exact name if you can.")
_BY_ROUTE: Final = _("How it is taken decides what it means.")

_LEXICON: Final = {
    "medicines": "medicine",
    "conditions": "condition",
    "allergies": "allergen",
    "products": "ingredient",
}
"""Which look-up of the lexicon knows the names of a list."""


class Shown(Struct, kw_only=True):
    """One question. `kind` names the macro that draws it."""

    kind: str
    name: str
    path: str
    label: str = ""
    row_label: str = ""
    hint: str = ""
    note: str = ""
    wrong: Sequence[Wrong] = ()
    value: str = ""
    values: Sequence[str] = ()
    options: tuple[Option, ...] = ()
    groups: tuple[OptionGroup, ...] = ()
    parts: tuple[Shown, ...] = ()
    odd: tuple[str, ...] = ()
    is_open: bool = False

    @property
    def id(self) -> str:
        return f"q-{self.name.replace('.', '-')}"

    @property
    def described(self) -> str:
        """Ids of what describes it, for `aria-describedby`."""
        ends = (("hint", self.hint), ("note", self.note), ("wrong", self.wrong))
        return " ".join(f"{self.id}-{end}" for end, is_there in ends if is_there)

    @property
    def key(self) -> str:
        """The last part of its name."""
        return self.name.rpartition(".")[2]

    def part(self, key: str) -> Shown:
        return next(part for part in self.parts if part.key == key)

    def others(self, *keys: str) -> list[Shown]:
        """Its parts but those named."""
        return [part for part in self.parts if part.key not in keys]


class ShownGroup(Struct, frozen=True):
    title: str
    questions: tuple[Shown, ...]


class ShownSection(Struct, frozen=True):
    """A part of the form; `left` of its questions wait for an answer, `wrong` need a look."""

    id: str
    title: str
    lede: str
    groups: tuple[ShownGroup, ...]
    left: int
    wrong: int

    @property
    def has_answers(self) -> bool:
        """Something in it may have been said on another day."""
        return any(one.kind == "answer" for group in self.groups for one in group.questions)


class Painter:
    """Draws a form. What is amiss is shown only once somebody tried to save."""

    def __init__(self, form: ConsultationForm, *, with_problems: bool) -> None:
        self.form = form
        self._typed = form.typed
        self._problems = form.problems if with_problems else {}
        self._knowledge = form.known.knowledge
        self._release = form.known.knowledge.release
        self._chooser = Chooser(self._release, form.language)
        self._say = translator(form.language)

    def wording(self, path: str) -> Wording:
        """The words of a question; a form for others than staff has its own."""
        return wording(path)

    def sections(self) -> tuple[ShownSection, ...]:
        return tuple(self._section(section) for section in SECTIONS)

    def outline(self) -> list[tuple[str, str, int, int]]:
        """Each part of the form: id, title, questions left open, answers that need a look."""
        return [
            (section.id, self._say(section.title), *self._counts(section)) for section in SECTIONS
        ]

    def amiss(self) -> list[tuple[str, str, Wrong]]:
        """What needs another look, questions left open apart: id of the field, label, sentence."""
        left_open = set(self.form.unanswered)
        found = {name: said for name, said in self.form.problems.items() if name not in left_open}
        return self._listed(found)

    def open_questions(self) -> list[tuple[str, str]]:
        """Questions left open: id of the field, label."""
        listed = self._listed({name: (Wrong(""),) for name in self.form.unanswered})
        return [(id_, label) for id_, label, _wrong in listed]

    def _listed(self, problems: Mapping[str, Sequence[Wrong]]) -> list[tuple[str, str, Wrong]]:
        order = {section.id: index for index, section in enumerate(SECTIONS)}
        found = []
        for name, wrongs in problems.items():
            section = section_of(_path(name))
            place = order[section.id] if section else -1
            found += [(place, self._field_id(name), self._label(name), wrong) for wrong in wrongs]
        found.sort(key=lambda entry: entry[0])
        return [entry[1:] for entry in found]

    def at_name(self, name: str) -> Shown | None:
        """The question of that name in the form, rows included; `None` where there is none."""
        kind: kinds.Kind = kinds.asked()
        for step in name.split("."):
            inner = _inner(kind, step)
            if inner is None:
                return None
            kind = inner
        return self._shown(kind, _path(name), name)

    def levels(self, scale: str) -> list[tuple[str, str]]:
        """What each grade of a scale of one item means."""
        found = self._release.scales.get(scale)
        if found is None or found.scoring.kind not in ONE_ITEM:
            return []
        levels = found.answers(found.items[0])
        return [(f"{level.value:g}", name_in(level.label, self.form.language)) for level in levels]

    def needs_treatment(self, row: Shown) -> bool:
        """Whether the concern of a row is needled only beside a treatment of its own."""
        return self.form.needs_treatment(row.part("concern").value)

    def on_body(self, zones: Shown) -> bool:
        """Something was chosen that only the map of the body shows."""
        known = self._release.zones
        return any(
            base(name) in known and known[base(name)].region == "body" for name in zones.values
        )

    # --- sections -------------------------------------------------------------------------------

    def _section(self, section: Section) -> ShownSection:
        left, wrong = self._counts(section)
        return ShownSection(
            id=section.id,
            title=self._say(section.title),
            lede=self._say(section.lede) if section.lede else "",
            groups=tuple(
                ShownGroup(
                    self._say(group.title) if group.title else "",
                    tuple(shown for path in group.paths if (shown := self.at_name(path))),
                )
                for group in section.groups
            ),
            left=left,
            wrong=wrong,
        )

    def _counts(self, section: Section) -> tuple[int, int]:
        left = sum(section_of(_path(name)) is section for name in self.form.left)
        wrong = sum(section_of(_path(name)) is section for name in self._problems)
        return left, wrong

    def _label(self, name: str) -> str:
        """A question's label, with its row's where that is needed to find it."""
        try:
            words = self.wording(_path(name))
        except KeyError:
            return ""
        parent = name.rpartition(".")[0]
        rows = [step for step in parent.split(".") if step.isdigit()]
        label = self._say(words.label)
        if not rows:
            return f"{self._label(parent)} {label}" if _is_answer(_path(parent)) else label
        return f"{label} ({int(rows[-1]) + 1})"

    def _field_id(self, name: str) -> str:
        """The id of the input to go to: a group's first choice, else the field itself."""
        shown = self.at_name(name)
        if shown is None:
            return name.split(".", 1)[0]
        return f"{shown.id}-0" if shown.kind in ("answer", "radios") else shown.id

    # --- kinds ----------------------------------------------------------------------------------

    def _shown(self, kind: kinds.Kind, path: str, name: str) -> Shown:
        words = self.wording(path)
        shown = Shown(
            kind="text",
            name=name,
            path=path,
            label=self._say(words.label),
            hint=self._say(words.hint) if words.hint else "",
            wrong=self._problems.get(name, ()),
            value=self._value(name),
        )
        match kind:
            case kinds.Choice():
                self._choose(shown, kind)
            case kinds.Answer() | kinds.Fields():
                self._gather(shown, kind)
            case kinds.Rows() | kinds.Amounts() | kinds.Ratings():
                self._repeat(shown, kind)
            case kinds.Several():
                shown.kind = "several"
                shown.options = self._chooser.words(kind.words, path, self._typed.get(name, ()))
            case kinds.Zones():
                shown.kind, shown.values = "zones", list(self._typed.get(name, ()))
                shown.note = self._named(shown.values)
                shown.odd = tuple(self._unknown_zones(shown.values))
            case kinds.Text():
                self._name(shown)
            case _:
                shown.kind = type(kind).__name__.lower()
        return shown

    def _choose(self, shown: Shown, kind: kinds.Choice) -> None:
        """Few answers are buttons; many, or those that may stay open, a list."""
        said = self._typed.get(shown.name, ())
        shown.kind = "radios"
        shown.options = self._chooser.words(kind.words, shown.path, said)
        few = len(kind.words) <= len(kinds.YES_NO) or shown.path in SPECIAL_WORDS
        if not few:
            shown.kind, shown.options = "list", with_empty(shown.options, shown.value)

    def _gather(self, shown: Shown, kind: kinds.Answer | kinds.Fields) -> None:
        shown.kind = "fields"
        shown.parts = tuple(
            self._shown(part.kind, f"{shown.path}.{part.name}", f"{shown.name}.{part.name}")
            for part in kind.parts
        )
        if isinstance(kind, kinds.Answer):
            shown.kind = "answer"
            said = self._typed.get(shown.name, ())
            shown.options = self._chooser.words(kinds.YES_NO, shown.path, said)
            shown.is_open = not all(
                typed.is_blank(self._typed, part.name) for part in shown.others("on")
            )

    def _repeat(self, shown: Shown, kind: kinds.Rows | kinds.Amounts | kinds.Ratings) -> None:
        shown.kind = type(kind).__name__.lower()
        shown.row_label = self._say(ROW_LABELS.get(shown.path, ""))
        if isinstance(kind, kinds.Ratings):
            shown.parts = tuple(self._ratings(shown.name, shown.path))
            return
        numbers = typed.row_numbers(self._typed, shown.name)
        for number in numbers or range(EMPTY_ROWS.get(shown.path, 1)):
            name = f"{shown.name}.{number}"
            row = self._amount(kind, shown.path, name) if isinstance(kind, kinds.Amounts) else None
            of = kind.of if isinstance(kind, kinds.Rows) else kinds.Text()
            shown.parts = (*shown.parts, row or self._shown(of, shown.path, name))

    def _amount(self, kind: kinds.Amounts, path: str, name: str) -> Shown:
        zone = self._shown(kinds.Text(), f"{path}.zone", f"{name}.zone")
        amount = self._shown(kind.of, f"{path}.amount", f"{name}.amount")
        return Shown(kind="fields", name=name, path=path, parts=(zone, amount))

    def _name(self, shown: Shown) -> None:
        """A name from the knowledge base, or as the person says it."""
        last = shown.path.rpartition(".")[2]
        if is_table(shown.path):
            shown.kind = "list"
            shown.options = self._chooser.entries(shown.path, shown.value)
        elif last == "zone":
            shown.kind, shown.options = "list", self._chooser.zones(shown.value)
        elif last == "scale":
            self._scale_choice(shown)
        elif last == "confirmed_as":
            self._confirm(shown)

    # --- scales ---------------------------------------------------------------------------------

    def _scale_choice(self, shown: Shown) -> None:
        shown.kind = "list"
        concern = self._value(f"{shown.name.rpartition('.')[0]}.concern")
        scale = self._release.scales.get(shown.value)
        shown.options = with_empty((), "" if scale else shown.value)
        shown.groups = self._chooser.scales(concern, shown.value)
        if scale:
            words = (scale.short, scale.licence_note)
            said = [name_in(part, self.form.language).rstrip(".") for part in words]
            shown.note = f"{'. '.join(said)}."

    def _ratings(self, name: str, path: str) -> Iterator[Shown]:
        """A scale's items; those of a scale chosen before go along unseen."""
        parent, _, last = name.rpartition(".")
        scales = self._release.scales
        if last == "questionnaire":
            for key, scale in scales.items():
                if tells_phototype(scale):
                    yield self._scale(f"{name}.{key}", path, scale)
            return
        chosen = self._value(f"{parent}.scale")
        seen = ""
        if chosen in scales and self._is_rated(scales[chosen], f"{name}.{chosen}"):
            yield self._scale(f"{name}.{chosen}", path, scales[chosen])
            seen = f"{name}.{chosen}."
        for key, values in self._typed.items():
            if key.startswith(f"{name}.") and not (seen and key.startswith(seen)) and any(values):
                yield Shown(kind="carried", name=key, path=path, value=values[-1])

    def _is_rated(self, scale: Scale, name: str) -> bool:
        """A scale of one item takes its grade alone, unless an item was given for it."""
        return scale.scoring.kind not in ONE_ITEM or not typed.is_blank(self._typed, name)

    def _scale(self, name: str, path: str, scale: Scale) -> Shown:
        items = tuple(self._item(f"{name}.{item.id}", path, scale, item) for item in scale.items)
        return Shown(
            kind="scale",
            name=name,
            path=path,
            label=name_in(scale.name, self.form.language),
            hint=name_in(scale.short, self.form.language),
            parts=items,
            is_open=not typed.is_blank(self._typed, name),
        )

    def _item(self, name: str, path: str, scale: Scale, item: Item) -> Shown:
        shown = Shown(
            kind="number",
            name=name,
            path=path,
            label=name_in(item.name, self.form.language),
            value=self._value(name),
            wrong=self._problems.get(name, ()),
        )
        if levels := scale.answers(item):
            shown.kind, shown.options = "list", self._chooser.levels(levels, shown.value)
        return shown

    # --- names ----------------------------------------------------------------------------------

    def _confirm(self, shown: Shown) -> None:
        """What a name may mean: to be confirmed, never assumed."""
        shown.kind = "confirm"
        match = self._match(shown.name.rpartition(".")[0])
        offered = [each.name for each in match.suggestions] if match else []
        if shown.value.strip() and shown.value not in offered:
            offered.append(shown.value)
        if offered:
            none = Option("", self._say(_NONE_OF_THESE), not shown.value.strip())
            shown.options = (*(Option(one, one, one == shown.value) for one in offered), none)
        shown.note = self._means(match) if match else ""

    def _match(self, row: str) -> Match | None:
        name = self._value(f"{row}.name").strip()
        if not name:
            return None
        match: Match = getattr(self.form.known.lexicon, _LEXICON[row.split(".", 1)[0]])(name)
        route = self._value(f"{row}.route")
        return match if route in ("", "unknown") else match.by_route(route)

    def _means(self, match: Match) -> str:
        if match.kind == "exact":
            titles = " + ".join(dict.fromkeys(entry.title for entry in match.entries))
            return self._say(_KNOWN_AS).format(name=titles)
        if match.kind == "suggestion":
            return ""
        if match.kind == "unknown":
            return self._say(_NOT_KNOWN)
        vague = any(entry.vague for entry in match.entries)
        return self._say(_TOO_WIDE if vague else _BY_ROUTE)

    def _named(self, zones: Sequence[str]) -> str:
        said = [zone for zone in zones if zone.strip()]
        return named(self._knowledge, self.form.language, said)

    def _unknown_zones(self, names: Sequence[str]) -> Iterator[str]:
        """What was sent as an area and is none, so that it can be seen and unticked."""
        for name in names:
            zone = self._release.zones.get(base(name))
            leaf = zone is not None and (name != base(name)) is zone.sided
            if name.strip() and not leaf:
                yield name

    def _value(self, name: str) -> str:
        values = self._typed.get(name, ())
        return values[-1] if values else ""


def _inner(kind: kinds.Kind, step: str) -> kinds.Kind | None:
    """What stands at a step below a kind: a row by its number, a part by its name."""
    if isinstance(kind, kinds.Rows):
        return kind.of if step.isascii() and step.isdigit() else None
    if isinstance(kind, kinds.Fields | kinds.Answer):
        return next((part.kind for part in kind.parts if part.name == step), None)
    return None


def _path(name: str) -> str:
    """A name's path in the format, without row numbers."""
    return ".".join(step for step in name.split(".") if not step.isdigit())


def _is_answer(path: str) -> bool:
    return path.startswith(("history.", "skin."))
