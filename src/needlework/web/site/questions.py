"""What the self-check asks a lay person, and where each answer stands in a consultation.

No figure stands here: a hint names claims in braces, and the page fills them in. What an answer
means is for the rules of screening alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

from msgspec import Struct

from needlework.web.site.citing import Part


def _(words: str) -> str:
    """Marks words for the catalogue; they are translated where they are shown."""
    return words


UNKNOWN: Final = "unknown"
TODAY: Final = "today"
"""Stands for the day of the self-check: the latest on which something "lately" can have been."""


class Choice(Struct, frozen=True, kw_only=True):
    """One answer. `gives` is what it adds to a yes; None is a no.

    `detail` is what such a yes leaves to be asked, where a rule asks for it.
    """

    value: str
    label: str
    gives: Mapping[str, str] | None = None
    detail: str = ""
    figures: Mapping[str, Part] = {}


class Question(Struct, frozen=True, kw_only=True):
    """One question: the place of its answer in the published format, and the rule that asks."""

    id: str
    text: str
    path: str
    rule: str
    hint: str = ""
    figures: Mapping[str, Part] = {}
    choices: tuple[Choice, ...] = ()
    kind: Literal["answer", "list", "age", "hopes", "places"] = "answer"

    @property
    def is_several(self) -> bool:
        """More than one choice may be ticked."""
        return self.kind in ("hopes", "places")

    @property
    def dont_know(self) -> str:
        return _NOT_SAID.get(self.kind, _("I don't know"))


class Section(Struct, frozen=True):
    id: str
    title: str
    questions: tuple[Question, ...]
    note: str = ""


_NOT_SAID: Final[Mapping[str, str]] = {
    "age": _("I would rather not say"),
    "hopes": _("Something else, or I don't know yet"),
}

NEVER_STOP: Final = _(
    "Never stop or change a prescribed medicine on your own for this. Only whoever prescribed it "
    "decides that."
)


def _yes_no(detail: str = "", **gives: str) -> tuple[Choice, ...]:
    return (
        Choice(value="yes", label=_("Yes"), gives=gives, detail=detail),
        Choice(value="no", label=_("No")),
    )


def _told(id_: str, rule: str, path: str, text: str, hint: str = "", **more: Any) -> Question:
    """A question that is answered with yes or no."""
    return Question(
        id=id_,
        rule=rule,
        path=path,
        text=text,
        hint=hint,
        **{"choices": _yes_no(), **more},
    )


def _done(id_: str, rule: str, kind: str, text: str, hint: str, wait: str) -> Question:
    """A question on something done to the skin within a wait."""
    choices = _yes_no(kind=kind, on=TODAY)
    figures = {"wait": wait}
    return _told(id_, rule, "procedures", text, hint, kind="list", choices=choices, figures=figures)


_LATELY: Final = _("Lately means within the last {wait}.")

SECTIONS: Final = (
    Section(
        "you",
        _("You"),
        (
            Question(
                id="age",
                rule="C3",
                path="client.birth_date",
                kind="age",
                text=_("How old are you?"),
                choices=(
                    Choice(value="minor", label=_("Under {adult}")),
                    Choice(value="young", label=_("{adult} or older, but under {labelled}")),
                    Choice(value="adult", label=_("{labelled} or older")),
                ),
                hint=_("The rules change at {adult} and at {labelled}."),
                figures={"adult": "rule.c3.adult-age", "labelled": "rule.c3.label-age"},
            ),
            _told("pregnant", "C1", "history.pregnancy", _("Are you pregnant, or could you be?")),
            _told("breastfeeding", "C2", "history.breastfeeding", _("Are you breastfeeding?")),
        ),
    ),
    Section(
        "medicines",
        _("Medicines"),
        (
            _told(
                "retinoid",
                "C4",
                "medicines",
                _("Do you take isotretinoin, acitretin or alitretinoin now?"),
                _("Capsules for acne, psoriasis or eczema of the hands."),
                kind="list",
                choices=_yes_no(name="isotretinoin"),
            ),
            _told(
                "retinoid-lately",
                "C5",
                "medicines",
                _(
                    "Have you taken one of these lately, and stopped: isotretinoin, acitretin, "
                    "alitretinoin?"
                ),
                _(
                    "Lately means within the last {wait} for isotretinoin and alitretinoin, and "
                    "the last {acitretin} for acitretin."
                ),
                kind="list",
                choices=_yes_no(name="isotretinoin", stopped_on=TODAY),
                figures={"wait": "rule.c5.wait", "acitretin": "rule.c5.acitretin-wait"},
            ),
            _told(
                "clotting",
                "C13",
                "medicines",
                _("Do you take a blood thinner, a medicine against clotting?"),
                _("Such as warfarin, apixaban, clopidogrel, or aspirin for the heart."),
                kind="list",
                choices=_yes_no(name="blood thinner"),
            ),
            _told(
                "defences",
                "C14",
                "history.immunosuppression",
                _("Are your defences weakened, by an illness or by a medicine?"),
                _("Such as after a transplant, or by cortisone tablets or methotrexate."),
            ),
            _told(
                "chemotherapy",
                "C14",
                "history.chemotherapy",
                _("Are you having chemotherapy now?"),
            ),
        ),
        NEVER_STOP,
    ),
    Section(
        "health",
        _("Health"),
        (
            _told(
                "bleeding",
                "C12",
                "history.bleeding_disorder",
                _("Do you have a bleeding disorder?"),
                _("Such as haemophilia."),
            ),
            _told(
                "keloid",
                "C10",
                "history.keloid",
                _("Have you ever had a keloid?"),
                _("A thick scar that has grown beyond its wound, anywhere on the body."),
            ),
            _told(
                "connective",
                "C21",
                "history.connective_tissue_disease",
                _("Do you have lupus, scleroderma or another connective tissue disease?"),
            ),
            _told(
                "autoimmune",
                "C22",
                "history.other_autoimmune",
                _("Do you have another autoimmune disease?"),
                _("Such as of the thyroid, the gut or the joints."),
            ),
            _told(
                "diabetes",
                "C23",
                "history.diabetes",
                _("Do you have diabetes?"),
                choices=_yes_no(_("Your last long-term sugar value, and when it was measured.")),
            ),
            _told(
                "herpes",
                "C9",
                "history.herpes_simplex",
                _("Have you ever had cold sores?"),
            ),
        ),
    ),
    Section(
        "allergies",
        _("Allergies"),
        (
            _told(
                "dark-marks",
                "C39",
                "history.pih",
                _("Does your skin keep dark marks, after a spot, a burn or a scratch?"),
                _("Brown and black skin does so more easily."),
            ),
            Question(
                id="metal",
                rule="C25",
                path="allergies",
                kind="list",
                text=_("Are you allergic to a metal?"),
                hint=_("Such as a rash under jewellery, a watch or a button."),
                choices=(
                    Choice(value="nickel", label=_("Yes, nickel"), gives={"name": "nickel"}),
                    Choice(value="steel", label=_("Yes, steel"), gives={"name": "steel"}),
                    Choice(
                        value="metal",
                        label=_("Yes, but not sure which"),
                        gives={"name": "metal"},
                        detail=_("Which metal you react to."),
                    ),
                    Choice(value="no", label=_("No")),
                ),
            ),
            _told(
                "numbing",
                "C26",
                "allergies",
                _("Have you reacted badly to a numbing cream or injection?"),
                _("At the dentist's, for example."),
                kind="list",
                choices=_yes_no(name="numbing cream"),
            ),
        ),
    ),
    Section(
        "skin",
        _("Your skin now"),
        (
            _told(
                "cold-sore",
                "C8",
                "skin.cold_sore",
                _("Do you have a cold sore now, or one that healed lately?"),
                _LATELY,
                figures={"wait": "rule.c8.wait"},
            ),
            _told(
                "infection",
                "C7",
                "skin.infection",
                _("Is the area infected?"),
                _("The area is wherever you would like to be treated."),
            ),
            _told(
                "irritated",
                "C7",
                "skin.irritated_or_open",
                _("Is the skin of the area irritated, sore or open?"),
            ),
            Question(
                id="acne",
                rule="C6",
                path="skin.acne",
                text=_("Is there inflamed acne in the area?"),
                choices=(
                    Choice(value="few", label=_("A few spots"), gives={"severity": "few-papules"}),
                    Choice(value="many", label=_("Many spots"), gives={"severity": "moderate"}),
                    Choice(
                        value="severe",
                        label=_("Deep, painful lumps"),
                        gives={"severity": "severe"},
                    ),
                    Choice(value="no", label=_("None")),
                ),
            ),
            _told(
                "spot",
                "C16",
                "skin.suspicious_lesion_or_skin_cancer",
                _(
                    "Is there skin cancer in the area, or a spot that changes, bleeds or worries "
                    "you?"
                ),
            ),
            _told(
                "sunburn",
                "C30",
                "skin.sunburn",
                _("Is the area sunburnt, or was it lately?"),
                _("Lately means that it went less than {wait} ago."),
                figures={"wait": "rule.c30.wait-burn"},
            ),
            _told(
                "tan",
                "C30",
                "skin.tan",
                _("Has the area a tan from sun or sunbed lately?"),
                _LATELY,
                figures={"wait": "rule.c30.wait-tan"},
                choices=_yes_no(exposed_on=TODAY),
            ),
        ),
    ),
    Section(
        "done",
        _("Done lately"),
        (
            _done(
                "toxin",
                "C32",
                "botulinum-toxin",
                _("Botulinum toxin (such as Botox) in the area lately?"),
                _LATELY,
                "rule.c32.wait",
            ),
            _done(
                "filler",
                "C33",
                "filler",
                _("A filler in the area lately?"),
                _LATELY,
                "rule.c33.wait",
            ),
            _told(
                "peel",
                "C34",
                "procedures",
                _("A peel of the area lately?"),
                _LATELY,
                kind="list",
                choices=_yes_no(
                    _("How deep the peel went, and when it was: that decides the wait."),
                    kind="peel-unknown-depth",
                    on=TODAY,
                ),
                figures={"wait": "rule.c34.wait-peel-deep"},
            ),
            _told(
                "laser",
                "C34",
                "procedures",
                _("A laser on the area lately?"),
                _LATELY,
                kind="list",
                choices=_yes_no(
                    _("Which laser it was, and when: that decides the wait."),
                    kind="laser-unknown",
                    on=TODAY,
                ),
                figures={"wait": "rule.c34.wait-laser-ablative"},
            ),
            _done(
                "surgery",
                "C35",
                "facial-surgery",
                _("Surgery on the face lately?"),
                _LATELY,
                "rule.c35.wait",
            ),
            _done(
                "needling",
                "C44",
                "microneedling",
                _("Needling of the area lately?"),
                _LATELY,
                "rule.c44.wait",
            ),
        ),
    ),
    Section(
        "hopes",
        _("What you hope for"),
        (
            Question(
                id="hopes",
                rule="N1",
                path="concerns.topical_treatment",
                kind="hopes",
                text=_("What would you like better?"),
                hint=_("Choose all that fit."),
                choices=(
                    Choice(value="wrinkles", label=_("Wrinkles and fine lines")),
                    Choice(value="acne-scar-rolling", label=_("Acne scars")),
                    Choice(value="atrophic-scar", label=_("Other sunken scars")),
                    Choice(value="hypertrophic-scar", label=_("A raised scar")),
                    Choice(
                        value="melasma",
                        label=_("Melasma"),
                        detail=_("Which treatment your melasma has now, and since when."),
                    ),
                    Choice(value="pih", label=_("Dark marks")),
                    Choice(value="striae", label=_("Stretch marks")),
                    Choice(value="texture", label=_("Texture and pores")),
                    Choice(value="laxity", label=_("Loose skin")),
                ),
            ),
            Question(
                id="places",
                rule="Z1",
                path="concerns",
                kind="places",
                text=_("Where?"),
                hint=_("Choose all that fit."),
                choices=(
                    Choice(value="face", label=_("Face")),
                    Choice(value="neck-and-chest", label=_("Neck or upper chest")),
                    Choice(value="body", label=_("Body")),
                ),
            ),
        ),
    ),
)

QUESTIONS: Final[Mapping[str, Question]] = {
    question.id: question for section in SECTIONS for question in section.questions
}


class Reason(Struct, frozen=True):
    """What stands behind a claim that a rule answered with, in words for a visitor."""

    text: str
    figures: Mapping[str, Part] = {}


REASONS: Final[Mapping[str, Reason]] = {
    "rule.c1.class": Reason(_("Pregnancy. Nobody is needled while pregnant.")),
    "rule.c2.class": Reason(
        _(
            "Breastfeeding. It stands against needling with a numbing cream, and with any device "
            "whose label leaves it out or does not say."
        )
    ),
    "rule.c3.class-minor": Reason(
        _("Under {age} of age nobody is needled. Talk with a parent and a doctor about your skin."),
        {"age": "rule.c3.adult-age"},
    ),
    "rule.c3.class-young-adult": Reason(
        _("Under {age} of age. Labels of devices in the United States begin there."),
        {"age": "rule.c3.label-age"},
    ),
    "rule.c4.class": Reason(
        _(
            "Isotretinoin, acitretin or alitretinoin. Nobody is needled while taking one. Never "
            "stop it on your own for this."
        )
    ),
    "rule.c5.class": Reason(
        _(
            "Isotretinoin or alitretinoin within the last {wait}, or acitretin within the last "
            "{acitretin}. Sources differ on how long to wait. Never stop a prescribed medicine on "
            "your own for this."
        ),
        {"wait": "rule.c5.wait", "acitretin": "rule.c5.acitretin-wait"},
    ),
    "rule.c6.class-few": Reason(_("A few inflamed spots. They are left out, with a margin.")),
    "rule.c6.class-moderate": Reason(_("Inflamed acne. The area waits until it has calmed.")),
    "rule.c6.class-severe": Reason(
        _("Deep or painful acne. A doctor treats it first; needling has to wait for that.")
    ),
    "rule.c7.class-infection": Reason(_("An infection. The area waits until it has healed.")),
    "rule.c7.class-irritated": Reason(
        _("Irritated, sore or open skin. The area waits until it has healed.")
    ),
    "rule.c8.class": Reason(
        _("A cold sore: the face waits until it has healed, and {wait} more."),
        {"wait": "rule.c8.wait"},
    ),
    "rule.c9.class": Reason(
        _(
            "Cold sores. Before the face is needled a clinician considers a medicine that keeps "
            "them from coming back."
        )
    ),
    "rule.c10.class": Reason(_("A keloid, now or ever. A new one would be lasting harm.")),
    "rule.c11.class": Reason(_("A raised scar that is itself to be treated.")),
    "rule.c12.class": Reason(_("A bleeding disorder. Labels leave it out.")),
    "rule.c13.class": Reason(
        _(
            "A medicine against clotting. It goes on as prescribed: never stop it on your own for "
            "this. A clinician weighs the bleeding."
        )
    ),
    "rule.c14.class": Reason(
        _(
            "Weakened defences, by an illness or a medicine. How much that matters differs widely. "
            "Never stop a prescribed medicine on your own for this."
        )
    ),
    "rule.c14.class-chemotherapy": Reason(
        _("Chemotherapy. Infection and slow healing are to be feared while it lasts.")
    ),
    "rule.c16.class": Reason(
        _(
            "Skin cancer, or a spot that might be one. Have a doctor look at it soon, whatever you "
            "decide about needling. That area is not needled."
        )
    ),
    "rule.c21.class": Reason(
        _("Lupus, scleroderma or another connective tissue disease. Wounds may heal badly.")
    ),
    "rule.c22.class": Reason(_("Another autoimmune disease.")),
    "rule.c25.class-steel": Reason(_("Allergy to steel, of which needles are made.")),
    "rule.c25.class-nickel": Reason(
        _("Allergy to nickel. Steel needles released none in a test, and still it is looked at.")
    ),
    "rule.c26.class": Reason(
        _("A bad reaction to a numbing cream or injection. That kind is never used on you.")
    ),
    "rule.c26.class-label": Reason(
        _("A bad reaction to a numbing cream or injection. The label of a device may forbid it.")
    ),
    "rule.c30.class-burn": Reason(
        _("Sunburn: {wait} after it has gone."), {"wait": "rule.c30.wait-burn"}
    ),
    "rule.c30.class-tan": Reason(
        _("A tan: {wait} after the last sun."), {"wait": "rule.c30.wait-tan"}
    ),
    "rule.c32.class": Reason(
        _("Botulinum toxin in the area: {wait} after."), {"wait": "rule.c32.wait"}
    ),
    "rule.c33.class": Reason(_("Filler in the area: {wait} after."), {"wait": "rule.c33.wait"}),
    "rule.c35.class": Reason(_("Surgery on the face: {wait} after."), {"wait": "rule.c35.wait"}),
    "rule.c39.class": Reason(
        _(
            "Skin that keeps dark marks. Needling can leave such marks too: it is done more "
            "gently, with forethought for the sun, and a small test spot is offered first."
        )
    ),
    "rule.c40.class": Reason(
        _("A medicine that makes the skin sensitive to light. The sun needs forethought.")
    ),
    "rule.c44.class": Reason(
        _("Needling in the area: {wait} after the last time."), {"wait": "rule.c44.wait"}
    ),
}
"""By the claim that gives a rule's answer its class."""
