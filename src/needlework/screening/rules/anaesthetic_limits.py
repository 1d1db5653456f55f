"""Who may not have which topical anaesthetic, or only less of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from needlework.screening.inquiry import Inquiry
from needlework.screening.model import Finding, Limit
from needlework.screening.registry import rule


def _may_be_wished(it: Inquiry) -> bool:
    wish = it.case.consultation.anaesthetic
    return wish is None or wish.answer != "no"


def _asked(
    it: Inquiry, path: str, question: str, products: Iterable[str], *, known: bool
) -> Iterator[Finding]:
    """The question at `path`, as long as an anaesthetic may be wished."""
    if not known and _may_be_wished(it):
        yield it.ask(path, question, products=products)


@rule("C26")
def anaesthetic_allergy(it: Inquiry) -> Iterator[Finding]:
    """The class that the client reacts to is never offered; some labels bar the treatment.

    An allergy whose name may mean either class counts for both.
    """
    allergic = False
    for agents in ("amide", "ester"):
        for named in it.allergies(f"anaesthetic-{agents}"):
            allergic = True
            summary = f"Allergy to {named.shown}: no anaesthetic of the {agents} class."
            yield it.find("class", summary, products=(agents,), override="override-class")
    if allergic and _label_may_bar(it):
        summary = (
            "Anaesthetic allergy: the label of a device at hand may bar it; a clinician decides."
        )
        yield it.find("class-label", summary, uses=("label-bars",))
    yield from it.ask_list("allergies")


def _label_may_bar(it: Inquiry) -> bool:
    """No device at hand is known, or one bars anaesthetic allergy or may do so."""
    known = it.case.knowledge.release.devices
    at_hand = [known.get(device.id) for device in it.case.consultation.devices]
    return not at_hand or any(
        device is None or device.bars_anaesthetic_allergy is not False for device in at_hand
    )


@rule("C27")
def methaemoglobin(it: Inquiry) -> Iterator[Finding]:
    """No prilocaine and no benzocaine where haemoglobin is at risk."""
    agents = it.claim("agents").words
    barred = " or ".join(agents)
    told = it.told("history.methaemoglobinaemia_or_g6pd")
    if told.yes:
        summary = f"Methaemoglobinaemia or G6PD deficiency: no {barred}."
        yield it.find("class", summary, products=agents, uses=("agents",))
    on_skin = (named for named, _ in it.products("methaemoglobin-inducer", "nitrate"))
    for named in (*it.medicines("methaemoglobin-inducer", "nitrate"), *on_skin):
        summary = f"{named.shown} can cause methaemoglobinaemia: no {barred}."
        yield it.find("class", summary, products=agents, uses=("agents",))
    for named in it.medicines("methaemoglobin-inducer", "nitrate", stopped=True):
        ended = named.given.stopped_on  # type: ignore[attr-defined]
        if it.on < it.after(ended, "window"):
            yield it.find(
                "class-lately",
                f"Took {named.shown} until {ended}: a clinician decides before any {barred}.",
                products=agents,
                uses=("agents", "window"),
                override="override-lately",
                since=ended,
            )
    question = "Has the client methaemoglobinaemia or G6PD deficiency?"
    path = "history.methaemoglobinaemia_or_g6pd"
    yield from _asked(it, path, question, agents, known=not told.ask)
    if _may_be_wished(it):
        yield from it.ask_list("medicines", products=agents)


@rule("C28")
def antiarrhythmics(it: Inquiry) -> Iterator[Finding]:
    """Amides add to what antiarrhythmics of class I and III do to the heart."""
    for named in it.medicines("antiarrhythmic-class-1", "antiarrhythmic-class-3"):
        summary = f"{named.shown} is an antiarrhythmic: a clinician decides before any amide."
        yield it.find("class", summary, products=("amide",))
    if _may_be_wished(it):
        yield from it.ask_list("medicines", products=("amide",))


@rule("C29")
def slow_clearance(it: Inquiry) -> Iterator[Finding]:
    """Where the body clears an anaesthetic slowly, a clinician decides and the area is cut."""
    liver = it.told("history.severe_liver_disease")
    esterase = it.told("history.pseudocholinesterase_deficiency")
    if liver.yes:
        yield _cut(it, "Severe liver disease", "amide")
    for named in it.medicines("cyp3a4-inhibitor", "cyp1a2-inhibitor"):
        yield _cut(it, f"{named.shown} slows the breakdown of amides", "amide")
    if esterase.yes:
        yield _cut(it, "Pseudocholinesterase deficiency", "ester")
    amide, ester = ("amide",), ("ester",)
    question = "Is there a severe liver disease?"
    path = "history.severe_liver_disease"
    yield from _asked(it, path, question, amide, known=not liver.ask)
    if _may_be_wished(it):
        yield from it.ask_list("medicines", products=amide)
    question = "Is there a pseudocholinesterase deficiency?"
    path = "history.pseudocholinesterase_deficiency"
    yield from _asked(it, path, question, ester, known=not esterase.ask)


def _cut(it: Inquiry, why: str, agents: str) -> Finding:
    factor = it.cited("area-factor")
    return it.find(
        "class",
        f"{why}: a clinician decides before any {agents}; {factor.value:g} of its area at most.",
        products=(agents,),
        uses=("area-factor",),
        limit=Limit(anaesthetic_area_factor=factor),
    )
