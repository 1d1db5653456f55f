"""Names are found, asked about or named as unknown; nothing is assumed."""

from __future__ import annotations

import string
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from needlework.errors import KnowledgeError
from needlework.lexicon import CLASSES, CONDITIONS, Lexicon, Match, Suggestion
from needlework.lexicon.entry import ALLERGENS
from needlework.lexicon.load import build, load_tables
from needlework.lexicon.names import key

LEXICON = Lexicon.load()
LOOK_UPS: dict[str, Callable[[str], Match]] = {
    "medicine": LEXICON.medicine,
    "ingredient": LEXICON.ingredient,
    "condition": LEXICON.condition,
    "allergen": LEXICON.allergen,
}
ENTRIES = {(entry.kind, entry.id): entry for entry in LEXICON.entries}
MEDICINES = [entry for entry in LEXICON.entries if entry.kind == "medicine"]


def ids(match: Match) -> list[str]:
    return [entry.id for entry in match.entries]


# --- what there is ------------------------------------------------------------------------------


def test_at_least_350_medicines_by_generic_name() -> None:
    generics = {key(entry.title) for entry in MEDICINES if not entry.vague}
    assert len(generics) >= 800
    assert sum("other-known" in entry.classes for entry in MEDICINES) >= 120


def test_at_least_120_names_of_conditions() -> None:
    names = {
        key(name)
        for entry in LEXICON.entries
        if entry.kind == "condition"
        for name in entry.every_name
    }
    assert len(names) >= 600


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_each_class_has_members(name: str) -> None:
    assert any(name in entry.classes for entry in LEXICON.entries)


@pytest.mark.parametrize("name", sorted(CONDITIONS))
def test_each_condition_key_has_members(name: str) -> None:
    assert any(name in entry.classes for entry in LEXICON.entries if entry.kind == "condition")


@pytest.mark.parametrize("name", sorted(ALLERGENS))
def test_each_allergen_class_has_members(name: str) -> None:
    assert any(name in entry.classes for entry in LEXICON.entries if entry.kind == "allergen")


MEMBERS = {
    "systemic-retinoid": "isotretinoin, acitretin, alitretinoin, Accutane, Roaccutane, Soriatane",
    "acitretin": "acitretin, Neotigason, etretinate",
    "anticoagulant": "warfarin, Sintrom, apixaban, Xarelto, dabigatran, edoxaban, Clexane, heparin",
    "antiplatelet": "aspirin, clopidogrel, prasugrel, ticagrelor, Adiro, ginkgo, triflusal",
    "nsaid": "naproxen, Enantyum, celecoxib, aspirin, Nolotil, Advil",
    "immunosuppressant": "azathioprine, methotrexate, ciclosporin, mycophenolate, Humira, Imurel",
    "biologic": "adalimumab, dupilumab, ustekinumab, rituximab, Stelara, Cosentyx",
    "jak-inhibitor": "tofacitinib, baricitinib, upadacitinib, Opzelura, deucravacitinib",
    "chemotherapy": "cyclophosphamide, capecitabine, doxorubicin, quimioterapia, imatinib",
    "systemic-steroid": "prednisone, Medrol, deflazacort, cortisone, Dacortin",
    "photosensitiser": (
        "doxycycline, minocycline, lymecycline, ciprofloxacin, levofloxacin, sulfamethoxazole, "
        "hydrochlorothiazide, furosemide, amiodarone, voriconazole, griseofulvin, naproxen, "
        "ketoprofen, piroxicam, chlorpromazine, methoxsalen, isotretinoin, St John's wort, "
        "hydroxychloroquine, vemurafenib, pirfenidone"
    ),
    "antiarrhythmic-class-1": "mexiletine, tocainide, flecainide, propafenone, quinidine, Apocard",
    "antiarrhythmic-class-3": "amiodarone, sotalol, dronedarone, dofetilide, Trangorex",
    "methaemoglobin-inducer": (
        "dapsone, sulfamethoxazole, Bactrim, nitrofurantoin, nitroglycerin, primaquine, phenytoin, "
        "chloroquine, metoclopramide, phenobarbital, flutamide, phenazopyridine, sulfasalazine"
    ),
    "nitrate": "nitroglycerin, isosorbide mononitrate, isosorbide dinitrate, poppers",
    "cyp3a4-inhibitor": (
        "clarithromycin, erythromycin base?, itraconazole, fluconazole, ritonavir, Paxlovid, "
        "diltiazem, verapamil, amiodarone, cimetidine, grapefruit juice"
    ).replace("erythromycin base?, ", ""),
    "cyp1a2-inhibitor": "Yaz, fluvoxamine, ciprofloxacin, mexiletine, enoxacin, vemurafenib",
    "topical-retinoid": "adapalene, tazarotene, Differin, Retin-A, retinol serum, Epiduo",
    "aha": "glycolic acid, lactic acid, ácido mandélico, AHA",
    "bha": "salicylic acid, BHA, ácido salicílico",
    "pha": "gluconolactone, lactobionic acid",
    "benzoyl-peroxide": "benzoyl peroxide, Benzac, Duac, Epiduo, peróxido de benzoilo",
    "vitamin-c": "vitamin C serum, ascorbic acid, ascorbyl glucoside",
    "hydroquinone": "hydroquinone, Tri-Luma, hidroquinona",
    "azelaic-acid": "azelaic acid, Finacea, Skinoren",
    "topical-steroid": "clobetasol, hydrocortisone cream, mometasone cream, Dermovate, Elocon",
    "scrub": "scrub, exfoliante facial",
    "self-tanner": "self-tanner, dihydroxyacetone, autobronceador",
    "anaesthetic-amide": "lidocaine, prilocaine, EMLA, articaine, lidocaína, Pliaglis",
    "anaesthetic-ester": "tetracaine, benzocaine, procaine, Pliaglis, BLT",
    "growth-factor": "growth factors, EGF, péptidos",
    "exosome": "exosomes, exosomas",
    "pdrn": "PDRN, polynucleotides, Rejuran",
    "tranexamic-acid": "tranexamic acid serum",
    "fragrance": "fragrance, parfum, limonene, lavender oil",
    "prp": "PRP, platelet-rich plasma, vampire facial",
    "antiviral": "valaciclovir, Valtrex, oseltamivir",
    "antibiotic": "amoxicillin, Augmentin, azithromycin, doxiciclina",
    "against-diabetes": "insulin, metformin, Ozempic, Diamicron, Jardiance, sitagliptina",
    "against-herpes": "valaciclovir, Zovirax, Abreva, famciclovir",
    "against-hiv-or-hepatitis": "Biktarvy, Truvada, dolutegravir, sofosbuvir, darunavir",
    "for-heart": "digoxin, Entresto, ivabradine, ranolazine",
    "botulinum-toxin": "Botox, Dysport, toxina botulínica",
    "depilatory": "hair removal cream, crema depilatoria",
    "peel": "TCA, Jessner solution, ácido tricloroacético",
    "other-known": "levothyroxine, omeprazole, atorvastatin",
}
"""Names that must be found in each class (comma-separated)."""


