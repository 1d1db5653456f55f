"""The commands about the weeks after a session, as somebody at a terminal has them."""

from __future__ import annotations

import io
import re
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from needlework import workflow
from needlework.cli import product, streams
from needlework.cli.product import LARGEST_BYTES
from needlework.cli.text.client import Words
from needlework.errors import AnswerError
from needlework.evidence import load_knowledge
from tests.cli.command import TODAY, Ended, Runner, process

AFTER = ("aftercare", "--ended", "2026-11-20T16:00", "--zone", "cheek", "--zone", "forehead")
CREAM = ("product", "--session", "2026-11-20")
SIGN = ("symptom", "--day", "3", "--sign", "blisters@around-eye:mild:worse")
MADRID = ("sun", "--at", "40.4,-3.7,650", "--zone", "Europe/Madrid", "--on", "2026-07-01")
LIST = b"Aqua/Water/Eau, Glycerin, Retinol, Novelinyl, Parfum. Made in Spain"
HOURS = re.compile(r"(\d+) (Nov|Dec)(?:, (\d\d:\d\d))?  ")
EVERY = {"aftercare": AFTER, "product": CREAM, "symptom": SIGN, "sun": MADRID}


def ran(run: Runner, what: str, *more: str) -> Ended:
    return run(*EVERY[what], *more, stdin=LIST if what == "product" else b"")


def flat(ended: Ended) -> str:
    return " ".join(ended.text.split())


def cited(part: Any) -> set[str]:  # noqa: ANN401  parsed JSON
    if isinstance(part, dict):
        own = set(part["claims"]) if isinstance(part.get("claims"), list) else set()
        return own.union(*(cited(value) for key, value in part.items() if key != "why"))
    if isinstance(part, list):
        return set().union(*map(cited, part))
    return set()


# --- all four ---------------------------------------------------------------------------------


