"""Layers of skin by zone, sex and age: how thick they are, with what is not known of it.

Depths come from histology alone. Ultrasound reads the epidermis two to seven times thicker, so
it gives only how one zone compares with another; `Histology` and `Ultrasound` are types between
which nothing can be added, and only a `Ratio` leads from the second to the first. A zone that
nobody measured takes the dermis of a named proxy and answers wider; one without a proxy has no
layers at all.

What is not known: two histologies of the face differ twofold in the epidermis; only the ends of
their ranges were readable, not their sites; stratum corneum on the face, the papillary share,
and differences between the sexes on the body were not found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np

from needlework.errors import UsageError
from needlework.evidence import Claim, Knowledge
from needlework.response.inputs import Array, named, one_number
from needlework.response.parameters import draw, parameters
from needlework.units import to_mm

MODEL: Final = "anatomy"
SEXES: Final = ("female", "male")
LAYERS: Final = (
    "stratum-corneum",
    "viable-epidermis",
    "papillary-dermis",
    "reticular-dermis",
    "subcutis",
)
"""From the surface down; the last has no lower end here."""

YOUNGEST: Final = 16
OLDEST: Final = 110

_ULTRASOUND: Final = "ultrasound"
_PREFIX: Final = f"response.{MODEL}."
_LIKE_FACE: Final = ("face", "neck")
"""Regions whose epidermis is taken from the face; the others' from the body."""
_DECADE_YEARS: Final = 10


# --- two kinds of thickness -------------------------------------------------------------------
#
# They share no field and no operation, so that neither can pass for the other.


@dataclass(frozen=True, slots=True)
class Ratio:
    """How thick one place is against another, by one method; it has no unit."""

    value: Array


@dataclass(frozen=True, slots=True)
class Histology:
    """A thickness seen in a section: the only kind that depth is reckoned in."""

    mm: Array

    def times(self, ratio: Ratio) -> Histology:
        """The thickness of a place that is so many times as thick."""
        return Histology(np.asarray(self.mm * ratio.value))


@dataclass(frozen=True, slots=True)
class Ultrasound:
    """A thickness seen by ultrasound: good for comparing places, never for depth."""

    echo_mm: Array

    def over(self, other: Ultrasound) -> Ratio:
        """How thick this place is against another.

        Examples
        --------
        >>> thin, thick = Ultrasound(np.array(0.5)), Ultrasound(np.array(1.0))
        >>> Histology(np.array(0.8)).times(thick.over(thin)).mm.item()
        1.6
        """
        return Ratio(np.asarray(self.echo_mm / other.echo_mm))


def histology(claim_id: str, drawn_mm: Array) -> Histology:
    """A claim's draws, in mm, as histology.

    Raises
    ------
    UsageError
        The claim is one of ultrasound.
    """
    if _ULTRASOUND in claim_id:
        raise UsageError(
            f"{claim_id} is ultrasound, which gives no depth.",
            hint="Compare two zones by it and scale a histology.",
        )
    return Histology(drawn_mm)


def ultrasound(claim_id: str, claim: Claim) -> Ultrasound:
    """A claim's value as ultrasound.

    Raises
    ------
    UsageError
        The claim is not one of ultrasound.
    """
    if _ULTRASOUND not in claim_id:
        raise UsageError(
            f"{claim_id} is not ultrasound.", hint="Only like compares with like: name another."
        )
    return Ultrasound(np.asarray(to_mm(claim.number, claim.unit)))


# --- layers -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Layers:
    """How thick each layer of a zone is in each draw."""

    zone: str
    epidermis: Histology
    """Stratum corneum included."""
    dermis: Histology
    corneum_share: Array
    papillary_share: Array
    proxy: str | None
    """The zone that the dermis was taken from, where this one's was not measured."""
    claims: tuple[str, ...]
    """Ids of what it rests on."""

    def floors_mm(self) -> Array:
        """Depth at which each layer but the last ends, shape (4, draws), top to bottom.

        Examples
        --------
        >>> one = np.ones(1)
        >>> skin = Layers("x", Histology(one * 0.1), Histology(one), one * 0.2, one * 0.2,
        ...               None, ())
        >>> skin.floors_mm().ravel().round(2).tolist()
        [0.02, 0.1, 0.3, 1.1]
        """
        epidermis, dermis = self.epidermis.mm, self.dermis.mm
        return np.stack(
            [
                self.corneum_share * epidermis,
                epidermis,
                epidermis + self.papillary_share * dermis,
                epidermis + dermis,
            ]
        )