@pytest.mark.parametrize(
    ("class_", "name"),
    [(class_, name) for class_, names in MEMBERS.items() for name in names.split(", ")],
)
def test_named_members(class_: str, name: str) -> None:
    match = LEXICON.medicine(name)
    assert class_ in match.classes
    assert match.kind in {"exact", "ambiguous"}


def test_members_are_named_for_each_class() -> None:
    assert set(MEMBERS) == CLASSES


@pytest.mark.parametrize(
    ("id_", "classes"),
    [
        ("amiodarone", {"antiarrhythmic-class-3", "photosensitiser", "cyp3a4-inhibitor"}),
        ("aspirin", {"antiplatelet", "nsaid"}),
        ("sulfamethoxazole", {"methaemoglobin-inducer", "photosensitiser", "antibiotic"}),
        ("nitroglycerin", {"nitrate", "methaemoglobin-inducer"}),
        ("acitretin", {"systemic-retinoid", "acitretin", "photosensitiser"}),
        ("verapamil", {"cyp3a4-inhibitor", "cyp1a2-inhibitor"}),
        ("mercaptopurine", {"immunosuppressant", "chemotherapy"}),
        ("azathioprine", {"immunosuppressant", "photosensitiser"}),
        ("blt", {"anaesthetic-amide", "anaesthetic-ester", "methaemoglobin-inducer"}),
        ("lidocaine-prilocaine", {"anaesthetic-amide", "methaemoglobin-inducer"}),
    ],
)
def test_several_classes(id_: str, classes: set[str]) -> None:
    assert LEXICON.medicine(id_).classes == classes


# --- how a name is read -------------------------------------------------------------------------


def test_every_name_finds_its_entry() -> None:
    for entry in LEXICON.entries:
        for name in entry.every_name:
            match = LOOK_UPS[entry.kind](name)
            assert match.kind in {"exact", "ambiguous"}, name
            assert entry in match.entries, name


