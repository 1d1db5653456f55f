"""The catalogue of words: everything that is shown is gathered, translated and kept in order."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from needlework.evidence import load_knowledge
from scripts import catalogue
from scripts.catalogue import (
    Found,
    faults,
    from_engine,
    from_python,
    from_template,
    gathered,
    made,
    merged,
    placeholders,
    quotable,
    read,
    text_of,
    translations,
)

RELEASE = load_knowledge().release


def python(source: str) -> Found:
    found = Found()
    from_python(source, "x.py", found)
    return found


def template(source: str) -> Found:
    found = Found()
    from_template(source, "x.html", found)
    return found


# --- the file as it is ------------------------------------------------------------------------


def test_the_catalogue_is_current_whole_and_sound() -> None:
    found, others = gathered(), quotable(RELEASE)
    held = read()
    assert not list(faults(found, held, others))
    assert text_of(made(found, translations(held), others)) == catalogue.CATALOGUE.read_text()


def test_what_clients_read_of_the_knowledge_is_gathered() -> None:
    places = gathered().places
    assert "aftercare.schedule.day-0-expect" in places["Red, warm and tight, with pinpoint dots."]
    assert {"harm.red-flags.eye-when", "harm.red-flags.collapse-when"} <= places["Any time."]
    assert places["pool, sea, sauna, hot tub"]


# --- gathering --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "messages"),
    [
        ('_("One")', {"One"}),
        ('_("One " "and two")', {"One and two"}),
        ('_("From {day}").format(day=day)', {"From {day}"}),
        ('translator(language)("One")', {"One"}),
        ('self._("One")', {"One"}),
        ('session.say("One")', {"One"}),
        ('_("One" if lone else "Two")', {"One", "Two"}),
        ('plural(language, "{n} day", "{n} days", 3)', {"{n} day", "{n} days"}),
        ('say("No translator: it speaks on stderr")', set()),
        ("_(claim.word)", set()),
        ('print("One")', set()),
        ('_("")', set()),
    ],
)
def test_messages_of_python(source: str, messages: set[str]) -> None:
    found = python(source)
    assert set(found.places) == messages
    assert not found.faults


@pytest.mark.parametrize(
    ("source", "sentences", "frames"),
    [
        ('yield it.find("class", "Fever: do not treat.")', {"Fever: do not treat."}, 0),
        ('f"Took {one.shown} until {on}."', {"Took {one} until {on}."}, 1),
        ('f"{less.value:g} {less.unit} less deep"', {"{less} {less_unit} less deep"}, 1),
        ('f"From {a.b(c)} to {d}, and {a.b(c)}"', {"From {a_b_c} to {d}, and {a_b_c2}"}, 1),
        ('f"rule.{name}.max-depth"', set(), 0),
        ('f"{first}: {second}"', set(), 0),
        ('"rule.c1.class"', set(), 0),
        ('raise UsageError("No such zone.", hint=f"Did you mean {near}?")', set(), 0),
        ('def rule():\n    """Nobody is needled here."""', set(), 0),
    ],
)
def test_sentences_of_the_engine(source: str, sentences: set[str], frames: int) -> None:
    found = Found()
    from_engine(source, "x.py", found)
    assert set(found.places) == sentences
    assert len(found.frames) == frames


@pytest.mark.parametrize("source", ['_(f"One {x}")', '_("One " + x)', '_("One %s" % x)'])
def test_a_message_put_together_too_early_is_a_fault(source: str) -> None:
    assert "x.py:1" in python(source).faults[0]


@pytest.mark.parametrize(
    ("source", "messages"),
    [
        ('{{ _("One") }}', {"One"}),
        ('<p title="{{ _("One") }}">{{ _("Two {n}").format(n=n) }}</p>', {"One", "Two {n}"}),
        ('{{ _("One" if lone else "Two") }}', {"One", "Two"}),
        ('{{ plural("{n} day", "{n} days", n) }}', {"{n} day", "{n} days"}),
        ('{{ "One"|trans }}', {"One"}),
        ("{% trans %}One{% endtrans %}", {"One"}),
        ("{% trans n=count %}Day {{ n }}{% endtrans %}", {"Day %(n)s"}),
        (
            "{% trans n=count %}{{ n }} day{% pluralize %}{{ n }} days{% endtrans %}",
            {"%(n)s day", "%(n)s days"},
        ),
        ("{% do items.append(1) %}{{ _(word) }}", set()),
        ("{# _('One') #}", set()),
    ],
)
def test_messages_of_templates(source: str, messages: set[str]) -> None:
    found = template(source)
    assert set(found.places) == messages
    assert not found.faults


def test_a_template_that_puts_a_message_together_is_a_fault() -> None:
    assert "x.html:2" in template('\n{{ _("One " ~ x) }}').faults[0]


# --- faults -----------------------------------------------------------------------------------


@pytest.fixture
def found() -> Found:
    return python('_("Day {n}")\n_("One")')


def held(**words: str) -> Catalog:
    made = Catalog(locale="es")
    for message, translation in words.items():
        made.add(message.replace("_n", " {n}"), translation)
    return made


def test_a_sound_catalogue_has_no_fault(found: Found) -> None:
    assert not list(faults(found, held(Day_n="Día {n}", One="Uno"), {}))


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ({"Day_n": "Día {n}"}, "not in the catalogue: 'One'"),
        ({"Day_n": "Día {n}", "One": ""}, "not translated: 'One'"),
        ({"Day_n": "Día", "One": "Uno"}, "placeholders differ: 'Day {n}'"),
        ({"Day_n": "Día {m}", "One": "Uno"}, "placeholders differ: 'Day {n}'"),
        ({"Day_n": "Día {n", "One": "Uno"}, "placeholders differ: 'Day {n}'"),
        ({"Day_n": "Día {n}", "One": "Uno", "Two": "Dos"}, "no longer shown: 'Two'"),
        ({"Day_n": "Día {n}", "One": "1"}, "numbers differ: 'One' and '1'"),
    ],
)
def test_each_fault_is_said(found: Found, words: dict[str, str], says: str) -> None:
    lines = list(faults(found, held(**words), {}))
    assert len(lines) == 1
    assert lines[0].startswith(says)


def test_a_fuzzy_message_is_a_fault(found: Found) -> None:
    made = held(Day_n="Día {n}", One="Uno")
    made["One"].flags.add("fuzzy")
    assert list(faults(found, made, {})) == ["fuzzy: 'One'"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("none", []),
        ("{b} of {a} and {b}", ["a", "b", "b"]),
        ("%(n)s days", ["%n"]),
        ("30 % or more", []),
        ("{{kept}}", []),
    ],
)
def test_placeholders(text: str, names: list[str]) -> None:
    assert placeholders(text) == names


# --- the command, in a package of its own -----------------------------------------------------


class Package:
    """A package with one module, its catalogue, and a folder of translations."""

    def __init__(self, folder: Path) -> None:
        self.source = folder / "src" / "needlework"
        self.words = folder / "es"
        self.catalogue = self.source / "locale" / "es.po"
        self.source.mkdir(parents=True)
        self.words.mkdir()

    def module(self, source: str) -> None:
        (self.source / "module.py").write_text(source)

    def translate(self, name: str, **words: str) -> None:
        (self.words / f"{name}.json").write_text(json.dumps(words))

    def run(self, *arguments: str) -> int:
        return catalogue.main(arguments)

    @property
    def held(self) -> dict[str, str]:
        return translations(read())


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Package:
    package = Package(tmp_path)
    monkeypatch.setattr(catalogue, "ROOT", tmp_path)
    monkeypatch.setattr(catalogue, "SOURCE", package.source)
    monkeypatch.setattr(catalogue, "CATALOGUE", package.catalogue)
    monkeypatch.setattr(catalogue, "from_data", nothing)
    return package


def nothing(*_given: object) -> Iterator[tuple[str, str]]:
    yield from ()


def test_write_then_merge_then_check(package: Package, capsys: pytest.CaptureFixture[str]) -> None:
    package.module('_("One")\n_("Two")\n')
    assert package.run("--check") == 1
    assert "not in the catalogue: 'One'" in capsys.readouterr().out
    assert package.run("--write") == 0
    assert package.held == {"One": "", "Two": ""}
    assert package.run("--check") == 1
    package.translate("a", One="Uno")
    package.translate("b", Two="Dos")
    assert package.run("--write", "--merge", str(package.words), "--check") == 0
    assert package.held == {"One": "Uno", "Two": "Dos"}


def test_writing_again_changes_nothing_and_names_no_line(package: Package) -> None:
    package.module('_("Two")\n_("One {n}")\n')
    package.translate("a", Two="Dos", **{"One {n}": "Uno {n}"})
    package.run("--merge", str(package.words))
    before = package.catalogue.read_text()
    package.module('\n\n\n_("One {n}")\n_("Two")\n')
    package.run("--write")
    assert package.catalogue.read_text() == before
    assert before.index("One") < before.index("Two")
    assert "#: src/needlework/module.py\n" in before


def test_what_is_no_longer_shown_goes(package: Package) -> None:
    package.module('_("One")\n_("Two")\n')
    package.translate("a", One="Uno", Two="Dos")
    package.run("--merge", str(package.words))
    package.module('_("One")\n')
    assert package.run("--check") == 1
    package.run("--write")
    assert package.held == {"One": "Uno"}


def test_a_label_of_a_table_and_a_claim_stay_once_translated(package: Package) -> None:
    statement = next(iter(RELEASE.claims.values())).statement
    package.module('LABELS = {"a": "Anaesthetic"}\n')
    package.translate("a", Anaesthetic="Anestésico", **{statement: "Algo."})
    package.run("--merge", str(package.words))
    assert package.held == {"Anaesthetic": "Anestésico", statement: "Algo."}
    assert package.run("--check") == 0
    package.module("")
    package.run("--write")
    assert package.held == {statement: "Algo."}


def test_odd_translations_are_said(package: Package, capsys: pytest.CaptureFixture[str]) -> None:
    package.module('_("One")\n')
    package.translate("a", One="Uno", Gone="Ido")
    package.translate("b", One="Un")
    assert package.run("--merge", str(package.words)) == 0
    said = capsys.readouterr().err
    assert "b.json: 'One' is translated in two ways" in said
    assert "not shown anywhere: 'Gone'" in said
    assert package.held == {"One": "Uno"}


def test_a_file_edited_by_hand_out_of_order_is_said(
    package: Package, capsys: pytest.CaptureFixture[str]
) -> None:
    package.module('_("One")\n')
    package.translate("a", One="Uno")
    package.run("--merge", str(package.words))
    package.catalogue.write_text(package.catalogue.read_text() + "\n\n# a remark\n")
    assert package.run("--check") == 1
    assert "not as --write would write it" in capsys.readouterr().out


def test_merging_takes_the_newer_translation(package: Package) -> None:
    package.module('_("One")\n')
    package.translate("a", One="Uno")
    package.run("--merge", str(package.words))
    package.translate("a", One="Una")
    package.run("--merge", str(package.words))
    assert package.held == {"One": "Una"}
    assert merged(package.words) == ({"One": "Una"}, [])


def test_asked_for_nothing_it_says_how(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        catalogue.main([])
    assert "--write" in capsys.readouterr().err


def test_a_word_of_two_senses_is_two_messages() -> None:
    """What a clinician asks for is no disease; who is expected today is no symptom."""
    spanish = translations(read())
    for one, other in (
        ("Conditions", "Known conditions"),
        ("Expected", "Expected visits"),
        ("open", "still open"),
    ):
        assert spanish[one].split()[0] != spanish[other].split()[0]