@dataclass(frozen=True, slots=True)
class NoLayers:
    """Nothing is known of how thick this zone's skin is, nor of any that might stand in."""

    zone: str


def layers(
    knowledge: Knowledge,
    zone: str,
    *,
    sex: str | None = None,
    age_years: float | None = None,
    of_one: bool = True,
    draws: int = 1000,
    seed: int = 1,
) -> Layers | NoLayers:
    """Layers of a zone's skin for one person of whom no more is known than sex and age.

    Parameters
    ----------
    knowledge
        What is known, with the clinic's choices over it.
    zone
        A zone without its side, such as ``"cheek"``.
    sex
        ``"female"`` or ``"male"``; None draws either in half of all draws.
    age_years
        16 to 110; None leaves the thicknesses at their reference age.
    of_one
        False gives the mean of such people instead of one of them.
    draws, seed
        As in `parameters.draw`.

    Returns
    -------
    Layers or NoLayers
        `NoLayers` where neither the zone nor a named proxy was measured.

    Raises
    ------
    UsageError
        There is no such zone, sex or age.

    Examples
    --------
    >>> from needlework.evidence import load_knowledge
    >>> cheek = layers(load_knowledge(), "cheek", sex="female")
    >>> cheek.proxy, cheek.floors_mm().shape
    ('malar', (4, 1000))
    >>> layers(load_knowledge(), "scalp")
    NoLayers(zone='scalp')
    """
    named(zone, knowledge.release.zones, "zone", hint="docs/evidence/zone.md lists them.")
    if sex is not None:
        named(sex, SEXES, "thickness known for the sex", hint="Give female, male, or nothing.")
    if age_years is not None:
        one_number(age_years, "Age in years", low=YOUNGEST, high=OLDEST)
    book = _Book(knowledge, draws, seed)
    if book.is_measured(zone):
        place, proxy = zone, None
    else:
        proxy = book.proxy(zone)
        if proxy is None or not book.is_measured(proxy):
            return NoLayers(zone)
        place = proxy
    dermis = book.by_sex(lambda one: book.dermis(place, one), sex)
    epidermis = book.by_sex(lambda one: book.epidermis(zone, one), sex)
    if proxy is not None:
        dermis = dermis.times(book.ratio("proxy-ratio"))
    if of_one:
        dermis = dermis.times(book.ratio("dermis-person"))
        epidermis = epidermis.times(book.ratio("epidermis-person"))
    if age_years is not None:
        decades = (age_years - book.number("reference-age")) / _DECADE_YEARS
        dermis = dermis.times(book.thinned("dermis-loss-per-decade", decades))
        epidermis = epidermis.times(book.thinned("epidermis-loss-per-decade", decades))
    return Layers(
        zone=zone,
        epidermis=epidermis,
        dermis=dermis,
        corneum_share=book.value("corneum-share"),
        papillary_share=book.value("papillary-share"),
        proxy=proxy,
        claims=tuple(book.used),
    )


def used_claims(knowledge: Knowledge) -> dict[str, Claim]:
    """Every claim that any zone's layers rest on, by id: for a digest of the whole model.

    Examples
    --------
    >>> from needlework.evidence import load_knowledge
    >>> "zone.malar.dermis-ultrasound-male" in used_claims(load_knowledge())
    True
    """
    ids: dict[str, None] = {}
    for zone in knowledge.release.zones:
        made = layers(knowledge, zone, age_years=OLDEST, draws=1)
        if isinstance(made, Layers):
            ids.update(dict.fromkeys(made.claims))
    return {claim_id: knowledge.claim(claim_id) for claim_id in sorted(ids)}