@pytest.mark.parametrize(
    ("text", "id_"),
    [
        ("Isotretinoin 20 mg caps", "isotretinoin"),
        ("roaccutane® 10mg/d", "isotretinoin"),
        ("ISOTRETINOÍNA", "isotretinoin"),
        ("iso-tretinoin", "isotretinoin"),
        ("13-cis-retinoic acid 20 mg", "isotretinoin"),
        ("isotretinoin gel", "isotretinoin-topical"),
        ("warfarin sodium 5 mg", "warfarin"),
        ("Metoprolol succinate 50mg XL", "metoprolol"),
        ("valproato de sodio 500", "valproate"),
        ("ferrous sulfate 325 mg", "iron"),
        ("omega 3 1000mg", "fish-oil"),
        ("vitamin E 400 IU", "vitamin-e"),
        ("vit. D", "vitamin-d"),
        ("vitamina B12", "vitamin-b12"),
        ("aspirin 81 mg daily", "aspirin"),
        ("5-FU cream", "fluorouracil-topical"),
        ("sulphasalazine", "sulfasalazine"),
        ("Bactrim DS", "co-trimoxazole"),
        ("hierba de San Juan", "st-johns-wort"),
        ("St. John’s Wort", "st-johns-wort"),
        ("levothyroxine 100 mcg", "levothyroxine"),
        ("ciprofloxacino 500mg comprimidos", "ciprofloxacin"),
        ("EMLA cream 5%", "lidocaine-prilocaine"),
        ("insulin glargine (Lantus)", "insulin"),
        ("glycolic acid 10%", "glycolic-acid"),
    ],
)
def test_doses_forms_and_salts_are_cut(text: str, id_: str) -> None:
    match = LEXICON.medicine(text)
    assert (match.kind, ids(match)) == ("exact", [id_])


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("amoxicilina/ác. clavulánico 875/125", {"amoxicillin", "clavulanic-acid"}),
        ("losartan HCT 50/12.5", {"losartan", "hydrochlorothiazide"}),
        ("warfarin + amiodarone", {"warfarin", "amiodarone"}),
        ("hydrocodone & acetaminophen 5/325", {"hydrocodone", "paracetamol"}),
        ("metformina con sitagliptina", {"metformin", "sitagliptin"}),
        ("lidocaine with tetracaine 7%/7%", {"lidocaine", "tetracaine"}),
    ],
)
def test_a_combination_is_the_union_of_its_parts(text: str, parts: set[str]) -> None:
    match = LEXICON.medicine(text)
    assert match.kind == "exact"
    assert set(ids(match)) == parts
    assert match.classes == {name for part in parts for name in LEXICON.medicine(part).classes}


def test_a_combination_is_as_doubtful_as_its_most_doubtful_part() -> None:
    match = LEXICON.medicine("Accutane + warfrin")
    assert match.kind == "suggestion"
    assert ids(match) == ["isotretinoin"]  # what was recognised counts
    assert "anticoagulant" not in match.classes
    assert match.suggestions[0].name == "warfarin"
    assert LEXICON.medicine("ibuprofeno y codeína").kind == "ambiguous"


# --- routes -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "worst"),
    [
        ("tretinoin", "systemic-retinoid"),
        ("tacrolimus", "immunosuppressant"),
        ("hydrocortisone", "systemic-steroid"),
        ("hidrocortisona 20 mg", "systemic-steroid"),
        ("betamethasone", "systemic-steroid"),
        ("ketoconazole", "cyp3a4-inhibitor"),
        ("erythromycin", "cyp3a4-inhibitor"),
        ("ciprofloxacin", "cyp1a2-inhibitor"),
        ("minoxidil", "other-known"),
        ("budesonide", "systemic-steroid"),
    ],
)
def test_a_bare_name_of_several_routes_is_ambiguous(name: str, worst: str) -> None:
    match = LEXICON.medicine(name)
    assert match.kind == "ambiguous"
    assert len(match.entries) > 1
    assert worst in match.classes


@pytest.mark.parametrize(
    ("text", "id_"),
    [
        ("tretinoin cream 0.05%", "tretinoin-topical"),
        ("Retin-A", "tretinoin-topical"),
        ("Vesanoid", "tretinoin-oral"),
        ("tacrolimus 1 mg caps", "tacrolimus-oral"),
        ("tacrolimus pomada", "tacrolimus-topical"),
        ("hydrocortisone 10 mg tablets", "hydrocortisone-oral"),
        ("diclofenac gel", "diclofenac-topical"),
        ("ketoconazole shampoo", "ketoconazole-topical"),
    ],
)
def test_the_form_tells_the_route(text: str, id_: str) -> None:
    match = LEXICON.medicine(text)
    assert (match.kind, ids(match)) == ("exact", [id_])


def test_a_route_that_was_told_settles_it() -> None:
    match = LEXICON.medicine("tretinoin")
    assert ids(match.by_route("topical")) == ["tretinoin-topical"]
    assert match.by_route("oral").kind == "exact"
    combined = LEXICON.medicine("tretinoin + warfarin").by_route("topical")
    assert set(ids(combined)) == {"tretinoin-topical", "warfarin"}


@pytest.mark.parametrize("name", ["Nizoral", "Fungarest", "Lamisil", "Daktarin"])
def test_a_brand_of_a_tablet_and_a_cream_counts_as_both_until_the_route_is_told(name: str) -> None:
    match = LEXICON.medicine(name)
    assert match.kind == "ambiguous"
    assert match.by_route("oral").kind == match.by_route("topical").kind == "exact"
    assert match.by_route("oral").entries != match.by_route("topical").entries