@pytest.mark.parametrize("what", EVERY)
@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("columns", [40, 80, 120, 400])
def test_text_fits_its_width(
    run: Runner, monkeypatch: pytest.MonkeyPatch, columns: int, language: str, what: str
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    for more in ((), ("--why",)):
        ended = ran(run, what, "--lang", language, *more)
        assert ended.code == 0, ended.err
        lines = ended.text.splitlines()
        assert max(map(len, lines)) <= columns
        assert all(line == line.rstrip() for line in lines)
        assert "\x1b" not in ended.text
        said = "not a diagnosis" if language == "en" else "no es un diagnóstico"
        assert said in flat(ended)


@pytest.mark.parametrize("what", EVERY)
def test_json_is_the_same_bytes_and_why_holds_each_claim(run: Runner, what: str) -> None:
    plain = ran(run, what, "--json")
    assert plain.code == 0
    assert plain.out == ran(run, what, "--json").out
    with_why = ran(run, what, "--json", "--why").json
    chains = with_why.pop("why")
    assert with_why == plain.json
    assert set(chains) == cited(plain.json)
    assert chains


@pytest.mark.parametrize("what", EVERY)
def test_why_in_text_names_every_claim(run: Runner, what: str) -> None:
    shown = re.sub(r"\s+", "", ran(run, what, "--why").text)
    for claim in cited(ran(run, what, "--json").json):
        assert claim in shown


@pytest.mark.parametrize("what", EVERY)
def test_spanish_leaves_no_english_behind(run: Runner, what: str) -> None:
    """Every heading and sentence differs; only names, numbers and ids may be the same."""
    english, spanish = (ran(run, what, "--lang", language).text for language in ("en", "es"))
    same = {line.strip() for line in english.splitlines()} & {
        line.strip() for line in spanish.splitlines()
    }
    prose = {line for line in same if len(re.findall(r"[a-z]{3,}", line)) > 2}
    assert not prose


@pytest.mark.parametrize("what", EVERY)
def test_an_overlay_and_a_release_are_read(run: Runner, what: str) -> None:
    for option in ("--overlay", "--release"):
        ended = ran(run, what, option, "nowhere")
        assert ended.code == 1
        assert "nowhere" in ended.error


@pytest.mark.parametrize("what", EVERY)
def test_a_language_that_is_not_spoken(run: Runner, what: str) -> None:
    ended = ran(run, what, "--lang", "fr")
    assert ended.code == 2
    assert "'fr' is not one of 'en', 'es'" in ended.err


def test_lengths_of_time_are_spelt_out() -> None:
    words = Words(load_knowledge(), "es")
    assert [words.length(value, unit) for value, unit in ((1, "h"), (2, "d"), (1.5, "wk"))] == [
        "1 hora",
        "2 días",
        "1,5 semanas",
    ]
    assert words.length(30, "min") == "30 min"


# --- aftercare --------------------------------------------------------------------------------


def test_the_whole_course(run: Runner) -> None:
    ended = run(*AFTER, "--depth", "1.0", "--age", "40", "--phototype", "iv", "--season", "winter")
    assert ended.code == 0
    shown = flat(ended)
    assert "Aftercare of the session of 20 November 2026, 16:00" in shown
    assert "Forehead · Cheek, both sides" in shown
    assert "deepest setting 1 mm phototype IV" in shown
    assert "Mineral sunscreen Sat 21 Nov, 16:00 24 hours 0 to 24 hours" in shown
    make_up = "Mineral make-up Mon 23 Nov, 08:00 48 hours 24 to 168 hours; longer, until the skin"
    assert make_up in shown
    assert "Next needling of these Fri 18 Dec" in shown
    assert "Swelling usually 5 days" in shown
    assert "Days 8 to 13 Sat 28 Nov – Thu 3 Dec" in shown
    assert "season Cold wind" in shown
    assert "Wed, 19 May 2027 second outcome score" in shown


def test_what_is_left_out_counts_as_the_longest_and_says_so(run: Runner) -> None:
    shown = flat(run("aftercare", "--ended", "2026-11-20", "--zone", "chin"))
    assert "not known: counts as deep" in shown
    assert "not known: counts as dark skin" in shown
    assert "not known: counts as the end of the day" in shown
    assert "Mineral sunscreen Sun 22 Nov, 00:00" in shown


def test_what_may_begin_stands_in_the_order_of_the_hours(run: Runner) -> None:
    asked = ("--ended", "2026-11-20", "--zone", "cheek", "--age", "30", "--depth", "1")
    shown = run("aftercare", *asked).text.split("How long it lasts")[0]
    days = [(month == "Dec", int(day), hour) for day, month, hour in HOURS.findall(shown)]
    assert len(set(days)) > 3
    assert days == sorted(days)


def test_claims_stand_under_their_table_and_leave_it_its_room(run: Runner) -> None:
    asked = ("aftercare", "--ended", "2026-11-20", "--zone", "face")
    plain, reasoned = (run(*asked, *more).text for more in ((), ("--why",)))

    def table(text: str) -> str:
        return text.split("When what may begin\n")[1].split("\n\n", maxsplit=1)[0]

    assert table(plain) == table(reasoned)
    assert "Mineral sunscreen ← aftercare.sunscreen.wait" in " ".join(reasoned.split())


@pytest.mark.parametrize("what", EVERY)
def test_the_chain_of_reasons_has_spanish_labels(run: Runner, what: str) -> None:
    chains = ran(run, what, "--why", "--lang", "es").text.split("Por qué  ")[1]
    assert "not yet approved" not in chains
    assert "aún no aprobado" in " ".join(chains.split())


def test_json_holds_what_the_library_says(run: Runner) -> None:
    given = run(*AFTER, "--depth", "1", "--phototype", "II", "--numbing", "lmx4", "--json")
    expected = workflow.care(
        workflow.known(),
        ended=datetime(2026, 11, 20, 16),  # noqa: DTZ001  by the clock on the wall
        depth_mm=1.0,
        zones=("forehead", "cheek-left", "cheek-right"),
        phototype="II",
        agents=frozenset({"lidocaine"}),
    )
    assert given.out == workflow.encode(expected) + b"\n"


@pytest.mark.parametrize(("zone", "depth_mm"), [("neck", 1.5), ("cheek", 2.0), ("abdomen", 2.5)])
def test_an_unknown_depth_waits_as_long_as_the_deepest_that_a_clinician_may_clear(
    zone: str, depth_mm: float
) -> None:
    known = workflow.known()

    def waits(depth_mm: float | None) -> list[object]:
        made = workflow.care(known, ended=date(2026, 11, 20), depth_mm=depth_mm, zones=[zone])
        return [(first.what, first.on, first.at) for first in made.firsts]

    assert waits(None) == waits(depth_mm)


@pytest.mark.parametrize(
    ("when", "days"), [("2026-11-20", {0}), ("2026-11-22", {2}), ("2027-03-01", {90})]
)
def test_one_day(run: Runner, when: str, days: set[int]) -> None:
    ended = run(*AFTER, "--today", when, "--json")
    assert {moment["day"] for moment in ended.json["moments"]} == days
    shown = run(*AFTER, "--today", when).text
    assert shown.index("expect") < shown.index("When what may begin")


def test_a_group_of_zones_and_the_order_of_the_release(run: Runner) -> None:
    zones = run("aftercare", "--ended", "2026-11-20", "--zone", "cheeks", "--json").json["zones"]
    assert zones == ["malar-left", "malar-right", "cheek-left", "cheek-right"]


@pytest.mark.parametrize(
    ("numbing", "told"),
    [
        ((), True),
        (("none",), False),
        (("lidocaine",), False),
        (("EMLA",), True),
        (("lidocaine", "prilocaine"), True),
    ],
)
def test_numbing(run: Runner, numbing: tuple[str, ...], told: bool) -> None:
    options = [word for name in numbing for word in ("--numbing", name)]
    shown = run(*AFTER, *options)
    assert shown.code == 0
    assert ("methaemoglobinaemia" in flat(shown)) is told


def test_an_hour_with_its_offset(run: Runner) -> None:
    ended = run("aftercare", "--ended", "2026-11-20T16:00+01:00", "--zone", "chin", "--json")
    first = {entry["what"]: entry for entry in ended.json["firsts"]}["sunscreen"]
    assert first["at"] == "2026-11-21T16:00:00+01:00"


def test_an_age_or_a_depth_that_nobody_gave_counts_as_the_longest(run: Runner) -> None:
    def begins(*options: str) -> dict[str, str]:
        made = run(*AFTER, *options, "--json").json["firsts"]
        return {entry["what"]: entry.get("at") or entry["on"] for entry in made}

    known = begins("--depth", "1.0", "--age", "40")
    for less in (("--depth", "1.0"), ("--age", "40"), ()):
        unknown = begins(*less)
        assert all(unknown[what] >= when for what, when in known.items())
        assert unknown["make-up"] > known["make-up"]


def test_older_skin_waits_longer(run: Runner) -> None:
    young, old = (
        run(*AFTER, "--depth", "1.0", "--age", age, "--json").json["firsts"] for age in ("25", "75")
    )
    waits = {entry["what"]: entry["at"] for entry in young if "at" in entry}
    later = [entry for entry in old if "at" in entry]
    assert all(entry["at"] >= waits[entry["what"]] for entry in later)
    assert any(entry["at"] > waits[entry["what"]] for entry in later)


@pytest.mark.parametrize(
    ("options", "code", "says", "next_"),
    [
        (("--zone", "chin"), 2, "Missing option '--ended'", ""),
        (("--ended", "2026-11-20"), 2, "Missing option '--zone'", ""),
        (("--ended", "20.11.2026", "--zone", "chin"), 2, "not a day like 2026-11-20", ""),
        (("--ended", "2026-02-30", "--zone", "chin"), 2, "not a day of the calendar", ""),
        (("--ended", "2026-11-20T16", "--zone", "chin"), 2, "a time like 2026-11-20T16:00", ""),
        (("--ended", "2026-11-20T24:30", "--zone", "chin"), 2, "no time of the calendar", ""),
        (("--ended", "2026-11-20T16:00+99:00", "--zone", "chin"), 2, "no time", ""),
        (("--ended", "٢٠٢٦-11-20", "--zone", "chin"), 2, "Invalid value", ""),
        (("--ended", "0001-01-01", "--zone", "chin"), 2, "cannot be that of a session", ""),
        (("--ended", "9999-12-31T23:00", "--zone", "chin"), 2, "cannot be that of a session", ""),
        (("--ended", "2026-11-20", "--zone", "chek"), 1, "No such zone: chek.", "cheek"),
        (("--ended", "2026-11-20", "--zone", ""), 1, "No such zone", "schema --zones"),
        (("--ended", "2026-11-20", "--zone", "chin-left"), 1, "chin has no sides", "chin"),
        (("--ended", "2026-11-20", "--zone", "chin", "--depth", "nan"), 1, "depth", "deepest"),
        (("--ended", "2026-11-20", "--zone", "chin", "--depth", "inf"), 1, "depth", "to 10"),
        (("--ended", "2026-11-20", "--zone", "chin", "--depth", "1500"), 1, "1,500 mm", "to 10"),
        (("--ended", "2026-11-20", "--zone", "chin", "--depth", "0"), 1, "depth", "deepest"),
        (("--ended", "2026-11-20", "--zone", "chin", "--depth", "1,5"), 2, "not a valid float", ""),
        (("--ended", "2026-11-20", "--zone", "chin", "--phototype", "VII"), 2, "'VII'", ""),
        (("--ended", "2026-11-20", "--zone", "chin", "--season", "monsoon"), 2, "'monsoon'", ""),
        (("--ended", "2026-11-20", "--zone", "chin", "--numbing", "emmla"), 1, "emmla", "emla"),
        (
            ("--ended", "2026-11-20", "--zone", "chin", "--today", "2026-11-19"),
            1,
            "before the session",
            "--today",
        ),
    ],
)
def test_wrong_arguments(
    run: Runner, options: tuple[str, ...], code: int, says: str, next_: str
) -> None:
    refused(run("aftercare", *options), code, says, next_)


def refused(ended: Ended, code: int, says: str, next_: str) -> None:
    assert ended.code == code, ended.err
    assert not ended.out
    assert "Traceback" not in ended.err
    assert "defect" not in ended.err
    assert says in ended.err
    if next_:
        assert next_ in ended.hint


def test_none_and_something_cannot_both_have_numbed(run: Runner) -> None:
    refused(run(*AFTER, "--numbing", "none", "--numbing", "emla"), 1, "`none`", "Keep the one")


# --- product ----------------------------------------------------------------------------------


def test_a_product_from_standard_input_and_from_a_file(run: Runner) -> None:
    piped = run(*CREAM, "--name", "Night cream", stdin=LIST)
    assert piped.code == 0
    shown = flat(piped)
    assert shown.startswith("Night cream Knowledge")
    assert "Ask the clinic before you use it, and not before 4 December 2026." in shown
    assert "3 Retinol Fri 27 Nov retinoid" in shown
    assert "5 Parfum Fri 27 Nov fragrance" in shown
    assert "Not read as ingredients – Made in Spain" in shown
    assert run(*CREAM, "-", "--name", "Night cream", stdin=LIST).out == piped.out
    path = run.write(LIST, "cream.txt")
    assert run(*CREAM, path, "--name", "Night cream").out == piped.out


def test_a_suggestion_is_shown_and_not_taken(run: Runner) -> None:
    shown = flat(run(*CREAM, stdin=b"Aqua, Glycerrin"))
    assert "2 Like “glycerin”, “glycerine”" in shown
    assert "not taken for it." in shown
    assert "Ask the clinic" in shown


def test_a_medicine_is_for_the_clinic(run: Runner) -> None:
    shown = flat(run(*CREAM, stdin=b"Aqua, Hydroquinone 4%"))
    assert "Hydroquinone 4 %" in shown
    assert "2 Ask the clinic about this one." in shown


def test_a_ph_adjuster_may_open_it_sooner(run: Runner) -> None:
    text = b"Aqua, Glycerin, Dimethicone, Squalane, Panthenol, Petrolatum, Betaine, Citric Acid"
    shown = flat(run(*CREAM, stdin=text))
    assert "its acids only set the pH: from 21 November 2026 on." in shown


def test_a_sunscreen_with_colours_waits_as_a_sunscreen(run: Runner) -> None:
    text = b"Aqua, Zinc Oxide, CI 77491"
    as_sunscreen = run(*CREAM, "--sunscreen", "--json", stdin=text).json["usable_from"]
    assert as_sunscreen < run(*CREAM, "--json", stdin=text).json["usable_from"]


def test_the_clinics_list_lets_a_product_on_needled_skin(run: Runner) -> None:
    overlay = run.write(
        'clinic = "Example"\nrelease = "2026.11"\n\n[[allow]]\nproduct = "Serum A"\n'
        'because = "Made for needled skin."\nby = "Medical director"\non = 2026-11-20\n',
        "overlay.toml",
    )
    option = ("--overlay", str(overlay), "--name", "serum a")
    assert "on the clinic's list" in flat(run(*CREAM, *option, stdin=b"Aqua"))
    assert "not on the clinic's list" in flat(run(*CREAM, "--name", "serum a", stdin=b"Aqua"))


def test_nothing_read_says_so(run: Runner) -> None:
    assert "No ingredient was read" in flat(run(*CREAM, stdin=b"50 ml"))


def test_a_list_that_is_too_long_is_read_in_part_and_says_so(run: Runner) -> None:
    assert "its end was not read" in flat(run(*CREAM, stdin=b"Aqua, " * 5000))


@pytest.mark.parametrize(
    ("content", "says", "next_"),
    [
        (b"", "is empty", "Paste the list"),
        (b" \n\t", "is empty", "Paste the list"),
        (b"\xef\xbb\xbf", "is empty", "Paste the list"),
        (b"Aqua\0Glycerin", "is not text", "photo"),
        (b"\x89PNG\r\n\x1a\n\xff\xd8", "byte 0 is not UTF-8", "photo"),
        ("Aqua, Extracto de maíz".encode("utf-16"), "is not text", "photo"),
        ("Aqua, maíz".encode("latin-1"), "byte 8 is not UTF-8", "photo"),
        (b"a" * (LARGEST_BYTES + 1), "larger than a list", "one product"),
    ],
)
def test_what_is_no_list(run: Runner, content: bytes, says: str, next_: str) -> None:
    refused(run(*CREAM, stdin=content), 1, says, next_)
    path = run.write(content, "cream.bin")
    refused(run(*CREAM, path), 1, says, next_)
    assert "cream.bin" in run(*CREAM, path).error


def test_what_is_no_file(run: Runner) -> None:
    refused(run(*CREAM, run.folder), 1, "is a folder", "Name one file")
    refused(run(*CREAM, run.folder / "none.txt"), 1, "none.txt cannot be read", "Name a text file")
    refused(run(*CREAM, "x" * 5000), 1, "cannot be read", "Name a text file")


def test_a_session_is_needed(run: Runner) -> None:
    refused(run("product", stdin=LIST), 2, "Missing option '--session'", "")
    refused(run("product", "--session", "soon", stdin=LIST), 2, "soon is not a day", "")


def test_closed_input_and_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdin", None)
        with pytest.raises(AnswerError, match="closed"):
            product._standard_input()
    said: list[str] = []

    class Terminal(io.TextIOWrapper):
        def isatty(self) -> bool:
            return True

    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdin", Terminal(io.BytesIO(LIST), encoding="utf-8"))
        patch.setattr(streams, "remark", said.append)
        assert product._standard_input() == LIST
    assert "Ctrl-D" in said[0]


# --- symptom ----------------------------------------------------------------------------------


def test_an_emergency_stands_first_with_its_number(run: Runner) -> None:
    ended = run(*SIGN, "--in", "gb-eng")
    assert ended.code == 0
    assert ended.text.splitlines()[0] == " EMERGENCY   Call 999 now."
    assert ended.text.index("Call 999") < ended.text.index("Tell the clinic as well")
    assert run(*SIGN).text.splitlines()[0] == " EMERGENCY   Call the local emergency number now."


def test_a_normal_day_says_how_long_it_lasts(run: Runner) -> None:
    shown = flat(run("symptom", "--day", "1", "--sign", "redness@cheek:mild:better"))
    assert shown.startswith("EXPECTED This is expected.")
    assert "Redness: usually gone after 2 d" in shown
    assert "What it may be" not in shown


def test_signs_together_may_be_more_than_each(run: Runner) -> None:
    parts = ("--sign", "itchy-rash@cheek:mild:same", "--sign", "nausea@inside:mild:same")
    shown = flat(run("symptom", "--day", "0", *parts))
    assert shown.startswith("EMERGENCY")
    assert "Together Emergency A rash or swelling together with nausea or vomiting." in shown


def test_what_is_left_out_counts_as_the_worst(run: Runner) -> None:
    bare = run("symptom", "--sign", "swelling", "--json").json
    told = run("symptom", "--day", "1", "--sign", "swelling@cheek:mild:better", "--json").json
    assert bare["urgency"] == "emergency"
    assert told["urgency"] == "normal"


def test_parts_may_be_left_out_one_by_one(run: Runner) -> None:
    for sign in ("pain", "pain@cheek", "pain:mild", "pain@cheek:mild", "pain@cheek:mild:same"):
        assert run("symptom", "--day", "1", "--sign", sign).code == 0


def test_choices_are_listed_in_both_languages(run: Runner) -> None:
    shown = flat(run("symptom", "--choices"))
    assert "blisters Blisters" in shown
    assert "around-eye Around the eye or on the lid" in shown
    assert "blisters Ampollas" in flat(run("symptom", "--choices", "--lang", "es"))
    listed = run("symptom", "--choices", "--json").json
    assert listed["trend"] == {
        "better": "Getting better",
        "same": "The same",
        "worse": "Getting worse",
        "not-sure": "Not sure",
    }
    for sign in listed["sign"]:
        assert run("symptom", "--sign", sign, "--json").code == 0


@pytest.mark.parametrize(
    ("options", "code", "says", "next_"),
    [
        ((), 2, "at least one --sign", ""),
        (("--day", "3"), 2, "at least one --sign", ""),
        (("--sign", "blistrs"), 1, "No such sign: blistrs.", "Did you mean blisters"),
        (("--sign", "zzz"), 1, "No such sign: zzz.", "symptom --choices"),
        (("--sign", ""), 1, "No such sign", "symptom --choices"),
        (("--sign", "blisters@moon"), 1, "No such place: moon.", "symptom --choices"),
        (("--sign", "blisters@"), 1, "No such place", "symptom --choices"),
        (("--sign", "blisters:milld"), 1, "No such strength: milld.", "mild"),
        (("--sign", "blisters:mild:wors"), 1, "No such trend: wors.", "worse"),
        (("--sign", "blisters:mild:worse:now"), 1, "too many parts", "SIGN@PLACE"),
        (("--sign", "x" * 5000), 1, "No such sign", "symptom --choices"),
        (("--sign", "blisters", "--day", "-1"), 2, "not in the range", ""),
        (("--sign", "blisters", "--day", "1.5"), 2, "not a valid integer", ""),
        (("--sign", "blisters", "--day", "9" * 30), 2, "not in the range", ""),
        (("--sign", "blisters", "--in", "gb-eg"), 1, "No such jurisdiction: gb-eg.", "gb-eng"),
        (("--sign", "blisters", "--choices"), 2, "either --sign or --choices", ""),
    ],
)
def test_wrong_signs(
    run: Runner, options: tuple[str, ...], code: int, says: str, next_: str
) -> None:
    ended = run("symptom", *options)
    refused(ended, code, says, next_)
    assert len(ended.err) < 500


# --- sun --------------------------------------------------------------------------------------


def test_the_hours_to_avoid(run: Runner) -> None:
    ended = run(*MADRID)
    shown = flat(ended)
    assert "Sun of 1 July 2026, Europe/Madrid" in shown
    assert "Keep out of direct sun: 09:00–19:00 (UV index 3 or more" in shown
    rows = [line for line in ended.text.splitlines() if re.match(r"  \d\d:00", line)]
    avoided = [line.split()[0] for line in rows if line.endswith("×")]
    assert (avoided[0], avoided[-1], len(avoided)) == ("09:00", "18:00", 10)
    bars = {line.split()[0]: line.count("█") for line in rows}
    assert bars["14:00"] == max(bars.values()) > bars["09:00"] > bars["07:00"]


def test_winter_and_the_polar_night(run: Runner) -> None:
    london = ("sun", "--at", "51.5,0", "--zone", "Europe/London", "--on", "2026-12-21")
    assert "No hour of this day can reach UV index 3." in flat(run(*london))
    north = ("sun", "--at", "78.2,15.6", "--zone", "Arctic/Longyearbyen", "--on", "2026-12-21")
    shown = flat(run(*north))
    assert "The sun does not rise on this day." in shown
    assert "UV index by the hour" not in shown


def test_the_day_is_today_unless_another_is_named(run: Runner) -> None:
    given = run("sun", "--at", "40.4,-3.7", "--zone", "Europe/Madrid", "--json").json
    assert given["day"] == TODAY.isoformat()
    assert given["place"]["altitude_m"] == 0 or "altitude_m" not in given["place"]


def test_the_south_of_the_earth(run: Runner) -> None:
    south = ("sun", "--at", "-33.9,151.2", "--zone", "Australia/Sydney", "--on", "2026-01-01")
    assert "08:00–18:00" in flat(run(*south))


@pytest.mark.parametrize(
    ("at", "zone", "code", "says", "next_"),
    [
        ("40,4,-3,7", "Europe/Madrid", 2, "has 4 parts", ""),
        ("40.4", "Europe/Madrid", 2, "LATITUDE,LONGITUDE", ""),
        ("", "Europe/Madrid", 2, "LATITUDE,LONGITUDE", ""),
        ("north,east", "Europe/Madrid", 2, "not numbers like", ""),
        ("40.4,", "Europe/Madrid", 2, "not numbers like", ""),
        ("nan,0", "Europe/Madrid", 2, "without end", ""),
        ("0,1e999", "Europe/Madrid", 2, "without end", ""),
        ("40.4,-3.7,inf", "Europe/Madrid", 2, "without end", ""),
        ("91,0", "Europe/London", 1, "latitude", "North"),
        ("40,181", "Europe/Madrid", 1, "longitude", "East"),
        ("40.4,-3.7,20000", "Europe/Madrid", 1, "altitude", "not feet"),
        ("40.4,103.7", "Europe/Madrid", 1, "does not fit", "sign"),
        ("40.4,-3.7", "Mars/Olympus", 1, "No time zone", "Europe/Madrid"),
        ("40.4,-3.7", "", 1, "No time zone", "Europe/Madrid"),
        ("40.4,-3.7", "../etc/passwd", 1, "No time zone", "Europe/Madrid"),
    ],
)
def test_wrong_places(run: Runner, at: str, zone: str, code: int, says: str, next_: str) -> None:
    refused(run("sun", "--at", at, "--zone", zone, "--on", "2026-07-01"), code, says, next_)


def test_the_end_of_the_calendar(run: Runner) -> None:
    refused(run(*MADRID[:-1], "9999-12-31"), 1, "end of the calendar", "another day")
    refused(run(*MADRID[:-1], "2026-07-32"), 2, "not a day of the calendar", "")
    refused(run("sun", "--zone", "Europe/Madrid"), 2, "Missing option '--at'", "")
    refused(run("sun", "--at", "0,0"), 2, "Missing option '--zone'", "")


def test_text_goes_out_where_the_terminal_speaks_no_unicode(tmp_path: Path) -> None:
    ended = process(*MADRID, "--lang", "es", env={"PYTHONIOENCODING": "ascii"}, cwd=tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert b"UV" in ended.stdout
