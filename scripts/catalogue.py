"""The catalogue of words: --write gathers messages, --merge translates, --check finds what lacks.

Messages are literals given to a translator in Python, `_()` and `{% trans %}` in templates,
claims' texts of the kinds that clients read, tables of labels, and the sentences of the rules and
the planner: one with values in it is a frame, marked as such. Other words of the package and the
knowledge are kept once they are translated. The English text is the key.
"""

from __future__ import annotations

import argparse
import ast
import io
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from string import Formatter
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po
from jinja2 import Environment, nodes

from needlework.aftercare.ingredients import A_PRODUCT, is_for_clients
from needlework.aftercare.ingredients import KINDS as INGREDIENTS
from needlework.aftercare.products import LIMITS
from needlework.aftercare.timeline import FIRSTS
from needlework.evidence import Release, load_knowledge
from needlework.i18n import FRAME
from needlework.lexicon import Lexicon
from needlework.planning.plan import INTENDED_USE

ROOT: Final = Path(__file__).resolve().parent.parent
SOURCE: Final = ROOT / "src" / "needlework"
CATALOGUE: Final = SOURCE / "locale" / "es.po"
LANGUAGE: Final = "es"

CLIENTS_READ: Final = ("aftercare", "harm", "symptom")
"""Kinds of claims whose texts all have to be translated."""

_NAMES: Final = frozenset({"_", "gettext"})
_ATTRIBUTES: Final = frozenset({"_", "say"})
"""What a translator is called in Python, by itself and as part of something."""

_JINJA_CALLS: Final[Mapping[str, int]] = {"_": 1, "gettext": 1, "ngettext": 2, "plural": 2}
"""What a template calls → how many of its first arguments are messages."""

ENGINE: Final = (
    "screening/engine.py",
    "screening/inquiry.py",
    "screening/rules/*.py",
    "planning/*.py",
)
"""Modules whose sentences are written in English, and said in a language where they are shown."""

_SENTENCE: Final = re.compile(r"[^\W\d_]\S* .*[.?]", re.DOTALL)
_LEAST_LETTERS: Final = 6
"""A frame with fewer of its own would be found in any sentence."""

_PERCENT: Final = re.compile(r"%\((\w+)\)[sd]")
_HEADER: Final = """\
# Spanish for what clients, visitors and documents read. Written by scripts/catalogue.py.
msgid ""
msgstr ""
"Language: es\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""


@dataclass
class Found:
    """Messages with the places where they stand, and what cannot be gathered."""

    places: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    frames: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)

    def add(self, message: str, place: str) -> None:
        if message.strip():
            self.places[message].add(place)


# --- gathering --------------------------------------------------------------------------------


def gathered() -> Found:
    """Every message that the package can show in another language."""
    found = Found()
    for path in sorted(SOURCE.rglob("*.py")):
        from_python(path.read_text(), path.relative_to(ROOT).as_posix(), found)
    for path in sorted(path for pattern in ENGINE for path in SOURCE.glob(pattern)):
        from_engine(path.read_text(), path.relative_to(ROOT).as_posix(), found)
    for path in sorted(SOURCE.glob("*/**/jinja2/**/*.*")):
        from_template(path.read_text(), path.relative_to(ROOT).as_posix(), found)
    release, lexicon = load_knowledge().release, Lexicon.load()
    for message, place in from_data(release, lexicon):
        found.add(message, place)
    return found


def from_python(source: str, place: str, found: Found) -> None:
    """Literals given to `_`, to `say`, to `translator(…)` itself, and to `plural`."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        for argument in _messages(node):
            for literal in _literals(argument):
                if isinstance(literal, ast.Constant) and isinstance(literal.value, str):
                    found.add(literal.value, place)
                elif isinstance(literal, ast.JoinedStr | ast.BinOp):
                    found.faults.append(
                        f"{place}:{literal.lineno}: a message put together before it is "
                        "translated; use a {placeholder}"
                    )


def _messages(call: ast.Call) -> list[ast.expr]:
    """Arguments of a call that are messages."""
    match call.func:
        case ast.Name("plural"):
            return call.args[1:3]
        case ast.Name(name) if name in _NAMES:
            return call.args[:1]
        case ast.Attribute(attr=name) if name in _ATTRIBUTES:
            return call.args[:1]
        case ast.Call(func=ast.Name("translator")):
            return call.args[:1]
    return []


def _literals(node: ast.expr) -> Iterator[ast.expr]:
    """A message, or the two that a condition chooses from."""
    if isinstance(node, ast.IfExp):
        yield from _literals(node.body)
        yield from _literals(node.orelse)
    else:
        yield node