@pytest.mark.parametrize("name", ["Retin-A", "Voltaren Emulgel", "Ketoisdin", "Pulmicort"])
def test_a_cream_that_is_said_to_be_swallowed_is_in_doubt(name: str) -> None:
    match = LEXICON.medicine(name)
    assert match.kind == "exact"
    assert match.by_route("oral").kind == match.by_route("injected").kind == "ambiguous"
    assert match.by_route("unknown") == match.by_route(match.entries[0].routes[0]) == match


def test_a_cream_with_a_steroid_is_no_plain_antifungal() -> None:
    assert LEXICON.medicine("Lotriderm").classes == {"topical-steroid"}


def test_what_is_suggested_is_a_name_and_no_key() -> None:
    names = [each.name for each in LEXICON.medicine("blood pressure pill").suggestions]
    assert names == ["blood pressure tablets"]
    assert LEXICON.medicine(names[0]).entries


def test_a_route_that_fits_nothing_settles_nothing() -> None:
    match = LEXICON.medicine("tretinoin")
    assert match.by_route("inhaled") == match
    assert match.by_route("unknown") == match
    assert LEXICON.medicine("warfarin cream").kind == "ambiguous"
    assert "anticoagulant" in LEXICON.medicine("warfarin cream").classes
    assert LEXICON.medicine("antibiotics").by_route("oral").kind == "ambiguous"


def test_variants_differ_in_route() -> None:
    for entry in LEXICON.entries:
        if entry.variant:
            others = [
                other
                for other in LEXICON.entries
                if other.variant == entry.variant and other.id != entry.id
            ]
            assert others, entry.id
            assert all(set(other.routes) != set(entry.routes) for other in others), entry.id


@pytest.mark.parametrize(
    "word", ["antibiotics", "steroids", "diuréticos", "numbing cream", "acne cream", "AINE"]
)
def test_a_word_for_many_things_is_asked_about(word: str) -> None:
    match = LEXICON.medicine(word)
    assert match.kind == "ambiguous"
    assert match.classes


@pytest.mark.parametrize(
    "words",
    ["blood thinner", "Blood thinners", "anticoagulant", "anticoagulants", "anticoagulantes"],
)
def test_a_blood_thinner_may_be_of_either_sort(words: str) -> None:
    match = LEXICON.medicine(words)
    assert match.kind == "ambiguous"
    assert match.classes == {"anticoagulant", "antiplatelet"}
    assert match.by_route("oral").kind == "ambiguous"


# --- misspellings -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("isotretionin", "isotretinoin"),
        ("acutane", "Accutane"),
        ("warfrin", "warfarin"),
        ("amiodaron", "amiodarone"),
        ("doxyciline", "doxycycline"),
        ("metotrexate", "methotrexate"),
        ("isotretinoina orall", "isotretinoína oral"),
    ],
)
def test_a_misspelling_suggests_and_does_not_match(text: str, name: str) -> None:
    match = LEXICON.medicine(text)
    assert match.kind == "suggestion"
    assert match.entries == ()
    assert match.classes == frozenset()
    assert set(ids(LEXICON.medicine(name))) & {each.id for each in match.suggestions}
    scores = [suggestion.score for suggestion in match.suggestions]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score < 100 for score in scores)


@pytest.mark.parametrize(
    "text",
    ["no warfarin", "mum's isotretinoin", "stopped isotretinoin in March", "isotretinoin?no"],
)
def test_a_name_inside_a_sentence_is_suggested_only(text: str) -> None:
    match = LEXICON.medicine(text)
    assert match.kind == "suggestion"
    assert match.classes == frozenset()


def test_a_suggestion_leads_to_an_entry_once_confirmed() -> None:
    for text in ("acutane", "warfrin", "doxyciline"):
        for suggestion in LEXICON.medicine(text).suggestions:
            confirmed = LEXICON.medicine(suggestion.name)
            assert confirmed.kind in {"exact", "ambiguous"}
            assert suggestion.id in ids(confirmed)


GENERICS = sorted(
    name
    for entry in MEDICINES
    for names in entry.names.values()
    for name in names
    if name.isalpha() and len(name) >= 7
)


class Unhelpful(Lexicon):
    """Makes no suggestions, which is quicker where only matches count."""

    def _suggest(self, *_: object) -> Iterator[Suggestion]:
        return iter(())


UNHELPFUL = Unhelpful(load_tables())
NAMES = set(GENERICS)
NEIGHBOURS = {
    changed
    for name in GENERICS
    for at, letter in product(range(len(name)), string.ascii_lowercase)
    if (changed := name[:at] + letter + name[at + 1 :]) in NAMES and changed != name
}
"""True names one letter apart, which no spelling check can tell from one another."""


