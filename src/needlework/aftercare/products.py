"""May this product be used again? Its list of ingredients, read, classed and dated.

Waits come from claims, by class. What is not recognised is named as unknown and waits as long
as the longest of all waits; it is never assumed to be harmless. Only pasted or typed text is
read: a photograph of a label is out of scope, and every result says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Final, Literal

from msgspec import Struct

from needlework.aftercare.days import after, check_day
from needlework.aftercare.days import day as say_day
from needlework.aftercare.inci import IngredientList, Listed, read_list
from needlework.aftercare.ingredients import (
    KINDS,
    SYNONYMS,
    Finder,
    Suggester,
    classes_of,
    distinct,
    finder_of,
    is_for_clients,
)
from needlework.aftercare.model import Timeline
from needlework.aftercare.waits import CLAIMS, CLOCK, Waits, lengthened_by, span
from needlework.evidence import Cited, Knowledge, NotAccepted
from needlework.i18n import Translate, translator
from needlework.lexicon import Entry, Lexicon, Suggestion
from needlework.lexicon.names import key

Status = Literal["known", "unclear", "unknown"]
ProductVerdict = Literal["nothing-read", "ask", "wait", "bland"]

LIMITS: Final = (
    "Read from text only, not from a photo of a label. A list does not say how much of "
    "anything a product holds."
)

_ALLOW_LIST: Final = "rule.c42.allow-list"
_GRAINS: Final = (f"{CLAIMS}.grains", f"{CLAIMS}.grains-lead")
_WATER: Final = "aqua"


class Ingredient(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One ingredient: what it is, from when it may be used again, and why.

    `usable_from` is the day on which the wait is over. An ingredient that is unknown, or unclear
    in part, waits as long as the longest wait there is. `ph_adjuster` is an inference from the
    place in the list; it never shortens the wait.
    """

    position: int
    name: str
    aliases: tuple[str, ...] = ()
    status: Status
    known_as: tuple[str, ...] = ()
    entries: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    percent: float | None = None
    may_contain: bool = False
    ph_adjuster: bool = False
    ask: bool = False
    never_on_needled_skin: bool = True
    wait: Cited
    usable_from: date
    usable_at: datetime
    notes: tuple[str, ...] = ()
    claims: tuple[str, ...]

    @property
    def is_to_the_hour(self) -> bool:
        """The wait counts hours: on its day it is over at `usable_at`, not in the morning."""
        return self.wait.unit in CLOCK