def from_engine(source: str, place: str, found: Found) -> None:
    """Sentences of the rules and the planner; those that are refusals of bad input are not."""
    tree = ast.parse(source)
    apart = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.Raise | ast.Expr | ast.JoinedStr)
        and not (isinstance(node, ast.Expr) and not isinstance(node.value, ast.Constant))
        for inner in ast.walk(node)
        if inner is not node
    }
    for node in ast.walk(tree):
        if id(node) in apart:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if _SENTENCE.fullmatch(node.value):
                found.add(node.value, place)
        elif isinstance(node, ast.JoinedStr):
            frame = frame_of(node)
            if frame[:1] in {" ", ","}:
                # What is put behind a sentence is none.
                continue
            own = "".join(text for text, *_ in Formatter().parse(frame))
            if " " in own and sum(map(str.isalpha, own)) >= _LEAST_LETTERS:
                found.add(frame, place)
                found.frames.add(frame)


def frame_of(node: ast.JoinedStr) -> str:
    """An f-string with a name for each of its values.

    >>> tree = ast.parse('f"Took {one.shown} until {on}; {less.value:g} {less.unit}"', mode="eval")
    >>> frame_of(tree.body)
    'Took {one} until {on}; {less} {less_unit}'
    """
    taken: list[str] = []
    parts = []
    for part in node.values:
        if isinstance(part, ast.FormattedValue):
            text = re.sub(r"\.(shown|value|number)\b", "", ast.unparse(part.value))
            name = re.sub(r"\W+", "_", text).strip("_").lower()
            taken.append(name)
            parts.append(f"{{{name}{taken.count(name) if taken.count(name) > 1 else ''}}}")
        elif isinstance(part, ast.Constant):
            parts.append(str(part.value).replace("{", "{{").replace("}", "}}"))
    return "".join(parts)


def from_template(source: str, place: str, found: Found) -> None:
    """`_()`, `{% trans %}`, `plural()` and `"…"|trans` of a Jinja2 template."""
    environment = Environment(  # noqa: S701  nothing is rendered here
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"], trim_blocks=True, lstrip_blocks=True
    )
    tree = environment.parse(source)
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name):
            for argument in call.args[: _JINJA_CALLS.get(call.node.name, 0)]:
                _template_message(argument, place, found)
    for filtered in tree.find_all(nodes.Filter):
        if filtered.name == "trans" and filtered.node is not None:
            _template_message(filtered.node, place, found)


def _template_message(node: nodes.Expr, place: str, found: Found) -> None:
    if isinstance(node, nodes.Const):
        found.add(str(node.value), place)
    elif isinstance(node, nodes.CondExpr):
        for chosen in (node.expr1, node.expr2):
            if chosen is not None:
                _template_message(chosen, place, found)
    elif isinstance(node, nodes.Add | nodes.Concat):
        found.faults.append(
            f"{place}:{node.lineno}: a message put together before it is translated; "
            "use a {placeholder}"
        )


def from_data(release: Release, lexicon: Lexicon) -> Iterator[tuple[str, str]]:
    """Claims' texts, and labels that stand in tables."""
    for claim_id, claim in release.claims.items():
        if claim_id.partition(".")[0] in CLIENTS_READ and claim.quantity == "text":
            yield claim.word, claim_id
    pigment = "aftercare.tinted-sunscreen.pigment"
    yield release.claims[pigment].word.replace("-", " "), pigment
    for label, _claim in FIRSTS.values():
        yield label, "src/needlework/aftercare/timeline.py"
    for label in INGREDIENTS.values():
        yield label, "src/needlework/aftercare/ingredients.py"
    yield LIMITS, "src/needlework/aftercare/products.py"
    yield A_PRODUCT, "src/needlework/aftercare/ingredients.py"
    for entry in lexicon.entries:
        used = entry.kind == "ingredient" or "topical" in entry.routes
        if used and is_for_clients(entry):
            yield entry.note, "src/needlework/lexicon/data"
    yield INTENDED_USE, "src/needlework/planning/plan.py"


def quotable(release: Release) -> dict[str, str]:
    """Words that a page may show by a name instead of a literal, once somebody translated them.

    They are constants of the package and words of the knowledge; what nobody translated is none
    of the catalogue's business.
    """
    words: dict[str, str] = {}
    for path in sorted(SOURCE.rglob("*.py")):
        place = path.relative_to(ROOT).as_posix()
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                words.setdefault(node.value, place)
    for claim_id, claim in release.claims.items():
        said = [claim.statement, claim.because, claim.chosen]
        said += [claim.value] if isinstance(claim.value, str) else []
        if isinstance(claim.value, list):
            said += [word.replace("-", " ") for word in claim.value]
        said += [reference.says for reference in (*claim.supports, *claim.contradicts)]
        for word in said:
            words.setdefault(word, claim_id)
    for name, topic in release.topics.items():
        words.setdefault(topic.title, name)
    for name, choices in release.symptoms.items():
        words.setdefault(choices.title, name)
    for things in (release.zones, release.concerns, release.devices, release.jurisdictions):
        for thing, named in things.items():
            words.setdefault(named.name.en, thing)
    for source_id, source in release.sources.items():
        words.setdefault(source.title, source_id)
    return words


# --- the file ---------------------------------------------------------------------------------


def read() -> Catalog:
    """The catalogue as it is; empty before the first."""
    if not CATALOGUE.exists():
        return Catalog(locale=LANGUAGE)
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale=LANGUAGE, charset="utf-8")


