"""A pasted list is read whatever it looks like; nothing is dropped without a word."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from needlework.aftercare.inci import LONGEST, IngredientList, read_list
from needlework.aftercare.ingredients import SYNONYMS, finder_of
from needlework.lexicon import Lexicon

IDENTIFY = finder_of(Lexicon.load()).ids


def read(text: str) -> IngredientList:
    return read_list(text, IDENTIFY, SYNONYMS)


def names(text: str) -> list[str]:
    return [item.name for item in read(text).items]


THREE = ["Aqua", "Glycerin", "Panthenol"]


@pytest.mark.parametrize(
    "text",
    [
        "Aqua, Glycerin, Panthenol",
        "Aqua,Glycerin,Panthenol.",
        "Aqua; Glycerin; Panthenol",
        "Aqua • Glycerin • Panthenol",
        "Aqua · Glycerin · Panthenol",
        "Aqua | Glycerin | Panthenol",
        "Aqua / Glycerin / Panthenol",
        "Aqua/Glycerin/Panthenol",
        "Aqua - Glycerin – Panthenol",
        "Aqua\nGlycerin\nPanthenol",
        "Aqua\r\n\r\nGlycerin\r\n  Panthenol\r\n",
        "Aqua\tGlycerin\tPanthenol",
        "Aqua. Glycerin. Panthenol.",
        "Aqua, Glycerin and Panthenol",
        "Aqua, Glycerin y Panthenol",
        "Aqua (and) Glycerin (and) Panthenol",
        "Aqua & Glycerin + Panthenol",
        "- Aqua\n- Glycerin\n- Panthenol",
        "* Aqua\n* Glycerin\n* Panthenol",
        "• Aqua\n• Glycerin\n• Panthenol",
        "1. Aqua\n2. Glycerin\n3) Panthenol",
        "1. Aqua 2. Glycerin 3. Panthenol",
        "1) Aqua, 2) Glycerin, 3) Panthenol",
        "Aqua Glycerin Panthenol",
        "AquaGlycerinPanthenol",
        "Aqua...... Glycerin ...Panthenol…",
        "Drug Facts\nActive ingredients Purpose\nAqua, Glycerin, Panthenol",
        "Inactive: Aqua, Glycerin, Panthenol",
        "Ingredients: Aqua, Glycerin, Panthenol",
        "INGREDIENTS (INCI): Aqua, Glycerin, Panthenol",
        "Ingredients/Ingrédients: Aqua, Glycerin, Panthenol",
        "Ingredientes: Aqua, Glycerin, Panthenol",
        "Lista de ingredientes: Aqua, Glycerin, Panthenol",
        "Full ingredients list: Aqua, Glycerin, Panthenol",
        "Composición: Aqua, Glycerin, Panthenol",
        "Ingredients\nAqua, Glycerin, Panthenol",
        "Ingredients Aqua, Glycerin, Panthenol",
        "<p>Ingredients: Aqua,&nbsp;Glycerin<br/>Panthenol</p>",
        "<li>Aqua</li><li>Glycerin</li><li>Panthenol</li>",
        "Aqua，Glycerin、Panthenol",
        "Aqua, *Glycerin, Panthenol†",
        "Aqua, Glycerin*, Panthenol¹",
        "Aqua,, ;Glycerin,\n,Panthenol,",
        "\ufeffAqua\u200b, Gly\u00adcerin, Panthenol",
    ],
)
def test_separators_and_headings(text: str) -> None:
    assert names(text) == THREE


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1,2-Hexanediol, Aqua", ["1,2-Hexanediol", "Aqua"]),
        ("Ceteareth-20,1,2-Hexanediol", ["Ceteareth-20", "1,2-Hexanediol"]),
        ("Aqua, 1, 2-Hexanediol", ["Aqua", "1,2-Hexanediol"]),
        ("2-Bromo-2-Nitropropane-1,3-Diol, Aqua", ["2-Bromo-2-Nitropropane-1,3-Diol", "Aqua"]),
        ("N,N-Diethyl-meta-toluamide, Aqua", ["N,N-Diethyl-meta-toluamide", "Aqua"]),
        ("CI 77891,CI 77492,77499", ["CI 77891", "CI 77492", "77499"]),
        ("C10–30 Madeup, Aqua", ["C10-30 Madeup", "Aqua"]),
        ("Sodium\nHyaluronate, Aqua", ["Sodium Hyaluronate", "Aqua"]),
        ("Hya-\nluronic Acid, Aqua", ["Hya-luronic Acid", "Aqua"]),
        ("Citrus Limon\n(Lemon) Peel\nOil, Aqua", ["Citrus Limon (Lemon) Peel Oil", "Aqua"]),
        ("Aqua, Glycerin\nPanthenol, Allantoin", ["Aqua", "Glycerin", "Panthenol", "Allantoin"]),
        ("Caprylic/Capric Triglyceride/Aqua", ["Caprylic/Capric Triglyceride", "Aqua"]),
        ("Caprylic/Capric\nTriglyceride, Aqua", ["Caprylic/Capric Triglyceride", "Aqua"]),
        (
            "Acrylates/C10-30 Alkyl Acrylate Crosspolymer",
            ["Acrylates/C10-30 Alkyl Acrylate Crosspolymer"],
        ),
        ("Foo/Bar Copolymer, Aqua", ["Foo/Bar Copolymer", "Aqua"]),
        (
            "Parfum (Linalool, Citral (natural)), Aqua",
            ["Parfum", "Linalool", "Citral (natural)", "Aqua"],
        ),
        ("Iron Oxides (CI 77491, CI 77492)", ["Iron Oxides", "CI 77491", "CI 77492"]),
        ("Butyrospermum Parkii (Shea) Butter", ["Butyrospermum Parkii (Shea) Butter"]),
        ("Aqua, Parfum (Fragrance, Retinol", ["Aqua", "Parfum", "Fragrance", "Retinol"]),
        ("Aqua), Retinol", ["Aqua", "Retinol"]),
        ("Alcohol Denat. Glycerin", ["Alcohol Denat", "Glycerin"]),
        ("ISO E Super, Aqua", ["ISO E Super", "Aqua"]),
        ("Aqua, vit. E, Retinol", ["Aqua", "vit. E", "Retinol"]),
        ("Madeupol y Novelin, Aqua", ["Madeupol y Novelin", "Aqua"]),
        (
            "Aqua Cetyl Alcohol Salicylic Acid 2% Madeupol Retinol",
            ["Aqua", "Cetyl Alcohol", "Salicylic Acid", "Madeupol", "Retinol"],
        ),
        ("Glycerin Retinol, Aqua", ["Glycerin Retinol", "Aqua"]),
        ("Polysorbate 20. Aqua", ["Polysorbate 20", "Aqua"]),
        ("hydrochloric acid for pH adjustment", ["hydrochloric acid for pH adjustment"]),
    ],
)
def test_names_that_hold_separators(text: str, expected: list[str]) -> None:
    assert names(text) == expected


def test_other_names_of_one_thing_are_one_ingredient() -> None:
    (water,) = read("Aqua / Water / Eau").items
    assert (water.name, water.aliases) == ("Aqua", ("Water", "Eau"))


@pytest.mark.parametrize(
    ("text", "percent"),
    [
        ("Niacinamide 5%", 5),
        ("Niacinamide 2,5 %", 2.5),
        ("5% Niacinamide", 5),
        ("Niacinamide (0.5 % w/w)", 0.5),
        ("Niacinamide", None),
        ("Niacinamide 10 percent", 10),
        ("Niacinamide (0.3 per cent)", 0.3),
    ],
)
def test_percentages(text: str, percent: float | None) -> None:
    for item in (read(text).items[0], read(f"Aqua, {text}, Glycerin").items[1]):
        assert (item.name, item.percent) == ("Niacinamide", percent)


@pytest.mark.parametrize(
    "text",
    [
        "Mica, Talc (+/-): CI 77891, CI 77491",
        "Mica, Talc [+/- CI 77891, CI 77491]",
        "Mica, Talc. May contain: CI 77891, CI 77491",
        "Mica, Talc. MAY CONTAIN (+/-) CI 77891, CI 77491",
        "Mica, Talc. Puede contener: CI 77891, CI 77491",
        "Mica, Talc ± CI 77891, CI 77491",
        "Mica, Talc, (May contain: CI 77891, CI 77491)",
    ],
)
def test_may_contain(text: str) -> None:
    assert [(item.name, item.may_contain) for item in read(text).items] == [
        ("Mica", False),
        ("Talc", False),
        ("CI 77891", True),
        ("CI 77491", True),
    ]


@pytest.mark.parametrize(
    "trailing",
    [
        "Made in France.",
        "Hecho en España",
        "Made in France, Paris, 75008",
        "50 ml e",
        "*organic farming",
        "**from natural essential oils",
        "* Ingrediente procedente de agricultura ecológica",
        "Free from parabens",
        "Sin perfume ni alcohol",
        "Fragrance-free",
        "Warning: keep out of reach of children.",
        "Dermatologically tested. www.example.org",
        "The list of ingredients may change",
        "LOT 12345 EXP 12/2027",
        "(F.I.L. D202506/1)",
        "(CODE F.I.L. : N70037302/1)",
        "FIL C12345/1",
        "[PR-0004321]",
    ],
)
@pytest.mark.parametrize("mark", [". ", "\n", ", "])
def test_text_after_the_list_is_a_remark(trailing: str, mark: str) -> None:
    found = read(f"Aqua, Glycerin, Panthenol{mark}{trailing}")
    assert [item.name for item in found.items] == THREE
    assert found.remarks


@pytest.mark.parametrize(
    "trailing",
    [
        "Made in Spain Retinol",
        "Warnings: contains retinol.",
        "Apply at night. Do not combine with other retinol",
    ],
)
def test_what_a_remark_names_may_be_in_the_product_and_is_listed_once(trailing: str) -> None:
    found = read(f"Aqua, Glycerin, Panthenol. {trailing}. Store away from water")
    assert [item.name.lower() for item in found.items] == [*map(str.lower, THREE), "retinol"]
    assert found.remarks
    assert names(f"Aqua, Retinol. {trailing}") == ["Aqua", "Retinol"]
    assert names("Aqua, Glycerin. Sin retinol") == ["Aqua", "Glycerin"]


@pytest.mark.parametrize("mark", [". ", "\n"])
def test_what_a_sentence_after_the_list_says_is_absent_is_a_remark(mark: str) -> None:
    found = read(f"Aqua, Glycerin, Panthenol{mark}Free from parabens, alcohol, fragrance")
    assert [item.name for item in found.items] == THREE
    assert len(found.remarks) == 3


def test_text_before_the_list_is_a_remark_but_never_a_known_name() -> None:
    found = read("Example Night Serum 30 ml. Ingredients: Aqua, Glycerin")
    assert [item.name for item in found.items] == ["Aqua", "Glycerin"]
    assert "Example Night Serum 30 ml" in found.remarks
    assert names("Retinol, Madeupol. Ingredients: Aqua") == ["Retinol", "Madeupol", "Aqua"]


def test_the_list_goes_on_after_a_remark() -> None:
    found = names("Aqua. Made in Spain. Retinol, Madeupol")
    assert found == ["Aqua", "Retinol", "Madeupol"]


def test_active_and_inactive_ingredients() -> None:
    text = "Active ingredients: Zinc Oxide 12.0%, Madeupol 1%. Inactive ingredients: Water, Alumina"
    assert names(text) == ["Zinc Oxide", "Madeupol", "Water", "Alumina"]


@pytest.mark.parametrize(
    "text",
    [
        "Active ingredients Zinc Oxide (9.3%), Madeupol (1%) Inactive ingredients Water, Alumina",
        "Ingredientes activos Zinc Oxide 9,3 %, Madeupol. Ingredientes inactivos Water, Alumina",
    ],
)
def test_headings_without_a_colon(text: str) -> None:
    assert names(text) == ["Zinc Oxide", "Madeupol", "Water", "Alumina"]


def test_a_comma_of_thousands_divides_no_name() -> None:
    assert names("Madeupin 10,000 units; Aqua") == ["Madeupin 10,000 units", "Aqua"]
    assert names("PEG-8,100 Madeupol") == ["PEG-8", "100 Madeupol"]


def test_a_stroke_backward_parts_as_one_forward() -> None:
    assert names("Aqua\\Water\\Eau, Glycerin") == ["Aqua", "Glycerin"]


def test_what_is_too_long_is_cut_and_says_so() -> None:
    assert read("Aqua, " * LONGEST).cut
    assert not read("Aqua, Glycerin").cut


# --- laws -------------------------------------------------------------------------------------

DISTINCT = [
    "Aqua",
    "Glycerin",
    "Niacinamide",
    "Panthenol",
    "Dimethicone",
    "1,2-Hexanediol",
    "Parfum",
    "Retinol",
    "CI 77891",
    "Caprylic/Capric Triglyceride",
    "Citrus Limon (Lemon) Peel Oil",
    "Butyrospermum Parkii (Shea) Butter",
    "Salicylic Acid",
    "ácido láctico",
    "Zinc Oxide",
]
SEPARATORS = [", ", ",", "; ", " • ", "\n", "\t", " / ", " | ", " - ", ",\n", " ; "]
SOUP = st.text(alphabet="abR étinol,;/()[]{}%+-.*&: \n\t12\u00b9'", max_size=120)
WORDS = st.lists(
    st.sampled_from(
        [
            *DISTINCT,
            *SEPARATORS,
            "madeup",
            "Foo",
            "Bar",
            "(",
            ")",
            "[",
            "]",
            "+/-",
            "may contain",
            "2,5 %",
            "3%",
            "*",
            "**",
            "made in",
            "sin",
            "free from",
            "Ingredients:",
            "and",
            " y ",
            ".",
            ". ",
            "-",
            "&amp;",
            "<br>",
            "organic",
            "50 ml",
            "77891",
            "1,2-",
            ":",
        ]
    ),
    max_size=24,
).map(" ".join)


@settings(deadline=None)
@given(st.lists(st.sampled_from(DISTINCT), min_size=1, max_size=8, unique=True), st.data())
def test_which_separators_are_used_is_no_matter(chosen: list[str], data: st.DataObject) -> None:
    marks = data.draw(
        st.lists(st.sampled_from(SEPARATORS), min_size=len(chosen), max_size=len(chosen))
    )
    text = "".join(name + mark for name, mark in zip(chosen, marks, strict=True))
    assert names(text) == chosen


@settings(deadline=None, max_examples=400)
@given(st.one_of(SOUP, WORDS, st.text(max_size=200)))
@example("Madeup (active 2%), Foo")
@example("a and b/c - d. e")
@example("Salicylic Acid - 0% - 77491")
@example("50 ml Aqua'0%")
def test_reading_its_own_normal_form_changes_nothing(text: str) -> None:
    once = read(text)
    again = read(once.normal)
    assert again.items == once.items
    assert again.normal == once.normal


@settings(deadline=None, max_examples=300)
@given(st.one_of(SOUP, WORDS, st.text(max_size=400)))
def test_any_text_is_read(text: str) -> None:
    found = read(text)
    assert all(item.name for item in found.items)
    assert all(found.remarks)


@pytest.mark.parametrize("length", [2_000, 10_000])
@pytest.mark.parametrize(
    "unit",
    [
        "a/",
        "a, ",
        "(",
        "((a)",
        "1,2-",
        "aqua/",
        "[+/-",
        "<br ",
        "&amp;",
        "* ",
        "\n",
        "a. ",
        "sodium/",
        "a and ",
        "2%",
        "(2%",
        "made in ",
        "ingredients:",
        "é",
        "\u0301",
        "- ",
    ],
)
def test_work_grows_with_length_only(unit: str, length: int) -> None:
    asked = 0

    def count(name: str) -> tuple[str, ...]:
        nonlocal asked
        asked += 1
        return IDENTIFY(name)

    read_list((unit * length)[:length], count)
    assert asked <= 4 * length + 100