def test_no_letter_less_makes_another_medicine() -> None:
    """Losing a letter of a generic name never leads to an entry that lacks one of its classes."""
    for name in GENERICS:
        meant = UNHELPFUL.medicine(name)
        for at in range(len(name)):
            match = UNHELPFUL.medicine(name[:at] + name[at + 1 :])
            if match.kind in {"exact", "ambiguous"}:
                assert meant.classes <= match.classes, (name, at)


@settings(deadline=None, max_examples=300)
@given(st.sampled_from(GENERICS), st.integers(0, 30), st.sampled_from(string.ascii_lowercase))
def test_a_changed_letter_never_loses_a_class(name: str, at: int, letter: str) -> None:
    at %= len(name)
    changed = name[:at] + letter + name[at + 1 :]
    match = UNHELPFUL.medicine(changed)
    if match.kind in {"exact", "ambiguous"} and changed not in NEIGHBOURS:
        assert UNHELPFUL.medicine(name).classes <= match.classes


# --- hostile text -------------------------------------------------------------------------------


@settings(deadline=None, max_examples=500)
@given(st.text(max_size=400))
def test_any_text_gets_an_answer(text: str) -> None:
    for look in LOOK_UPS.values():
        match = look(text)
        assert match.kind in {"exact", "ambiguous", "suggestion", "unknown"}
        assert bool(match.suggestions) == (match.kind == "suggestion")
        if match.kind in {"exact", "ambiguous"}:
            assert match.entries


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "®", "\x00", "-/-", "\u200b", "12 mg", "500 mg tablets daily", "a" * 10_000,
        "isotretinoin" * 1_000, "1-" * 5_000, "1" * 200, "1/1x1-" * 33, "(" * 200, "é" * 200,
        "qwerty uiop " * 16, "😀" * 100, "warfarin " * 2_000,
    ],
)  # fmt: skip
def test_absurd_text_is_unknown(text: str) -> None:
    for look in LOOK_UPS.values():
        match = look(text)
        assert match.kind == "unknown"
        assert not match.entries


@pytest.mark.parametrize("text", ["іsotretinoin", "isotretin\u00f8in", "ｗａｒｆａｒｉｎ"])
def test_letters_of_other_scripts(text: str) -> None:
    match = LEXICON.medicine(text)  # full-width letters are the same; a look-alike is not
    assert match.kind == ("exact" if text.startswith("ｗ") else "suggestion")


# --- ingredients, conditions, allergens ---------------------------------------------------------


def test_on_the_skin_only_what_is_used_there() -> None:
    assert ids(LEXICON.ingredient("tretinoin")) == ["tretinoin-topical"]
    assert ids(LEXICON.ingredient("hydrocortisone")) == ["hydrocortisone-topical"]
    assert LEXICON.ingredient("warfarin").kind == "unknown"
    assert LEXICON.ingredient("isotretinoin").kind == "suggestion"
    assert LEXICON.ingredient("AHA/BHA").classes == {"aha", "bha"}
    assert LEXICON.ingredient("retinol 0.3%").classes == {"topical-retinoid"}


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("queloides", {"keloid"}),
        ("history of keloids", {"keloid"}),
        ("haemophilia A", {"bleeding-disorder"}),
        ("Hemophilia", {"bleeding-disorder"}),
        ("VIH", {"immune-deficiency"}),
        ("SLE", {"lupus"}),
        ("morphea", {"scleroderma"}),
        ("Sjögren's syndrome", {"connective-tissue-disease"}),
        ("Hashimoto's", {"other-autoimmune"}),
        ("diabetes tipo 2", {"diabetes"}),
        ("type 1 diabetes", {"diabetes", "other-autoimmune"}),
        ("marcapasos", {"pacemaker", "cardiac"}),
        ("fibrilación auricular", {"cardiac"}),
        ("rosacea", {"rosacea-papulopustular", "rosacea-erythematotelangiectatic"}),
        ("mild eczema", {"eczema"}),
        ("atopic dermatitis", {"eczema", "dermatitis", "atopy"}),
        ("liquen plano", {"lichen-planus"}),
        ("vitíligo", {"vitiligo"}),
        ("queratosis actínica", {"actinic-keratosis"}),
        ("BCC", {"skin-cancer"}),
        ("verrugas planas", {"warts"}),
        ("cold sores", {"herpes-simplex"}),
        ("methemoglobinemia", {"methaemoglobinaemia"}),
        ("G6PD deficiency", {"g6pd-deficiency"}),
        ("cirrosis", {"liver-disease-severe"}),
        ("suxamethonium apnoea", {"pseudocholinesterase-deficiency"}),
        ("desmayos", {"fainting"}),
        ("epilepsy", {"other-known"}),
        ("hipertensión", {"other-known"}),
        ("eczema and asthma", {"eczema", "atopy"}),
    ],
)
def test_conditions(text: str, keys: set[str]) -> None:
    match = LEXICON.condition(text)
    assert match.kind == "exact"
    assert match.classes == keys