def translations(catalogue: Catalog) -> dict[str, str]:
    """Message → translation; an empty one is none."""
    return {
        message.id: message.string
        for message in catalogue
        if isinstance(message.id, str) and message.id and isinstance(message.string, str)
    }


def made(found: Found, known: Mapping[str, str], others: Mapping[str, str]) -> Catalog:
    """The catalogue of what was gathered, with the translations that are known."""
    catalogue = Catalog(locale=LANGUAGE, charset="utf-8")
    places = dict(found.places)
    for message, place in others.items():
        if message not in places and known.get(message):
            places[message] = {place}
    for message in sorted(places):
        locations = [(place, 0) for place in sorted(places[message])]
        marks = [FRAME] if message in found.frames else []
        catalogue.add(message, known.get(message, ""), locations=locations, auto_comments=marks)
    return catalogue


def text_of(catalogue: Catalog) -> str:
    """The catalogue as a file: sorted, places without lines, no dates."""
    stream = io.BytesIO()
    write_po(
        stream,
        catalogue,
        width=100,
        omit_header=True,
        sort_output=True,
        include_lineno=False,
    )
    return _HEADER + stream.getvalue().decode()


# --- translations -----------------------------------------------------------------------------


def merged(folder: Path) -> tuple[dict[str, str], list[str]]:
    """Translations of every JSON file in a folder, and what is odd about them."""
    words: dict[str, str] = {}
    odd = []
    for path in sorted(folder.glob("*.json")):
        for message, translation in json.loads(path.read_text()).items():
            if words.get(message, translation) != translation:
                odd.append(f"{path.name}: {message!r} is translated in two ways; the first stands")
            words.setdefault(message, translation)
    return words, odd


def placeholders(text: str) -> list[str]:
    """Names of what is filled in.

    >>> placeholders("{n} of {total} and %(more)s")
    ['%more', 'n', 'total']
    """
    try:
        braces = [name for _, name, _, _ in Formatter().parse(text) if name is not None]
    except ValueError:
        braces = ["{unbalanced"]
    return sorted([*braces, *(f"%{name}" for name in _PERCENT.findall(text))])


def numbers(text: str) -> list[str]:
    """Numbers of a text, however its language writes thousands and decimals.

    >>> numbers("0.25 to 1,000"), numbers("de 0,25 a 1000")
    (['025', '1000'], ['025', '1000'])
    """
    return sorted(re.sub(r"\D", "", found) for found in re.findall(r"\d[\d.,]*", text))


def faults(found: Found, catalogue: Catalog, others: Mapping[str, str]) -> Iterator[str]:
    """What is not in order, a line each."""
    yield from found.faults
    held = {str(message.id): message for message in catalogue if message.id}
    for text in sorted(set(found.places) - set(held)):
        yield f"not in the catalogue: {text!r} ({', '.join(sorted(found.places[text]))})"
    for text in sorted(set(held) - set(found.places) - set(others)):
        yield f"no longer shown: {text!r}"
    for message in held.values():
        yield from _faults_of(message)


def _faults_of(message: Message) -> Iterator[str]:
    if message.fuzzy:
        yield f"fuzzy: {message.id!r}"
    if not message.string:
        yield f"not translated: {message.id!r} ({', '.join(p for p, _ in message.locations)})"
    elif placeholders(str(message.string)) != placeholders(str(message.id)):
        yield f"placeholders differ: {message.id!r} and {message.string!r}"
    elif numbers(str(message.string)) != numbers(str(message.id)):
        yield f"numbers differ: {message.id!r} and {message.string!r}"


# --- command ----------------------------------------------------------------------------------


def main(arguments: Iterable[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the catalogue anew")
    parser.add_argument("--merge", type=Path, metavar="FOLDER", help="take in its JSON files")
    parser.add_argument("--check", action="store_true", help="fail where something is missing")
    chosen = parser.parse_args(None if arguments is None else list(arguments))
    if not (chosen.write or chosen.merge or chosen.check):
        parser.error("say --write, --merge FOLDER or --check")
    found, others = gathered(), quotable(load_knowledge().release)
    if chosen.write or chosen.merge:
        known = translations(read())
        if chosen.merge:
            words, odd = merged(chosen.merge)
            unused = [word for word in words if word not in found.places and word not in others]
            for line in (*odd, *(f"not shown anywhere: {word!r}" for word in sorted(unused))):
                print(line, file=sys.stderr)
            known |= words
        CATALOGUE.parent.mkdir(exist_ok=True)
        CATALOGUE.write_text(text_of(made(found, known, others)))
    if not chosen.check:
        return 0
    catalogue = read()
    wrong = list(faults(found, catalogue, others))
    if CATALOGUE.exists() and not wrong:
        fresh = text_of(made(found, translations(catalogue), others))
        if fresh != CATALOGUE.read_text():
            wrong.append("the file is not as --write would write it")
    for line in wrong:
        print(line)
    if wrong:
        print(f"{len(wrong)} faults: run --write, then translate what is missing.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