class _Book:
    """Reads thickness claims as draws, and notes which it used."""

    def __init__(self, knowledge: Knowledge, draws: int, seed: int) -> None:
        self.knowledge, self.draws, self.seed = knowledge, draws, seed
        self.used: dict[str, None] = {}
        self._own = parameters(knowledge, MODEL)

    def is_measured(self, zone: str) -> bool:
        """A zone counts as measured by a histology of its own or by an ultrasound ratio."""
        return (
            f"dermis-{zone}" in self._own
            or f"skin-ultrasound-{zone}" in self._own
            or all(_echo_id(zone, sex) in self.knowledge.claims for sex in SEXES)
        )

    def proxy(self, zone: str) -> str | None:
        claim = self._own.get(f"proxy-{zone}")
        return None if claim is None else self._note(f"proxy-{zone}").word

    def by_sex(self, thickness: Callable[[str], Histology], sex: str | None) -> Histology:
        if sex is not None:
            return thickness(sex)
        female, male = (thickness(one) for one in SEXES)
        # One coin a draw for every layer: a person is of one sex throughout.
        coin = np.random.Generator(np.random.PCG64(np.random.SeedSequence([self.seed, 2])))
        return Histology(np.where(coin.random(self.draws) < 1 / 2, female.mm, male.mm))

    def dermis(self, zone: str, sex: str) -> Histology:
        if f"dermis-{zone}" in self._own:
            return self._section(f"dermis-{zone}")
        if f"skin-ultrasound-{zone}" in self._own:
            start = self._note("body-reference-zone").word
            whole_skin = [
                self._echo(f"{_PREFIX}skin-ultrasound-{place}") for place in (zone, start)
            ]
            anchor, ratio = self._section(f"dermis-{start}"), whole_skin[0].over(whole_skin[1])
        else:
            middle = _middle(
                self._echo(_echo_id(place, sex))
                for place in self._note("face-reference-zones").words
            )
            anchor = self._section(f"dermis-face-{sex}")
            ratio = self._echo(_echo_id(zone, sex)).over(middle)
        return anchor.times(ratio).times(self.ratio("zone-ratio", of=zone))

    def epidermis(self, zone: str, sex: str) -> Histology:
        if self.knowledge.release.zones[zone].region not in _LIKE_FACE:
            return self._section("epidermis-body")
        made = self._section("epidermis-face")
        # Half the ratio to either side of what both sexes have in common.
        apart = np.sqrt(self.value("epidermis-male-ratio"))
        made = made.times(Ratio(apart if sex == "male" else 1 / apart))
        key = f"epidermis-ratio-{zone}"
        return made.times(self.ratio(key)) if key in self._own else made

    def thinned(self, key: str, decades: float) -> Ratio:
        return Ratio(np.exp(-self.value(key) * decades))

    def ratio(self, key: str, of: str = "") -> Ratio:
        return Ratio(self.value(key, of))

    def number(self, key: str) -> float:
        return self._note(key).number

    def value(self, key: str, of: str = "") -> Array:
        """Draws of a parameter; `of` gives each zone a stream of its own."""
        name = f"{key}-{of}" if of else key
        return draw({name: self._note(key)}, self.draws, self.seed)[name]

    def _section(self, key: str) -> Histology:
        return histology(_PREFIX + key, self.value(key) * to_mm(1.0, self._own[key].unit))

    def _echo(self, claim_id: str) -> Ultrasound:
        self.used[claim_id] = None
        return ultrasound(claim_id, self.knowledge.claim(claim_id))

    def _note(self, key: str) -> Claim:
        self.used[_PREFIX + key] = None
        return self._own[key]


def _echo_id(zone: str, sex: str) -> str:
    return f"zone.{zone}.dermis-ultrasound-{sex}"


def _middle(places: Iterable[Ultrasound]) -> Ultrasound:
    """Geometric mean: the middle from which ratios up and down are alike."""
    logs = [np.log(place.echo_mm) for place in places]
    return Ultrasound(np.exp(np.mean(logs, axis=0)))