ACTIVE_DERMATOSIS = {"dermatosis-active", "active"}
ACTIVE_COLD_SORE = {"herpes-simplex", "cold-sore-active", "active"}
ACTIVE_ROSACEA = {"rosacea-active", "active"}
BOTH_ROSACEAS = {"rosacea-papulopustular", "rosacea-erythematotelangiectatic"}
SEVERE_ACNE = {"acne", "acne-severe"}
CHEMOTHERAPY = {"chemotherapy-now", "immune-deficiency"}


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("acne", {"acne"}),
        ("mild acne", {"acne"}),
        ("severe acne", SEVERE_ACNE),
        ("severe acne vulgaris", SEVERE_ACNE),
        ("acné grave", SEVERE_ACNE),
        ("acné severo", SEVERE_ACNE),
        ("cystic acne", SEVERE_ACNE),
        ("acné quístico severo", SEVERE_ACNE),
        ("nodulocystic acne", SEVERE_ACNE),
        ("acne conglobata", SEVERE_ACNE),
        ("acne fulminans", SEVERE_ACNE),
        ("moderate to severe acne", SEVERE_ACNE),
        ("active severe acne", SEVERE_ACNE | {"active"}),
        ("acne, severe and active", SEVERE_ACNE | {"active"}),
        ("active acne", {"acne", "active"}),
        ("history of severe acne", {"acne"}),
        ("antecedentes de acné quístico", {"acne"}),
        ("cold sore", {"herpes-simplex"}),
        ("active cold sore", ACTIVE_COLD_SORE),
        ("cold sore now", ACTIVE_COLD_SORE),
        ("fresh cold sore", ACTIVE_COLD_SORE),
        ("herpes labial activo", ACTIVE_COLD_SORE),
        ("brote de herpes", ACTIVE_COLD_SORE),
        ("history of cold sore outbreaks", {"herpes-simplex"}),
        ("history of cold sores, active now", ACTIVE_COLD_SORE),
        ("active eczema", ACTIVE_DERMATOSIS | {"eczema"}),
        ("eczema (active)", ACTIVE_DERMATOSIS | {"eczema"}),
        ("eczema flare-up", ACTIVE_DERMATOSIS | {"eczema"}),
        ("eczema at the moment", ACTIVE_DERMATOSIS | {"eczema"}),
        ("severe active eczema", ACTIVE_DERMATOSIS | {"eczema"}),
        ("eccema en brote", ACTIVE_DERMATOSIS | {"eczema"}),
        ("brote de psoriasis", ACTIVE_DERMATOSIS | {"psoriasis"}),
        ("psoriasis activa", ACTIVE_DERMATOSIS | {"psoriasis"}),
        ("liquen plano activo", ACTIVE_DERMATOSIS | {"lichen-planus"}),
        ("current dermatitis", ACTIVE_DERMATOSIS | {"dermatitis"}),
        ("eczema and psoriasis, both active", ACTIVE_DERMATOSIS | {"eczema", "psoriasis"}),
        ("active eczema and asthma", ACTIVE_DERMATOSIS | {"eczema", "atopy"}),
        ("history of eczema flares", {"eczema"}),
        ("active rosacea", ACTIVE_ROSACEA | BOTH_ROSACEAS),
        ("rosacea flare", ACTIVE_ROSACEA | BOTH_ROSACEAS),
        ("brote de rosácea", ACTIVE_ROSACEA | BOTH_ROSACEAS),
        ("active papulopustular rosacea", ACTIVE_ROSACEA | {"rosacea-papulopustular"}),
        ("active infection", {"infection", "active"}),
        ("infección activa", {"infection", "active"}),
        ("active keloid", {"keloid", "active"}),
        ("queloide activo", {"keloid", "active"}),
        ("currently pregnant", {"pregnancy", "active"}),
        ("cancer", {"cancer"}),
        ("chemotherapy", CHEMOTHERAPY),
        ("undergoing chemotherapy", CHEMOTHERAPY),
        ("on chemo", CHEMOTHERAPY),
        ("quimioterapia", CHEMOTHERAPY),
        ("breast cancer on chemo", CHEMOTHERAPY | {"cancer"}),
        ("cancer, currently on chemo", CHEMOTHERAPY | {"cancer", "active"}),
        ("cancer currently on chemo", CHEMOTHERAPY | {"cancer", "active"}),
        ("history of chemotherapy", {"cancer"}),
        ("radiotherapy", {"radiotherapy"}),
        ("history of radiotherapy", {"radiotherapy"}),
        ("radioterapia", {"radiotherapy"}),
    ],
)
def test_how_a_condition_is_now_is_kept(text: str, keys: set[str]) -> None:
    match = LEXICON.condition(text)
    assert match.kind == "exact"
    assert match.classes == keys