class Product(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A product as its list tells it: as late as the latest of its ingredients.

    `perhaps_from` is an earlier day that holds if the clinic confirms what was inferred from
    the order of the list. `never_on_needled_skin` is false only for a product that the clinic's
    medical director lists as made for needled skin.
    """

    name: str
    verdict: ProductVerdict
    summary: str
    ingredients: tuple[Ingredient, ...]
    wait: Cited | None = None
    usable_from: date | None = None
    usable_at: datetime | None = None
    perhaps_from: date | None = None
    unknown: tuple[str, ...] = ()
    on_clinic_list: bool = False
    never_on_needled_skin: bool = True
    remarks: tuple[str, ...] = ()
    cut: bool = False
    normal: str = ""
    limits: str = LIMITS
    claims: tuple[str, ...]


def check_product(
    text: str,
    *,
    ended: date | datetime,
    knowledge: Knowledge,
    lexicon: Lexicon,
    name: str = "",
    sunscreen: bool = False,
    course: Timeline | None = None,
    language: str = "en",
) -> Product:
    """What a pasted list of ingredients means for the skin after a session.

    Parameters
    ----------
    ended
        When the last pass ended. A date alone counts to its last minute.
    name
        The product's name, compared with the clinic's list for needled skin.
    sunscreen
        The product is a sunscreen: mineral colours in it wait as it does, not as make-up does.
    course
        What holds after the session: where it waits longer, for the skin to close, so does what
        is put on the skin.
    language
        Of every text and label; names of ingredients stay as they stand on the pack.
    """
    check_day(ended, language)
    say = translator(language)
    finder = finder_of(lexicon)
    read = read_list(text, finder.ids, SYNONYMS)
    moment = _last_minute(ended)
    waits = Waits(knowledge, sunscreen=sunscreen, lengthened=lengthened_by(course))
    listed = _is_listed(name, knowledge)
    suggest = Suggester(finder)
    adjusters = _adjusters(read, finder, knowledge)
    grains = _grains(read, knowledge)
    ingredients = tuple(
        _ingredient(
            position,
            item,
            finder=finder,
            waits=waits,
            ended=moment,
            listed=listed,
            adjuster=position in adjusters,
            grain=position in grains,
            suggest=suggest,
            say=say,
        )
        for position, item in enumerate(read.items, start=1)
    )
    return _product(
        name, read, ingredients, waits=waits, ended=moment, listed=listed, language=language
    )


# --- order in the list ------------------------------------------------------------------------


def _adjusters(read: IngredientList, finder: Finder, knowledge: Knowledge) -> frozenset[int]:
    """Places of acids that probably only set the acidity: late in the list, and no share told.

    Late is in its last part, or behind something that the law limits to the share below which
    the order is free.
    """
    acids = frozenset(knowledge.claim(f"{CLAIMS}.ph-acids").words)
    items = [item for item in read.items if not item.may_contain]
    if len(items) < knowledge.claim(f"{CLAIMS}.ph-least").number:
        return frozenset()
    line = knowledge.claim(f"{CLAIMS}.order-line").number
    tail = len(items) * (1 - knowledge.claim(f"{CLAIMS}.ph-tail").number / 100)
    behind = next(
        (
            place
            for place, item in enumerate(items, start=1)
            if any("limited-preservative" in e.classes for e in finder.find(item.name).entries)
        ),
        len(items),
    )
    return frozenset(
        place
        for place, item in enumerate(items, start=1)
        if acids.intersection(item.ids)
        and (item.percent is None or item.percent < line)
        and (place > tail or place > behind)
    )


def _grains(read: IngredientList, knowledge: Knowledge) -> frozenset[int]:
    """Places of what scrubs as grains: among the first, and no water before it to dissolve it."""
    grains = frozenset(knowledge.claim(_GRAINS[0]).words)
    most = int(knowledge.claim(_GRAINS[1]).number)
    found = []
    for place, item in enumerate(read.items[:most], start=1):
        if _WATER in item.ids:
            break
        if grains.intersection(item.ids):
            found.append(place)
    return frozenset(found)


# --- results ----------------------------------------------------------------------------------


def _ingredient(
    position: int,
    item: Listed,
    *,
    finder: Finder,
    waits: Waits,
    ended: datetime,
    listed: bool,
    adjuster: bool,
    grain: bool,
    suggest: Suggester,
    say: Translate,
) -> Ingredient:
    found = [finder.find(name) for name in (item.name, *item.aliases)]
    entries = distinct(entry for each in found for entry in each.entries)
    classes = tuple(dict.fromkeys(name for entry in entries for name in classes_of(entry)))
    if grain:
        classes = (*classes, "scrub")
    if len(classes) > 1:
        classes = tuple(name for name in classes if name != "other-known")
    unknown = not entries or any(each.doubt for each in found)
    vague = any(entry.vague for entry in entries)
    status: Status = "unknown" if unknown else "unclear" if vague else "known"
    wait = waits.longest if status != "known" else waits.of(classes)
    at = after(ended, span(wait))
    return Ingredient(
        position=position,
        name=item.name,
        aliases=item.aliases,
        status=status,
        known_as=tuple(dict.fromkeys(name for each in found for name in each.known_as)),
        entries=tuple(entry.id for entry in entries if not entry.stems),
        classes=classes,
        kinds=tuple(dict.fromkeys(say(KINDS[name]) for name in classes if name in KINDS)),
        suggestions=suggest(item.name) if all(entry.stems for entry in entries) else (),
        percent=item.percent,
        may_contain=item.may_contain,
        ph_adjuster=adjuster,
        ask=status != "known" or waits.asked(classes),
        never_on_needled_skin=not listed,
        wait=wait,
        usable_from=at.date(),
        usable_at=at,
        notes=tuple(_notes(status, entries, say, adjuster=adjuster, grain=grain)),
        claims=tuple(
            dict.fromkeys(
                (*wait.claims, *_order_claims(adjuster), *(_GRAINS if grain else ()), _ALLOW_LIST)
            )
        ),
    )


def _order_claims(adjuster: bool) -> tuple[str, ...]:
    return tuple(
        f"{CLAIMS}.{name}" for name in ("ph-acids", "ph-tail", "ph-least", "order-line") if adjuster
    )


def _notes(
    status: Status, entries: tuple[Entry, ...], _: Translate, *, adjuster: bool, grain: bool
) -> Iterator[str]:
    if status == "unknown" and any(entry.stems for entry in entries):
        yield _("Not recognised; its name is like one of these: ask the clinic which it is.")
    elif status == "unknown" and entries:
        yield _("Only a part of this name was recognised.")
    elif status == "unknown":
        yield _("Not recognised: check the spelling, or ask the clinic.")
    if adjuster:
        yield _(
            "Probably here as a pH adjuster, by its position. That is an inference: the clinic "
            "can confirm it."
        )
    if grain:
        yield _("Probably here as grains that scrub, by its position. The clinic can confirm it.")
    yield from (_(entry.note) for entry in entries if is_for_clients(entry))


def _product(
    name: str,
    read: IngredientList,
    ingredients: tuple[Ingredient, ...],
    *,
    waits: Waits,
    ended: datetime,
    listed: bool,
    language: str,
) -> Product:
    _ = translator(language)
    shown = " ".join(name.split())
    if not ingredients:
        return Product(
            name=shown,
            verdict="nothing-read",
            summary=_("No ingredient was read. Paste the list from the pack, or ask the clinic."),
            ingredients=(),
            on_clinic_list=listed,
            never_on_needled_skin=not listed,
            remarks=read.remarks,
            cut=read.cut,
            limits=_(LIMITS),
            claims=(_ALLOW_LIST,),
        )
    latest = max((each.wait for each in ingredients), key=span)
    if read.cut:
        latest = max(latest, waits.longest, key=span)
    bland = waits.bland is not None and span(latest) <= span(waits.bland)
    ask = read.cut or any(each.ask for each in ingredients)
    verdict: ProductVerdict = "ask" if ask else "bland" if bland else "wait"
    at = ended if verdict == "bland" and listed else after(ended, span(latest))
    return Product(
        name=shown,
        verdict=verdict,
        summary=_summary(
            verdict,
            ingredients,
            at,
            language,
            listed=listed,
            cut=read.cut,
            to_the_hour=latest.unit in CLOCK,
        ),
        ingredients=ingredients,
        wait=latest,
        usable_from=at.date(),
        usable_at=at,
        perhaps_from=None if ask else _perhaps(ingredients, at, waits, ended),
        unknown=tuple(each.name for each in ingredients if each.status == "unknown"),
        on_clinic_list=listed,
        never_on_needled_skin=not listed,
        remarks=read.remarks,
        cut=read.cut,
        normal=read.normal,
        limits=_(LIMITS),
        claims=tuple(dict.fromkeys(claim for each in ingredients for claim in each.claims)),
    )


def _perhaps(
    ingredients: tuple[Ingredient, ...], at: datetime, waits: Waits, ended: datetime
) -> date | None:
    """The earlier day that holds once every inferred pH adjuster is confirmed as one."""
    if waits.bland is None or not any(each.ph_adjuster for each in ingredients):
        return None
    spans = (span(waits.bland if each.ph_adjuster else each.wait) for each in ingredients)
    earlier = after(ended, max(spans))
    return earlier.date() if earlier < at else None


def _summary(
    verdict: ProductVerdict,
    ingredients: tuple[Ingredient, ...],
    at: datetime,
    language: str,
    *,
    listed: bool,
    cut: bool,
    to_the_hour: bool,
) -> str:
    _ = translator(language)
    where = (
        _("It is on the clinic's list for needled skin: use it there as the clinic shows you.")
        if listed
        else _("Never on needled skin: it is not on the clinic's list.")
    )
    day = say_day(at.date(), language)
    if to_the_hour:
        day = f"{day}, {at:%H:%M}"
    if verdict == "bland":
        return _("Nothing in it stands out. From {day} on. {where}").format(day=day, where=where)
    named = [each for each in ingredients if each.status != "known"] or [
        each for each in ingredients if each.ask
    ]
    if verdict == "ask":
        because = (
            _("The list was too long to read whole")
            if cut and not named
            else _listed(named, language)
        )
        said = _("Ask the clinic before you use it, and not before {day}. {because}. {where}")
        return said.format(day=day, because=because, where=where)
    latest = [each for each in ingredients if each.usable_at == at]
    said = _("Not before {day}. {because}. {where}")
    return said.format(day=day, because=_listed(latest, language), where=where)


def _listed(ingredients: list[Ingredient], language: str) -> str:
    """The first few by name."""
    _ = translator(language)
    names = ", ".join(f"“{each.name}”" for each in ingredients[:3])
    if more := len(ingredients[3:]):
        names = _("{names} and {n} more").format(names=names, n=more)
    unknown = any(each.status == "unknown" for each in ingredients)
    return (_("Not recognised: {names}") if unknown else _("It holds {names}")).format(names=names)


def _is_listed(name: str, knowledge: Knowledge) -> bool:
    """The medical director lists this product as made for needled skin."""
    try:
        listed = knowledge.claim(_ALLOW_LIST).words
    except NotAccepted:
        listed = ()
    wanted = key(name)
    return bool(wanted) and wanted in {key(each) for each in (*listed, *knowledge.allowed_products)}


def _last_minute(ended: date | datetime) -> datetime:
    if isinstance(ended, datetime):
        return ended
    return datetime.combine(ended, time.max.replace(second=0, microsecond=0))
