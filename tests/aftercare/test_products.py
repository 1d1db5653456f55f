"""Products are classed and dated by their ingredients; nothing unknown passes for harmless."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from needlework.aftercare import Timeline, timeline
from needlework.aftercare.inci import LONGEST
from needlework.aftercare.ingredients import IN_COSMETICS, SYNONYMS, finder_of
from needlework.aftercare.products import Ingredient, Product, check_product
from needlework.aftercare.waits import GROUPS
from needlework.evidence import Cited, Knowledge, load_knowledge
from needlework.evidence.overlay import Allowed, Overlay, Rejected, Tightened
from needlework.lexicon import Lexicon
from needlework.lexicon.entry import COSMETICS
from needlework.lexicon.load import DATA, build
from needlework.lexicon.names import key

KNOWN = load_knowledge()
LEXICON = Lexicon.load()
DAY = date(2026, 11, 20)
NIGHT = datetime(2026, 11, 20, 23, 59, tzinfo=UTC)


def check(
    text: str, knowledge: Knowledge = KNOWN, *, name: str = "", sunscreen: bool = False
) -> Product:
    return check_product(
        text, ended=DAY, knowledge=knowledge, lexicon=LEXICON, name=name, sunscreen=sunscreen
    )


def one(text: str) -> Ingredient:
    (found,) = check(text).ingredients
    return found


def days(product: Product) -> int:
    assert product.usable_from is not None
    return (product.usable_from - DAY).days


def with_value(claim_id: str, value: object) -> Knowledge:
    claim = msgspec.structs.replace(KNOWN.release.claims[claim_id], value=value, range=None)
    claims = {**KNOWN.release.claims, claim_id: claim}
    return Knowledge(msgspec.structs.replace(KNOWN.release, claims=claims))


def overlaid(
    allow: Iterable[str] = (),
    reject: Iterable[str] = (),
    tighten: Iterable[tuple[str, float]] = (),
) -> Knowledge:
    overlay = Overlay(
        clinic="Example",
        release=KNOWN.release.id,
        allow=tuple(
            Allowed(product=name, because="made for it", by="director", on=DAY) for name in allow
        ),
        reject=tuple(
            Rejected(claim=claim, because="not here", by="director", on=DAY) for claim in reject
        ),
        tighten=tuple(
            Tightened(claim=claim, value=value, because="safer", by="director", on=DAY)
            for claim, value in tighten
        ),
    )
    return Knowledge(KNOWN.release, overlay)


# --- the names --------------------------------------------------------------------------------

INCI_FILES = sorted((DATA / "ingredients").glob("inci-*.toml"))


def test_at_least_600_names_of_ingredients() -> None:
    names = {
        key(name)
        for path in INCI_FILES
        for id_, entry in tomllib.loads(path.read_text()).items()
        if id_ not in {"source", "defaults"}
        for group in entry["names"].values()
        for name in group
    }
    assert len(names) >= 3500
    assert len(INCI_FILES) == 10


@pytest.mark.parametrize("class_", sorted(COSMETICS))
def test_each_cosmetic_class_has_members(class_: str) -> None:
    assert any(class_ in entry.classes for entry in LEXICON.entries)


def test_entries_read_otherwise_in_cosmetics_are_there() -> None:
    ids = {entry.id for entry in LEXICON.entries}
    assert set(IN_COSMETICS) | SYNONYMS <= ids


def test_each_class_of_an_ingredient_has_a_wait() -> None:
    waiting = {name for classes, *_ in GROUPS for name in KNOWN.claim(classes).words}
    for entry in LEXICON.entries:
        if entry.kind == "ingredient" and not entry.vague:
            assert set(IN_COSMETICS.get(entry.id, entry.classes)) & waiting, entry.id


def test_ingredients_leave_medicines_as_they_are(tmp_path: Path) -> None:
    for path in sorted(DATA.rglob("*.toml")):
        if path not in INCI_FILES:
            copy = tmp_path / path.relative_to(DATA)
            copy.parent.mkdir(exist_ok=True)
            copy.write_bytes(path.read_bytes())
    without = Lexicon(build(tmp_path))
    for entry in without.entries:
        if entry.kind in {"medicine", "ingredient"}:
            for name in entry.every_name:
                assert LEXICON.medicine(name) == without.medicine(name)
    for name in ("water tablets", "a water pill", "cholesterol tablets", "pastillas de agua"):
        assert LEXICON.medicine(name).kind == without.medicine(name).kind


ALLERGENS_2003 = """
Amyl Cinnamal; Amylcinnamyl Alcohol; Anise Alcohol; Benzyl Alcohol; Benzyl Benzoate;
Benzyl Cinnamate; Benzyl Salicylate; Butylphenyl Methylpropional; Cinnamal; Cinnamyl Alcohol;
Citral; Citronellol; Coumarin; Eugenol; Evernia Furfuracea Extract; Evernia Prunastri Extract;
Farnesol; Geraniol; Hexyl Cinnamal; Hydroxycitronellal;
Hydroxyisohexyl 3-Cyclohexene Carboxaldehyde; Isoeugenol; Limonene; Linalool;
Methyl 2-Octynoate; Alpha-Isomethyl Ionone
"""
ALLERGENS_2023 = """
Pinus Mugo; Pinus Pumila; Cedrus Atlantica Oil; Turpentine; Alpha-Terpinene; Terpinolene;
Myroxylon Pereirae Oil; Rose Ketones; 3-Propylidenephthalide; Lippia Citriodora Absolute;
Acetyl Cedrene; Amyl Salicylate; Anethole; Methyl Salicylate; Benzaldehyde; Camphor;
Beta-Caryophyllene; Carvone; Dimethyl Phenethyl Acetate; Hexadecanolactone;
Hexamethylindanopyran; Linalyl Acetate; Menthol; Trimethylcyclopentenyl Methylisopentenol;
Salicylaldehyde; Santalol; Sclareol; Terpineol; Tetramethyl Acetyloctahydronaphthalenes;
Trimethylbenzenepropanol; Vanillin; Cananga Odorata Flower Oil; Cinnamomum Cassia Leaf Oil;
Cinnamomum Zeylanicum Bark Oil; Citrus Aurantium Flower Oil; Citrus Aurantium Peel Oil;
Citrus Aurantium Bergamia Peel Oil; Citrus Limon Oil; Lemongrass Oil;
Eucalyptus Globulus Oil; Eugenia Caryophyllus Oil; Jasminum Officinale Oil;
Juniperus Virginiana Oil; Laurus Nobilis Leaf Oil; Lavandula Hybrida Oil; Mentha Piperita Oil;
Mentha Viridis Leaf Oil; Narcissus Extract; Pelargonium Graveolens Flower Oil;
Pogostemon Cablin Oil; Rose Flower Oil; Santalum Album Oil; Eugenyl Acetate; Geranyl Acetate;
Isoeugenyl Acetate; Pinene; 6-Methyl Coumarin
"""
FILTERS = """
Homosalate; Benzophenone-3; Oxybenzone; Phenylbenzimidazole Sulfonic Acid; Avobenzone;
Terephthalylidene Dicamphor Sulfonic Acid; Butyl Methoxydibenzoylmethane; Octocrylene;
Ethylhexyl Methoxycinnamate; Octinoxate; PEG-25 PABA; Isoamyl p-Methoxycinnamate;
Ethylhexyl Triazone; Drometrizole Trisiloxane; Diethylhexyl Butamido Triazone;
4-Methylbenzylidene Camphor; Ethylhexyl Salicylate; Octisalate; Ethylhexyl Dimethyl PABA;
Benzophenone-4; Methylene Bis-Benzotriazolyl Tetramethylbutylphenol (nano);
Disodium Phenyl Dibenzimidazole Tetrasulfonate; Bis-Ethylhexyloxyphenol Methoxyphenyl Triazine;
Polysilicone-15; Diethylamino Hydroxybenzoyl Hexyl Benzoate; Tris-Biphenyl Triazine (nano);
Phenylene Bis-Diphenyltriazine; Methoxypropylamino Cyclohexenylidene Ethoxyethylcyanoacetate;
Camphor Benzalkonium Methosulfate; Polyacrylamidomethyl Benzylidene Camphor
"""
PHOTOTOXIC = """
Citrus Bergamia Peel Oil; Citrus Aurantium Bergamia (Bergamot) Fruit Oil; bergamot oil;
Citrus Limon (Lemon) Peel Oil; aceite de limón; Citrus Aurantifolia (Lime) Oil;
Citrus Paradisi (Grapefruit) Peel Oil; Citrus Aurantium Amara Peel Oil; aceite de ruda;
Angelica Archangelica Root Oil; Ruta Graveolens Oil; Cuminum Cyminum Seed Oil;
Tagetes Minuta Flower Oil; Hypericum Perforatum Extract
"""


def listed(names: str) -> list[str]:
    return [" ".join(name.split()) for name in names.split(";")]


@pytest.mark.parametrize("name", listed(ALLERGENS_2003) + listed(ALLERGENS_2023))
def test_fragrance_allergens_of_the_european_lists(name: str) -> None:
    found = one(name)
    assert found.status == "known"
    assert {"fragrance", "fragrance-allergen"} <= set(found.classes)


@pytest.mark.parametrize("name", listed(FILTERS))
def test_chemical_filters(name: str) -> None:
    assert one(name).classes == ("uv-filter-chemical",)


@pytest.mark.parametrize(
    "name",
    [
        "Zinc Oxide",
        "Titanium Dioxide (nano)",
        "CI 77891",
        "77947",
        "óxido de zinc",
        "Titanium Dioxide [nano]",
        "CI 77891 (Titanium Dioxide)",
    ],
)
def test_mineral_filters(name: str) -> None:
    assert one(name).classes == ("uv-filter-mineral",)


@pytest.mark.parametrize("name", listed(PHOTOTOXIC))
def test_phototoxic_plants(name: str) -> None:
    found = one(name)
    assert "phototoxic" in found.classes
    assert found.wait.value == KNOWN.claim("aftercare.products.phototoxic-wait").value


@pytest.mark.parametrize("name", ["Citrus Sinensis Peel Oil", "aceite de mandarina", "yuzu oil"])
def test_citrus_oils_that_are_not_phototoxic(name: str) -> None:
    assert "essential-oil" in one(name).classes
    assert "phototoxic" not in one(name).classes


@pytest.mark.parametrize(
    ("class_", "names"),
    [
        (
            "topical-retinoid",
            (
                "Retinol; Retinal; Retinyl Palmitate; Tretinoin; Adapalene;"
                "Hydroxypinacolone Retinoate; palmitato de retinilo; Vitamin A Palmitate"
            ),
        ),
        (
            "aha",
            (
                "Glycolic Acid; Lactic Acid; ácido mandélico; Malic Acid; Sodium Lactate;"
                "Saccharum Officinarum (Sugar Cane) Extract; Citric Acid; Sodium Glycolate"
            ),
        ),
        (
            "bha",
            (
                "Salicylic Acid; ácido salicílico; Capryloyl Salicylic Acid; Betaine Salicylate;"
                "Salix Nigra (Willow) Bark Extract; Sodium Salicylate"
            ),
        ),
        ("pha", "Gluconolactone; Lactobionic Acid; Maltobionic Acid; Gluconic Acid"),
        (
            "vitamin-c",
            (
                "Ascorbic Acid; Ascorbyl Glucoside; 3-O-Ethyl Ascorbic Acid;"
                "Sodium Ascorbyl Phosphate; Tetrahexyldecyl Ascorbate; Calcium Ascorbate"
            ),
        ),
        ("benzoyl-peroxide", "Benzoyl Peroxide; peróxido de benzoílo"),
        ("azelaic-acid", "Azelaic Acid; ácido azelaico; Potassium Azeloyl Diglycinate"),
        (
            "hydroquinone",
            ("Hydroquinone; hidroquinona; Alpha-Arbutin;Arctostaphylos Uva-Ursi Leaf Extract"),
        ),
        (
            "peptide",
            (
                "Palmitoyl Tripeptide-1; Copper Tripeptide-1; Acetyl Hexapeptide-8;"
                "Palmitoyl Tetrapeptide-7; péptidos"
            ),
        ),
        ("growth-factor", "sh-Oligopeptide-1; rh-Oligopeptide-1; sh-Polypeptide-9; EGF"),
        ("exosome", "exosomas; Rosa Damascena Exosomes; Centella Asiatica Extracellular Vesicles"),
        ("pdrn", "Sodium DNA; Hydrolyzed DNA; PDRN; Polynucleotide Sodium"),
        ("tranexamic-acid", "Tranexamic Acid; ácido tranexámico; Cetyl Tranexamate HCl"),
        ("fragrance", "Parfum; Fragrance; Perfume; fragancia; Aroma; Vanilla Planifolia Extract"),
        (
            "essential-oil",
            (
                "Lavandula Angustifolia (Lavender) Oil; aceite de árbol de té;"
                "Melaleuca Alternifolia (Tea Tree) Leaf Oil;"
                "Rosmarinus Officinalis (Rosemary) Leaf Oil"
            ),
        ),
        (
            "drying-alcohol",
            (
                "Alcohol; Alcohol Denat.; SD Alcohol 40-B; Ethanol; alcohol etílico;"
                "Isopropyl Alcohol"
            ),
        ),
        (
            "scrub",
            (
                "Juglans Regia (Walnut) Shell Powder; Pumice; Perlite; Papain; Corundum;"
                "Prunus Armeniaca (Apricot) Seed Powder"
            ),
        ),
        ("antibiotic", "Clindamycin Phosphate; Erythromycin; Mupirocin"),
        ("self-tanner", "Dihydroxyacetone; Erythrulose"),
        ("sensitiser", "Methylisothiazolinone; DMDM Hydantoin; Diazolidinyl Urea"),
        ("irritant", "Sodium Lauryl Sulfate; Menthol; Capsaicin; Witch Hazel"),
        ("colour", "CI 19140; 42090; Carmine; tartrazina"),
        ("mineral-colour", "Iron Oxides; CI 77491; 77499; Mica; óxidos de hierro"),
        ("topical-steroid", "Hydrocortisone; Clobetasol Propionate"),
    ],
)
def test_classes(class_: str, names: str) -> None:
    for name in listed(names):
        found = one(name)
        assert class_ in found.classes, name
        assert days(check(name)) >= 1


@pytest.mark.parametrize(
    "name",
    [
        "Cetearyl Alcohol",
        "Cetyl Alcohol",
        "Stearyl Alcohol",
        "Behenyl Alcohol",
        "Lanolin Alcohol",
        "alcohol cetílico",
        "Polyvinyl Alcohol",
        "Phenoxyethanol",
        "Aqua",
        "agua",
        "Water",
        "Sodium Hyaluronate",
        "Glycerin",
        "glicerina",
        "Ceramide NP",
        "Dimethicone",
        "Squalane",
        "Caffeine",
        "cafeína",
        "Ubiquinone",
        "Zinc Sulfate",
        "Tocopherol (Vitamin E)",
        "Simmondsia Chinensis (Jojoba) Seed Oil",
        "manteca de karité",
        "Niacinamide",
        "Panthenol",
    ],
)
def test_bland_ones(name: str) -> None:
    found = one(name)
    assert found.status == "known"
    assert found.classes in {("other-known",), ("limited-preservative",)}
    assert check(name).verdict == "bland"


# --- whole lists ------------------------------------------------------------------------------

LISTS = tomllib.loads((Path(__file__).parent / "lists.toml").read_text())


@pytest.mark.parametrize("kind", LISTS)
def test_whole_lists(kind: str) -> None:
    case = LISTS[kind]
    product = check(case["text"])
    found = {name for each in product.ingredients for name in each.classes} - {"other-known"}
    assert found == set(case["classes"])
    assert (product.verdict, days(product)) == (case["verdict"], case["days"])
    assert [each.position for each in product.ingredients] == list(
        range(1, len(product.ingredients) + 1)
    )
    assert product.never_on_needled_skin
    assert all(each.never_on_needled_skin for each in product.ingredients)
    assert product.claims
    assert set(product.claims) <= set(KNOWN.claims)


def test_unknown_ingredients_are_named_as_unknown() -> None:
    product = check(LISTS["cream-with-something-new"]["text"])
    assert product.unknown == ("Novelinyl Madeupate",)
    assert "Novelinyl Madeupate" in product.summary
    assert check(LISTS["acne-gel-on-prescription"]["text"]).unknown == ("Poloxamer 402",)


def test_a_misspelling_is_suggested_and_never_assumed() -> None:
    found = one("Glycerrin")
    assert (found.status, found.classes) == ("unknown", ())
    assert "glycerin" in {each.name.casefold() for each in found.suggestions}
    assert check("Glycerrin").verdict == "ask"


def test_a_trade_name_with_a_known_content_is_both_unknown_and_classed() -> None:
    found = one("Madeupol X (Retinol)")
    assert found.status == "unknown"
    assert "topical-retinoid" in found.classes


@pytest.mark.parametrize("name", ["Sodium Madeupate", "Glycerin Retinol", "Aqua Madeupol"])
def test_a_name_is_never_cut_to_a_harmless_one(name: str) -> None:
    assert one(name).status == "unknown"


@pytest.mark.parametrize(
    ("class_", "names"),
    [
        ("topical-retinoid", "Retinyl Madeupate; Cetyl Madeuretinoate; Nuevo retinoide; Xretinol"),
        ("aha", "Madeup Glycolate; Zinc Madeup Lactate; Madeup Fruit Acids"),
        ("bha", "Madeup Salicylate; Salix Madeupa Bark; salicilato de inventol"),
        ("pha", "Madeup Gluconolactone; Madeup Lactobionate"),
        ("vitamin-c", "Madeup Ascorbate; Ascorbyl Madeupate; madeupil ascorbato"),
        ("peptide", "Palmitoyl Hexapeptide-991; Madeup Oligopeptide-400; péptido inventado"),
        ("growth-factor", "sh-Polypeptide-991; Madeup Conditioned Media; Ovine Placental Madeup"),
        ("exosome", "Madeup Callus Exosomes; Madeup Extracellular Vesicles; exosomas de inventol"),
        ("pdrn", "Madeup PDRN; Oncorhynchus Madeup DNA; ADN de inventol"),
        ("fragrance-allergen", "Madeup Damascone; Linalyl Madeupate; Isobutyl Cinnamal"),
        (
            "essential-oil",
            "aceite esencial de inventol; Madeup Essential Oil; Rosa Madeupa Absolute",
        ),
        ("phototoxic", "Citrus Madeupa Peel Oil; Madeup Bergamot Oil; Madeup Psoralen"),
        ("drying-alcohol", "SD Alcohol 99-Z; Madeup Alcohol Denat."),
        ("uv-filter-chemical", "Benzophenone-99; Madeup Triazone; Octyl Madeup PABA"),
        ("antibiotic", "Madeupmycin; Madeupfloxacin Gel; Madeupcycline"),
        ("colour", "CI 99999; CI 15850:7; Madeup 7 Lake"),
        ("scrub", "Madeup Shell Powder; Madeup Spicules; Madeup Protease"),
    ],
)
def test_an_unlisted_name_is_told_its_family_and_stays_unknown(class_: str, names: str) -> None:
    for name in listed(names):
        found = one(name)
        assert class_ in found.classes, name
        assert (found.status, found.entries, found.ask) == ("unknown", (), True), name
        assert days(check(name)) == 14


@pytest.mark.parametrize(
    "name", ["Helianthus Annuus Seed Oil (Retinyl Madeupate)", "Aqua (PDRN-X)"]
)
def test_what_stands_in_a_bracket_is_not_lost(name: str) -> None:
    assert one(name).status == "unknown"
    assert len(one(name).classes) >= 1


@pytest.mark.parametrize(
    ("name", "class_"),
    [
        ("Salicylic Acid USP", "bha"),
        ("Retinol BP", "topical-retinoid"),
        ("Alcohol Ph. Eur.", "drying-alcohol"),
        ("Encapsulated Retinol", "topical-retinoid"),
        ("extracto de corteza de sauce blanco", "bha"),
    ],
)
def test_what_only_tells_the_grade_or_form_leaves_the_name_known(name: str, class_: str) -> None:
    assert (one(name).status, class_ in one(name).classes) == ("known", True)


def test_a_bracket_that_only_names_the_plant_leaves_the_name_known() -> None:
    for name in ("Citrus Bergamia (Bergamot) Peel Oil", "Pelargonium Graveolens (Geranium) Oil"):
        assert one(name).status == "known", name


@pytest.mark.parametrize(
    "text", ["Sucrose, Cocos Nucifera Oil, Glycerin", "Sal marina, aceite de coco, glicerina"]
)
def test_grains_at_the_head_of_a_list_scrub(text: str) -> None:
    product = check(text)
    assert "scrub" in product.ingredients[0].classes
    assert "aftercare.products.grains" in product.ingredients[0].claims
    assert (product.verdict, days(product)) == ("wait", 7)
    assert check(f"Aqua, {text}").verdict == "bland"  # water dissolves them
    no_place = with_value("aftercare.products.grains-lead", 0)
    assert check(text, no_place).verdict == "bland"


@pytest.mark.parametrize(
    "text",
    [
        "Aqua, Glycerin, free of parabens, Salicylic Acid, Parfum",
        "Aqua, Glycerin,\nfree of parabens, Salicylic Acid, Parfum",
        "Aqua, sin parabenos, Salicylic Acid, Parfum",
    ],
)
def test_what_follows_a_word_of_absence_within_a_list_counts(text: str) -> None:
    product = check(text)
    assert [each.name for each in product.ingredients][-2:] == ["Salicylic Acid", "Parfum"]
    assert product.verdict == "wait"


@pytest.mark.parametrize(
    "name",
    [
        *("soap", "face cream", "micellar water", "sunscreen", "maquillaje", "jabón"),
        *("hyaluronic acid serum", "niacinamide serum", "retinol serum", "hidratante"),
        "silicone gel",
    ],
)
def test_a_kind_of_product_is_no_ingredient_and_is_asked_about(name: str) -> None:
    product = check(f"Aqua, {name}")
    assert product.verdict == "ask"
    assert product.ingredients[-1].status == "unclear"
    assert product.ingredients[-1].notes == (
        "A kind of product, not an ingredient: paste the list on its pack.",
    )


@pytest.mark.parametrize(
    "name",
    [
        *("Bakuchiol", "Pramoxine", "Phytonadione", "Borax", "yogurt", "yogur", "lemon juice"),
        *("vinagre de manzana", "Hydrolyzed Wheat Protein", "Symphytum Officinale Root Extract"),
        *("Hedera Helix Extract", "Cicer Arietinum Seed Powder", "Lidocaine HCl"),
    ],
)
def test_what_acts_or_harms_is_not_bland(name: str) -> None:
    product = check(f"Aqua, Glycerin, {name}")
    assert product.verdict in {"wait", "ask"}
    assert product.ingredients[-1].status == "known"


@pytest.mark.parametrize("mark", ["(F.I.L. D202506/1)", "(CODE F.I.L. : N70037302/1)"])
def test_a_code_after_the_list_asks_nobody(mark: str) -> None:
    product = check(f"AQUA / WATER / EAU, GLYCERIN, CETEARYL ALCOHOL, TOCOPHEROL. {mark}")
    assert product.verdict == "bland"
    assert product.remarks


@pytest.mark.parametrize("said", ["con ácido salicílico", "but with salicylic acid"])
def test_what_a_sentence_says_is_present_counts(said: str) -> None:
    product = check(f"Aqua, Glycerin, Panthenol. Sin perfume, sin alcohol, {said}")
    assert product.verdict == "ask"
    assert any("bha" in one.classes for one in product.ingredients)


def test_nothing_read_says_so() -> None:
    for text in ("", "   ", "50 ml", "Made in Spain", "12345678"):
        product = check(text)
        assert product.verdict == "nothing-read"
        assert product.usable_from is None


def test_a_photo_of_a_label_is_out_of_scope_and_says_so() -> None:
    assert "photo" in check("Aqua").limits


def test_a_list_cut_for_its_length_is_asked_about() -> None:
    product = check("Aqua, " * LONGEST)
    assert (product.verdict, days(product)) == ("ask", 14)


# --- pH adjusters -----------------------------------------------------------------------------


def adjusted(text: str) -> list[str]:
    return [each.name for each in check(text).ingredients if each.ph_adjuster]


LONG = "Aqua, Glycerin, Dimethicone, Squalane, Panthenol, Petrolatum"


def test_a_late_acid_is_said_to_be_a_ph_adjuster_as_an_inference() -> None:
    product = check(f"{LONG}, Xanthan Gum, Allantoin, Citric Acid")
    acid = product.ingredients[-1]
    assert acid.ph_adjuster
    assert "inference" in acid.notes[0]
    assert days(product) == 7  # an inference shortens nothing
    assert product.perhaps_from == DAY + timedelta(days=1)
    assert "aftercare.products.ph-tail" in acid.claims


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"Citric Acid, {LONG}, Carbomer", []),
        ("Aqua, Glycerin, Citric Acid", []),
        ("Citric Acid", []),
        (f"{LONG}, Carbomer, Citric Acid 5%", []),
        (f"{LONG}, Carbomer, Citric Acid 0.2%", ["Citric Acid"]),
        (f"{LONG}, Carbomer, Glycolic Acid", []),
        (f"{LONG}, Carbomer, Salicylic Acid", []),
        (f"Aqua, Phenoxyethanol, Lactic Acid, {LONG}", ["Lactic Acid"]),
        (f"Aqua, Lactic Acid, Phenoxyethanol, {LONG}", []),
    ],
)
def test_which_acids_are_ph_adjusters(text: str, expected: list[str]) -> None:
    assert adjusted(text) == expected


def test_perhaps_is_no_earlier_than_what_else_is_in_it() -> None:
    assert check(f"{LONG}, Parfum, Carbomer, Citric Acid").perhaps_from is None
    mixed = check(f"{LONG}, Zinc Oxide, CI 77491, Citric Acid")
    assert mixed.perhaps_from == DAY + timedelta(days=2)
    assert check(f"{LONG}, Madeupol, Carbomer, Citric Acid").perhaps_from is None


# --- dates, the clinic's choices --------------------------------------------------------------


def test_waits_run_from_the_last_pass() -> None:
    morning = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
    cream = check_product("Glycerin", ended=morning, knowledge=KNOWN, lexicon=LEXICON)
    assert cream.usable_at == datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
    assert check("Glycerin").usable_from == date(2026, 11, 21)


def after_session(
    closure_h: float, text: str, *, sunscreen: bool = False
) -> tuple[Product, Timeline]:
    """What is said of a product and of the weeks, where a model has the skin close so late."""
    ended = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)
    course = timeline(
        KNOWN,
        ended=ended,
        depth_mm=1.5,
        zones=["cheek"],
        closure=Cited(closure_h, "h", ("made.up",)),
    )
    made = check_product(
        text, ended=ended, knowledge=KNOWN, lexicon=LEXICON, course=course, sunscreen=sunscreen
    )
    return made, course


@pytest.mark.parametrize("closure_h", [1, 60, 169, 400])
@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("Retinol", "actives"),
        ("Azelaic Acid", "actives"),
        ("Benzoyl Peroxide", "benzoyl-peroxide"),
        ("Octocrylene", "chemical-filters"),
        ("Zinc Oxide", "sunscreen"),
        ("CI 77491", "make-up"),
        ("Glycerin", "moisturiser"),
        ("Parfum", "actives"),
        ("Sodium DNA", "actives"),
        ("Madeupol", "actives"),
    ],
)
def test_no_product_is_fine_before_the_course_says_so(
    text: str, what: str, closure_h: float
) -> None:
    made, course = after_session(closure_h, text)
    first = next(each for each in course.firsts if each.what == what)
    assert made.usable_at is not None
    assert first.on is not None
    assert made.usable_from is not None
    assert made.usable_from >= first.on
    assert first.at is None or made.usable_at >= first.at
    if first.lengthened and made.usable_at == first.at:
        assert "made.up" in made.ingredients[0].claims


def test_a_tint_of_a_sunscreen_is_not_lengthened_and_make_up_is() -> None:
    assert after_session(400, "Zinc Oxide, CI 77491", sunscreen=True)[0].usable_from == date(
        2026, 11, 21
    )
    made, _ = after_session(400, "Zinc Oxide, CI 77491")
    assert made.usable_from == date(2026, 12, 7)


def test_a_wait_in_hours_is_told_with_its_hour() -> None:
    noon = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    cream = check_product("Glycerin", ended=noon, knowledge=KNOWN, lexicon=LEXICON)
    assert "20 November 2026, 20:00" in cream.summary
    serum = check_product("Retinol", ended=noon, knowledge=KNOWN, lexicon=LEXICON)
    assert "27 November 2026." in serum.summary
    assert [each.is_to_the_hour for each in (*cream.ingredients, *serum.ingredients)] == [
        True,
        False,
    ]


def test_a_night_on_which_clocks_go_forward_shortens_no_wait() -> None:
    ended = datetime(2026, 3, 28, 16, 0, tzinfo=ZoneInfo("Europe/Madrid"))
    found = check_product("Zinc Oxide", ended=ended, knowledge=KNOWN, lexicon=LEXICON)
    assert found.usable_at == datetime(2026, 3, 29, 17, 0, tzinfo=ZoneInfo("Europe/Madrid"))


def test_a_tinted_sunscreen_waits_as_a_sunscreen() -> None:
    text = "Zinc Oxide, Iron Oxides, Mica, Glycerin"
    assert days(check(text)) == 2
    assert days(check(text, sunscreen=True)) == 1
    assert days(check(f"{text}, CI 19140", sunscreen=True)) == 2


def test_only_the_clinics_list_lets_a_product_on_needled_skin() -> None:
    knowledge = overlaid(allow=["Example Glide HA"])
    glide = check("Aqua, Sodium Hyaluronate", knowledge, name="example glide-ha ")
    assert glide.on_clinic_list
    assert not glide.never_on_needled_skin
    assert not any(each.never_on_needled_skin for each in glide.ingredients)
    assert glide.usable_from == DAY
    assert check("Aqua, Sodium Hyaluronate", knowledge, name="Other").never_on_needled_skin
    assert check("Aqua, Sodium Hyaluronate", knowledge).never_on_needled_skin
    assert days(check("Aqua, Retinol", knowledge, name="Example Glide HA")) == 7
    assert check("Aqua, Madeupol", knowledge, name="Example Glide HA").verdict == "ask"


def test_a_clinic_tightens_a_wait() -> None:
    knowledge = overlaid(tighten=[("aftercare.products.fragrance-wait", 21)])
    assert days(check("Aqua, Parfum", knowledge)) == 21
    assert days(check("Aqua, Madeupol", knowledge)) == 21


def test_a_wait_that_the_clinic_rejects_is_not_enough_known() -> None:
    knowledge = overlaid(reject=["aftercare.actives.wait"])
    product = check("Aqua, Retinol", knowledge)
    assert (product.verdict, days(product)) == ("ask", 14)


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("Glycerin", "aftercare.moisturiser.from"),
        ("Retinol", "aftercare.actives.wait"),
        ("Benzoyl Peroxide", "aftercare.benzoyl-peroxide.wait"),
        ("Zinc Oxide", "aftercare.sunscreen.wait"),
        ("Octocrylene", "aftercare.sunscreen.chemical-filters-wait"),
        ("CI 19140", "aftercare.make-up.wait"),
        ("Parfum", "aftercare.products.fragrance-wait"),
        ("Citrus Bergamia Peel Oil", "aftercare.products.phototoxic-wait"),
        ("Alcohol Denat.", "aftercare.products.alcohol-wait"),
        ("Sodium DNA", "aftercare.products.booster-wait"),
        ("Minoxidil", "aftercare.products.medicine-wait"),
    ],
)
def test_each_wait_is_the_number_of_its_claim(text: str, claim: str) -> None:
    found = one(text)
    assert claim in found.claims
    known = KNOWN.claim(claim)
    assert (found.wait.value, found.wait.unit) == (known.value, known.unit)
    changed = with_value(claim, known.number * 50)
    assert check(text, changed).ingredients[0].wait.value == found.wait.value * 50


# --- laws -------------------------------------------------------------------------------------

NAMES = st.sampled_from(
    [
        "Aqua",
        "Glycerin",
        "Niacinamide",
        "Phenoxyethanol",
        "Citric Acid",
        "Lactic Acid",
        "Retinol",
        "Parfum",
        "Linalool",
        "Alcohol Denat.",
        "Zinc Oxide",
        "Octocrylene",
        "CI 77491",
        "CI 19140",
        "Citrus Bergamia Peel Oil",
        "Sodium DNA",
        "Hydrocortisone",
        "Benzoyl Peroxide",
        "Madeupol Novelate",
        "Panthenol",
        "Carbomer",
        "Dimethicone",
        "Squalane",
        "Allantoin",
    ]
)
RANK = {"bland": 0, "wait": 1, "ask": 2}


@settings(deadline=None, max_examples=300)
@given(st.lists(NAMES, min_size=1, max_size=14), NAMES, st.integers(0, 14), st.booleans())
def test_one_more_ingredient_never_makes_a_product_usable_earlier(
    names: list[str], more: str, at: int, sunscreen: bool
) -> None:
    before = check(", ".join(names), sunscreen=sunscreen)
    at %= len(names) + 1
    after = check(", ".join([*names[:at], more, *names[at:]]), sunscreen=sunscreen)
    assert before.usable_at is not None
    assert after.usable_at is not None
    assert after.usable_at >= before.usable_at
    assert RANK[after.verdict] >= RANK[before.verdict]


@settings(deadline=None, max_examples=200)
@given(st.lists(NAMES, min_size=1, max_size=10))
def test_a_product_is_as_late_as_its_latest_ingredient(names: list[str]) -> None:
    product = check("; ".join(names))
    assert product.usable_at == max(each.usable_at for each in product.ingredients)
    assert (product.verdict == "ask") == any(each.ask for each in product.ingredients)
    if product.perhaps_from:
        assert product.usable_from is not None
        assert product.perhaps_from < product.usable_from


@settings(deadline=None, max_examples=300)
@given(st.text(alphabet=st.characters(categories=["Ll", "Lu", "Nd", "Zs"]), max_size=40))
def test_what_is_unknown_never_counts_as_harmless(text: str) -> None:
    longest = max(
        each.wait.value for each in check("Citrus Bergamia Peel Oil, Retinol").ingredients
    )
    for each in check(f"Aqua, {text}").ingredients:
        if each.status != "known":
            assert each.ask
            assert each.wait.value == longest
        else:
            assert each.entries


@settings(deadline=None, max_examples=150)
@given(st.text(max_size=600))
def test_any_text_gets_an_answer(text: str) -> None:
    product = check(text)
    assert product.verdict in {"nothing-read", "ask", "wait", "bland"}
    assert (product.usable_from is None) == (product.verdict == "nothing-read")
    assert product.summary


def test_the_finder_is_made_once() -> None:
    assert finder_of(LEXICON) is finder_of(LEXICON)