WORDS_OF_STATE = ["active {}", "{} active", "{} flare", "{} now", "{}, active", "{} (activo)"]


@pytest.mark.parametrize("words", WORDS_OF_STATE)
@pytest.mark.parametrize(
    ("name", "mark"),
    [
        *(
            (name, "dermatosis-active")
            for name in ("eczema", "psoriasis", "dermatitis", "liquen plano")
        ),
        *((name, "rosacea-active") for name in ("rosacea", "rosácea", "acne rosacea")),
        *((name, "cold-sore-active") for name in ("cold sores", "herpes labial", "HSV-1")),
        *((name, "active") for name in ("acne", "keloids", "impetigo", "vitiligo", "lupus", "VIH")),
    ],
)
def test_no_word_of_activity_is_lost(words: str, name: str, mark: str) -> None:
    plain, match = LEXICON.condition(name), LEXICON.condition(words.format(name))
    assert match.kind == "exact"
    assert match.entries == plain.entries
    assert match.classes == plain.classes | {mark, "active"}


@pytest.mark.parametrize("text", ["severe eczema", "psoriasis grave", "severe asthma"])
def test_a_severity_that_no_class_holds_is_asked_about(text: str) -> None:
    match = LEXICON.condition(text)
    assert match.kind == "ambiguous"
    assert match.classes


@pytest.mark.parametrize(
    "text",
    ["no active eczema", "eczema, not active", "inactive eczema", "eczema no longer active",
     "sin brotes de eccema", "active", "brote", "severe", "active now"],
)  # fmt: skip
def test_words_of_activity_make_nothing_active_alone_or_denied(text: str) -> None:
    match = LEXICON.condition(text)
    assert match.kind in {"suggestion", "unknown"}
    assert not match.marks


@pytest.mark.parametrize("text", ["no lupus", "family history of melanoma", "haemophillia"])
def test_a_condition_is_never_guessed(text: str) -> None:
    match = LEXICON.condition(text)
    assert match.kind == "suggestion"
    assert match.classes == frozenset()


@pytest.mark.parametrize(
    ("text", "class_"),
    [
        ("lidocaine", "anaesthetic-amide"),
        ("novocaine", "anaesthetic-ester"),
        ("PABA", "anaesthetic-ester"),
        ("local anaesthetics", "anaesthetic-ester"),
        ("anestesia del dentista", "anaesthetic-amide"),
        ("nickel", "nickel"),
        ("acero", "steel"),
        ("allergic to latex", "latex"),
        ("alergia a la penicilina", "penicillin"),
        ("sulfa", "sulfonamide"),
        ("Hibiscrub", "chlorhexidine"),
        ("tretinoin", "topical-retinoid"),
        ("cats", "other-known"),
    ],
)
def test_allergies(text: str, class_: str) -> None:
    match = LEXICON.allergen(text)
    assert match.kind == "exact"
    assert class_ in match.classes


@pytest.mark.parametrize(
    ("text", "class_"),
    [
        ("metal", "steel"),
        ("metales", "nickel"),
        ("local anaesthetic", "anaesthetic-amide"),
        ("antiseptic", "antiseptic"),
        ("antiseptics", "antiseptic"),
        ("antiséptico", "antiseptic"),
        ("alergia a antisépticos", "antiseptic"),
        ("disinfectants", "antiseptic"),
    ],
)
def test_an_allergy_to_one_of_many_is_asked_about(text: str, class_: str) -> None:
    match = LEXICON.allergen(text)
    assert match.kind == "ambiguous"
    assert class_ in match.classes


@pytest.mark.parametrize(
    "text", ["antiseptic", "antiseptics", "antiséptico", "antisépticos", "allergic to antiseptics"]
)
def test_antiseptics_at_large_are_no_single_one(text: str) -> None:
    (entry,) = LEXICON.allergen(text).entries
    assert (entry.id, entry.classes, entry.vague) == ("antiseptics", ("antiseptic",), True)


@pytest.mark.parametrize(
    "text",
    ["benzalkonium", "benzalkonium chloride", "octenidine", "Octenisept", "triclosan",
     "hydrogen peroxide", "cetrimide", "PHMB"],
)  # fmt: skip
def test_other_antiseptics_are_their_own(text: str) -> None:
    match = LEXICON.allergen(text)
    assert match.kind == "exact"
    assert "antiseptic" in match.classes
    assert not {"hypochlorous-acid", "antiseptics"}.intersection(ids(match))
    assert not {"chlorhexidine", "iodine", "alcohol"} & match.classes


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("HOCl", "hypochlorous-acid"),
        ("bleach", "hypochlorous-acid"),
        ("chlorhexidine digluconate", "chlorhexidine"),
        ("PVP-I", "iodine"),
        ("isopropanol", "alcohol"),
        ("hand sanitiser", "alcohol"),
    ],
)
def test_antiseptics_by_other_names(text: str, meant: str) -> None:
    match = LEXICON.allergen(text)
    assert match.kind == "exact"
    assert meant in ids(match)
    assert "antiseptic" in match.classes


