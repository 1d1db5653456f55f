"""How a name as typed becomes comparable: letters folded, doses, forms and salts cut away."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from needlework.lexicon.entry import State

_NUMBER: Final = r"\d+(?:[.,]\d+)*"
_UNIT: Final = (
    r"(?:%|percent|mg|mcg|ug|μg|g|gr|kg|ng|ml|l|cc|iu|ui|u|units?|unidades|meq|mmol)(?!\w)"
)
_TIME: Final = r"(?:d|day|dia|h|hr|hour|hora|wk|week|semana|dose|dosis|puff)(?!\w)"
_PER: Final = rf"(?:\s*/\s*(?:{_NUMBER})?\s*(?:{_TIME}|{_UNIT}))*"
_DOSE: Final = re.compile(
    rf"(?<![\w-]){_NUMBER}(?:\s*[-/x]\s*{_NUMBER})*\s*(?:{_UNIT}){_PER}"
    rf"(?:\s*[-/x]\s*{_NUMBER}\s*(?:{_UNIT})?{_PER})*"
)
_BARE_NUMBER: Final = re.compile(rf"(?<![\w-]){_NUMBER}(?:\s*[-/x]\s*{_NUMBER})*(?!\w)(?!-[a-z])")
_WORD: Final = re.compile(r"[^\W_]+")
_SEPARATOR: Final = re.compile(r"[/+&,;|()\[\]]|\b(?:with|and|con|y|e)\b")
_GREEK: Final = str.maketrans({"α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta"})
_MARKS: Final = str.maketrans(dict.fromkeys("®™©℠'’`´.", ""))
_ABBREVIATIONS: Final = {"ac": "acido", "vit": "vitamin"}

_FORMS: Final[dict[str, str]] = {
    **dict.fromkeys(
        [
            "oral",
            "orally",
            "cap",
            "caps",
            "capsule",
            "capsules",
            "capsula",
            "capsulas",
            "tab",
            "tabs",
            "tablet",
            "tablets",
            "tableta",
            "tabletas",
            "comprimido",
            "comprimidos",
            "pill",
            "pills",
            "pastilla",
            "pastillas",
            "pildora",
            "pildoras",
            "gragea",
            "grageas",
            "softgel",
            "softgels",
            "syrup",
            "jarabe",
            "sachet",
            "sachets",
            "sobres",
            "po",
            "vo",
        ],
        "oral",
    ),
    **dict.fromkeys(
        [
            "topical",
            "topically",
            "topico",
            "topica",
            "cream",
            "crema",
            "gel",
            "ointment",
            "pomada",
            "unguento",
            "lotion",
            "locion",
            "foam",
            "espuma",
            "shampoo",
            "champu",
            "serum",
            "cutaneous",
            "cutaneo",
            "cutanea",
        ],
        "topical",
    ),
    **dict.fromkeys(
        [
            "injection",
            "injections",
            "injectable",
            "injected",
            "inyeccion",
            "inyectable",
            "inyecciones",
            "ampoule",
            "ampolla",
            "ampollas",
            "vial",
            "vials",
            "subcutaneous",
            "subcutaneo",
            "subcutanea",
            "intramuscular",
            "intravenous",
            "intravenoso",
            "infusion",
            "sc",
            "im",
            "iv",
        ],
        "injected",
    ),
    **dict.fromkeys(
        ["inhaler", "inhaled", "inhalador", "inhalado", "inhalation", "nebuliser"], "inhaled"
    ),
    **dict.fromkeys(
        [
            "nasal",
            "eye",
            "ocular",
            "ophthalmic",
            "oftalmico",
            "colirio",
            "ear",
            "otic",
            "otico",
            "vaginal",
            "pessary",
            "pessaries",
            "suppository",
            "suppositories",
            "supositorio",
            "supositorios",
            "ovulos",
            "rectal",
            "enema",
            "mouthwash",
        ],
        "other",
    ),
    **dict.fromkeys(
        [
            "drops",
            "drop",
            "gotas",
            "spray",
            "solution",
            "solucion",
            "suspension",
            "powder",
            "polvo",
            "patch",
            "patches",
            "parche",
            "parches",
            "pen",
            "pluma",
            "treatment",
            "tratamiento",
            "medicine",
            "medication",
            "medicina",
            "medicamento",
            "generic",
            "generico",
            "dose",
            "dosis",
            "low",
            "baja",
            "high",
            "alta",
            "daily",
            "diario",
            "diaria",
            "nightly",
            "weekly",
            "semanal",
            "once",
            "twice",
            "day",
            "dia",
            "night",
            "noche",
            "morning",
            "manana",
            "bd",
            "bid",
            "tds",
            "tid",
            "od",
            "qd",
            "nocte",
            "prn",
            "x",
            "per",
            "a",
            "al",
            "por",
            "la",
            "every",
            "cada",
            "xr",
            "sr",
            "er",
            "xl",
            "mr",
            "cr",
            "la",
            "ec",
            "dr",
            "odt",
            "retard",
            "forte",
            "ds",
            "dispersible",
            "effervescent",
            "efervescente",
            "enteric",
            "coated",
            "release",
            "extended",
            "modified",
            "prolonged",
            "slow",
            "liberacion",
            "prolongada",
        ],
        "",
    ),
}
"""Words of form and frequency that are no part of a name, with the route that they tell."""

_SALTS: Final = frozenset(
    [
        "hydrochloride",
        "hcl",
        "dihydrochloride",
        "hydrobromide",
        "hbr",
        "sodium",
        "potassium",
        "calcium",
        "magnesium",
        "sulfate",
        "phosphate",
        "acetate",
        "maleate",
        "mesylate",
        "mesilate",
        "besylate",
        "besilate",
        "tartrate",
        "bitartrate",
        "succinate",
        "fumarate",
        "hemifumarate",
        "citrate",
        "chloride",
        "bromide",
        "nitrate",
        "gluconate",
        "carbonate",
        "hydrate",
        "monohydrate",
        "dihydrate",
        "trihydrate",
        "hyclate",
        "medoxomil",
        "etexilate",
        "axetil",
        "proxetil",
        "pivoxil",
        "dipropionate",
        "valerate",
        "propionate",
        "furoate",
        "acetonide",
        "disoproxil",
        "alafenamide",
        "tosylate",
        "tosilate",
        "erbumine",
        "arginine",
        "lysine",
        "tromethamine",
        "trometamol",
        "pamoate",
        "decanoate",
        "enanthate",
        "butyrate",
        "hidrocloruro",
        "clorhidrato",
        "dihidrocloruro",
        "bromhidrato",
        "sodico",
        "sodica",
        "sodio",
        "potasico",
        "potasica",
        "potasio",
        "calcico",
        "calcica",
        "calcio",
        "magnesico",
        "magnesica",
        "magnesio",
        "sulfato",
        "fosfato",
        "acetato",
        "maleato",
        "mesilato",
        "besilato",
        "tartrato",
        "bitartrato",
        "succinato",
        "fumarato",
        "citrato",
        "cloruro",
        "bromuro",
        "nitrato",
        "gluconato",
        "carbonato",
        "monohidrato",
        "dihidrato",
        "trihidrato",
        "hiclato",
        "medoxomilo",
        "etexilato",
        "axetilo",
        "proxetilo",
        "dipropionato",
        "valerato",
        "propionato",
        "furoato",
        "acetonido",
        "disoproxilo",
        "alafenamida",
        "trometamina",
        "pamoato",
        "decanoato",
        "enantato",
        "lisina",
        "arginina",
        "butirato",
        "de",
    ]
)
_PREFACE: Final = frozenset(
    [
        "history",
        "of",
        "antecedentes",
        "antecedente",
        "de",
        "mild",
        "leve",
        "chronic",
        "cronico",
        "cronica",
        "allergy",
        "allergic",
        "to",
        "alergia",
        "alergias",
        "alergico",
        "alergica",
        "a",
        "al",
        "el",
        "la",
        "los",
        "las",
        "the",
    ]
)
"""Words before a condition or an allergy that do not make it milder when they are cut."""

_ACTIVE: Final = """
active actively current currently ongoing present presently now today still reactivated moment
activo activa activos activas actual actuales actualmente ahora hoy reactivado reactivada todavia
momento
"""
_FLARE: Final = """
flare flares flared flaring flareup flareups outbreak outbreaks breakout breakouts acute
exacerbation exacerbations relapse relapsed brote brotes brotado brotada agudo aguda agudos agudas
agudizacion reagudizacion exacerbacion exacerbado exacerbada recaida
"""
_SEVERE: Final = """
severe severely serious severo severa severos severas grave graves intenso intensa
"""
_BESIDE: Final = """
in on up at right with is are very again my an having has have i this phase state both all moderate
en un una con muy este esta mi tengo tiene fase estado es ambos ambas todo todos moderado moderada
"""
_STATES: Final[dict[str, State]] = {
    **dict.fromkeys((*_ACTIVE.split(), *_FLARE.split()), "active"),
    **dict.fromkeys(_SEVERE.split(), "severe"),
}
"""Words beside a condition that say how it is now; they are cut from its name, and kept."""

_BESIDE_STATES: Final = frozenset((*_BESIDE.split(), *_STATES))
"""These with words that mean nothing beside them, and are cut only there."""

_PAST: Final = frozenset(["history", "antecedentes", "antecedente"])
_FLARES: Final = frozenset(_FLARE.split())
"""Words that tell of the past where one of `_PAST` stands with them."""


class Reading(Struct, frozen=True):
    """One way to read a text: its words, and the route or states told by words cut from it."""

    words: tuple[str, ...]
    route: str = ""
    states: frozenset[State] = frozenset()

    @property
    def key(self) -> str:
        """The words as they are looked up."""
        return _join(self.words)


def key(name: str) -> str:
    """The form in which names are compared: no accents, case, spaces, hyphens or marks.

    >>> key("Ácido 13-cis-Retinoico®"), key("Sulphasalazine"), key("haemophilia")
    ('acido13cisretinoico', 'sulfasalazine', 'hemophilia')
    """
    return _join(_words(fold(name)))


def fold(text: str) -> str:
    """Lower case without accents or trade marks; separators stay."""
    plain = unicodedata.normalize("NFKD", text.translate(_MARKS))
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return letters.casefold().translate(_GREEK)


def parts(folded: str) -> list[str]:
    """The text cut where a combination is joined: "lidocaine/prilocaine", "A con B"."""
    return [part for part in _SEPARATOR.split(_DOSE.sub(" ", folded)) if _WORD.search(part)]


def readings(folded: str, *, preface: bool = False) -> Iterator[Reading]:
    """The text read ever more freely: as it is, then without doses, numbers, forms and salts.

    With `preface`, words that introduce a condition or an allergy are cut instead, and then those
    that say how it is now; the last reading tells which these were.
    """
    whole = _words(folded)
    yield Reading(whole)
    if preface:
        words = tuple(word for word in whole if word not in _PREFACE)
        yield Reading(words)
        if told := [word for word in words if word in _STATES]:
            past = _FLARES if _PAST.intersection(whole) else frozenset[str]()
            states = frozenset(_STATES[word] for word in told if word not in past)
            words = tuple(word for word in words if word not in _BESIDE_STATES)
            yield Reading(words, states=states)
        return
    without_dose = _DOSE.sub(" ", folded)
    words = _words(without_dose)
    yield Reading(words)
    words = _words(_BARE_NUMBER.sub(" ", without_dose))
    yield Reading(words)
    routes = {_FORMS[word] for word in words if _FORMS.get(word)}
    route = routes.pop() if len(routes) == 1 else ""
    words = tuple(word for word in words if word not in _FORMS)
    yield Reading(words, route)
    yield Reading(tuple(word for word in words if word not in _SALTS), route)


def is_salt(word: str) -> bool:
    """The word only names a salt, ester or water of a medicine."""
    return word in _SALTS


def means_something(folded: str, *, preface: bool = False) -> bool:
    """More than doses, forms and salts, or prefaces, is left of the text."""
    *_, reading = readings(folded, preface=preface)
    return bool(reading.words)


def _words(folded: str) -> tuple[str, ...]:
    return tuple(_ABBREVIATIONS.get(word, word) for word in _WORD.findall(folded))


def _join(words: tuple[str, ...]) -> str:
    joined = "".join(words)
    return joined.replace("sulph", "sulf").replace("ae", "e").replace("oe", "e")