@pytest.mark.parametrize("text", ["severe allergy to latex", "active latex allergy"])
def test_how_bad_an_allergy_is_changes_nothing(text: str) -> None:
    match = LEXICON.allergen(text)
    assert match.kind == "exact"
    assert match.classes == {"latex"}


# --- the loader ---------------------------------------------------------------------------------

SOURCE = '[source]\ntitle = "t"\nref = "r"\n'
ROUTE = 'routes = ["oral"]\n'


def refused(folder: Path, content: str, place: str = "medicines/a.toml") -> str:
    path = folder / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    with pytest.raises(KnowledgeError) as caught:
        build(folder)
    assert place in caught.value.message
    assert caught.value.hint
    return caught.value.message


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ('[x]\nnames.en = ["x"]\nclasses = ["nsaid"]\nroutes = ["oral"]\nbrand = ["y"]', "`brand`"),
        ('[x]\nnames.en = ["x"]\nclasses = ["nsaids"]\nroutes = ["oral"]', "'nsaids'"),
        ('[x]\nnames.en = ["x"]\nclasses = ["keloid"]\nroutes = ["oral"]', "'keloid'"),
        ('[x]\nnames.en = ["x"]\nroutes = ["oral"]', "no class"),
        ('[x]\nnames.en = ["x"]\nclasses = ["nsaid"]', "no route"),
        ('[x]\nnames.en = ["x"]\nclasses = ["nsaid"]\nroutes = ["mouth"]', "mouth"),
        ('[x]\nnames.es = ["x"]\nclasses = ["nsaid"]\nroutes = ["oral"]', "no English name"),
        ('[x]\nnames.fr = ["x"]\nclasses = ["nsaid"]\nroutes = ["oral"]', "fr"),
        ('[x]\nnames.en = ["®"]\nclasses = ["nsaid"]\nroutes = ["oral"]', "no letter"),
        ('[X_y]\nnames.en = ["x"]\nclasses = ["nsaid"]\nroutes = ["oral"]', "not a key"),
        ('[x]\nnames.en = ["x"]\nclasses = ["nsaid", "other-known"]\nroutes = ["oral"]', "beside"),
        ("x = 1", "`x`"),
        ("[x", "not TOML"),
    ],
)
def test_the_loader_names_file_and_key(tmp_path: Path, entry: str, says: str) -> None:
    assert says in refused(tmp_path, SOURCE + entry)


def test_the_loader_wants_a_source(tmp_path: Path) -> None:
    assert "[source]" in refused(tmp_path, '[x]\nnames.en = ["x"]\nclasses = ["nsaid"]\n' + ROUTE)


def test_one_name_belongs_to_one_entry(tmp_path: Path) -> None:
    entries = "".join(
        f'[{id_}]\nnames.en = ["Thing"]\nclasses = ["nsaid"]\n{ROUTE}' for id_ in ("x", "y")
    )
    message = refused(tmp_path, SOURCE + entries)
    assert "'Thing'" in message
    assert "[x]" in message


def test_one_name_may_have_variants_by_route(tmp_path: Path) -> None:
    folder = tmp_path / "medicines"
    folder.mkdir()
    entries = "".join(
        f'[{id_}]\nnames.en = ["thing"]\nclasses = ["nsaid"]\nroutes = ["{route}"]\n'
        'variant = "thing"\n'
        for id_, route in (("x", "oral"), ("y", "topical"))
    )
    (folder / "a.toml").write_text(SOURCE + entries)
    assert Lexicon(build(tmp_path)).medicine("Thing").kind == "ambiguous"


def test_a_name_is_not_in_two_files_either(tmp_path: Path) -> None:
    entry = '[{}]\nnames.en = ["thing"]\nclasses = ["nsaid"]\n' + ROUTE
    (tmp_path / "ingredients").mkdir()
    (tmp_path / "ingredients" / "b.toml").write_text(SOURCE + entry.format("x"))
    assert "ingredients/b.toml" in refused(tmp_path, SOURCE + entry.format("y"))


def test_an_unknown_folder_is_refused(tmp_path: Path) -> None:
    refused(tmp_path, SOURCE, "medicine/a.toml")


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError):
        Lexicon.load(tmp_path / "nothing")


def test_everything_shipped_is_sound() -> None:
    assert len(LEXICON.entries) == len(ENTRIES)
    assert all(entry.classes for entry in LEXICON.entries)
    assert len(LEXICON.digest) == 64
