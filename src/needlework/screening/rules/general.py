"""What must be settled before any clinical rule: zone, operator, law, device, names, setting."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from needlework.evidence import Claim
from needlework.evidence.places import places
from needlework.screening.case import Named, base
from needlework.screening.inquiry import Inquiry
from needlework.screening.model import Finding
from needlework.screening.registry import OFF_LABEL, rule


@rule("Z1")
def zone_not_offered(it: Inquiry) -> Iterator[Finding]:
    """Zones where no needle goes, and zones for which no protocol exists yet."""
    known = it.case.knowledge.release.zones
    for zone in it.zones:
        entry = known[base(zone)]
        if entry.status == "blocked":
            summary = f"Never needled: {entry.name.en.lower()}."
            yield it.find("class-blocked", summary, zones=(zone,))
        elif entry.status != "offered":
            summary = f"Not offered yet: {entry.name.en.lower()}; no protocol rests on a source."
            yield it.find("class-not-offered", summary, zones=(zone,))


@rule("O1")
def operator_licence(it: Inquiry) -> Iterator[Finding]:
    """Only a trained professional with a licence that runs treats."""
    operator = it.case.consultation.operator
    if operator is None:
        yield it.ask("operator", "Who would treat, and with which licence?", uses=("class",))
        return
    ended = operator.licence_until is not None and operator.licence_until < it.on
    if operator.licence in ("expired", "none") or ended:
        yield it.find("class", "The operator holds no licence that is valid on this day.")
    elif operator.licence == "unknown" or operator.licence_until is None:
        question = "Until when is the operator's licence valid?"
        yield it.ask("operator.licence_until", question, uses=("class",))
    if operator.device_training == "no":
        yield it.find("class", "The operator is not trained on the device.")
    elif operator.device_training == "unknown":
        question = "Is the operator trained on the device?"
        yield it.ask("operator.device_training", question, uses=("class",))


@rule("O2")
def operator_depth(it: Inquiry) -> Iterator[Finding]:
    """A profession whose depth limit nobody knows cannot be given a depth."""
    operator = it.case.consultation.operator
    if operator is None or operator.scope_max_depth_mm is not None:
        return
    if operator.profession in it.claim("professions-without-limit").words:
        return
    jurisdiction = it.case.consultation.jurisdiction
    if not any(True for _ in depth_claims(it, jurisdiction, operator.profession)):
        yield it.ask(
            "operator.scope_max_depth_mm",
            f"How deep may this profession needle ({operator.profession}, {jurisdiction})?",
            uses=("professions-without-limit",),
        )


def depth_claims(it: Inquiry, jurisdiction: str, profession: str) -> Iterator[str]:
    """Claims that limit the depth of a profession, in a jurisdiction or the one above it."""
    for name in places(jurisdiction):
        claim_id = f"jurisdiction.{name}.{profession}-max-depth"
        if claim_id in it.case.knowledge.claims:
            yield claim_id


@rule("O3")
def professional_barred(it: Inquiry) -> Iterator[Finding]:
    """A profession that the law of the place does not let needle, at all or in intimate areas."""
    operator = it.case.consultation.operator
    if operator is None:
        return
    place = it.case.consultation.jurisdiction
    outside = operator.profession in it.claim("not-health-professions").words
    barred = law_of(it, place, f"{operator.profession}-allowed")
    if barred is None and outside:
        # Where the law leaves needling to medical staff, nobody else of no health profession may.
        barred = law_of(it, place, "aesthetician-allowed")
    if barred is not None and barred.value is False:
        yield it.find(
            "class", f"The law of the place does not let this profession needle ({place})."
        )
    intimate = law_of(it, place, "intimate-area-specified")
    if outside and intimate is not None and intimate.value is True:
        there = it.claim("intimate-zones").words
        zones = tuple(zone for zone in it.zones if base(zone) in there)
        if zones:
            yield it.find(
                "class",
                "The law leaves intimate areas to health professionals.",
                zones=zones,
                uses=("not-health-professions", "intimate-zones"),
            )


def law_of(it: Inquiry, place: str, key: str) -> Claim | None:
    """What the law of a place says, or that of the country it is part of."""
    for name in places(place):
        claim_id = f"jurisdiction.{name}.{key}"
        claim = it.case.knowledge.claims.get(claim_id)
        if claim is not None:
            if claim_id in it.case.knowledge.rejected:
                it.refused.add(claim_id)
            return claim
    return None


@rule(OFF_LABEL)
def off_label(it: Inquiry) -> Iterator[Finding]:
    """Outside the label of every device at hand: only as off-label use, cleared by a clinician."""
    consultation = it.case.consultation
    if not consultation.devices:
        yield it.ask("devices", "Which devices are at hand?", uses=("class",))
        return
    outside: dict[str, set[str]] = {}
    looked_at: dict[str, dict[str, None]] = {}
    for wish in consultation.concerns:
        sides: dict[str, list[str]] = {}
        for zone in it.case.expand(wish.zones):
            sides.setdefault(base(zone), []).append(zone)
        for stem, there in sorted(sides.items()):
            fits = it.case.fits(wish.concern, stem)
            if not any(fit.labelled for fit in fits):
                nearest = min(fits, key=lambda fit: len(fit.outside))
                why = ", ".join(nearest.outside)
                outside.setdefault(why, set()).update(there)
                looked_at.setdefault(why, {}).update(
                    dict.fromkeys(claim for fit in fits for claim in fit.claims)
                )
    for why, zones in sorted(outside.items()):
        found = it.find(
            "class",
            f"Off label with every device at hand ({why}): a clinician decides.",
            zones=tuple(z for z in it.zones if z in zones),
        )
        yield msgspec.structs.replace(found, claims=(*found.claims, *looked_at[why]))


@rule("L1")
def name_not_recognised(it: Inquiry) -> Iterator[Finding]:
    """A name that the lexicon does not know is asked about, never passed over."""
    lists = (
        ("medicines", it.case.medicines),
        ("conditions", it.case.conditions),
        ("allergies", it.case.allergies),
        ("products", it.case.products),
    )
    for path, names in lists:
        for index, named in enumerate(names):
            if question := _question(named):
                yield it.ask(f"{path}.list[{index}]", question, key="class")


def _question(named: Named) -> str:
    if named.match.kind == "exact" and not named.differs:
        return ""
    shown = named.shown
    if named.differs:
        return f"“{shown}” was recognised, and confirmed as something else: which is right?"
    if named.match.kind == "unknown":
        return f"“{shown}” is not recognised: what is it? Confirm it by another name."
    if named.match.kind == "suggestion":
        near = named.match.suggestions[0].name
        return f"“{shown}” is not recognised: is it {near}? Confirm it, or name it otherwise."
    return f"“{shown}” can mean several things: which one, and by which route?"


@rule("O4")
def jurisdiction_unknown(it: Inquiry) -> Iterator[Finding]:
    """Where the law is not in the knowledge base, nobody can say who may needle how deep."""
    if it.case.consultation.jurisdiction not in it.case.knowledge.release.jurisdictions:
        yield it.ask(
            "jurisdiction",
            "The law of this place is not in the knowledge base: who may needle, and how deep?",
            key="class",
        )


@rule("N1")
def adjunct(it: Inquiry) -> Iterator[Finding]:
    """Melasma is needled only beside a topical treatment, never alone."""
    knowledge = it.case.knowledge
    for wish in it.case.consultation.concerns:
        claim = knowledge.claims.get(f"concern.{wish.concern}.needs-adjunct")
        if claim is None or claim.value is not True or wish.topical_treatment == "yes":
            continue
        zones = tuple(zone for zone in it.zones if zone in it.case.expand(wish.zones))
        name = knowledge.release.concerns[wish.concern].name.en
        yield it.ask(
            "concerns.topical_treatment",
            f"{name} is needled only beside a topical treatment: which one, since when?",
            zones=zones,
            key="class",
        )


@rule("M1")
def new_medicines(it: Inquiry) -> Iterator[Finding]:
    """New medicines and antibiotics are asked about on the day, whatever an older list says."""
    told = it.told("new_medicines_or_antibiotics")
    if told.yes:
        question = "Which new medicine or antibiotic? Add it to the list of medicines."
        yield it.ask("new_medicines_or_antibiotics", question)
    elif told.ask:
        question = "Any new medicine or antibiotic that the list of medicines does not hold?"
        yield it.ask("new_medicines_or_antibiotics", question)


@rule("M2")
def stopped_lately(it: Inquiry) -> Iterator[Finding]:
    """What was taken until a few weeks ago may still weaken defence, clotting or rhythm."""
    for named in it.medicines(*it.claim("classes").words, stopped=True):
        ended = named.given.stopped_on  # type: ignore[attr-defined]
        if it.on < it.after(ended, "window"):
            yield it.find(
                "class",
                f"Took {named.shown} until {ended}: its effect may last; a clinician decides.",
                uses=("classes", "window"),
                since=ended,
            )


@rule("P1")
def anaesthetic_wish(it: Inquiry) -> Iterator[Finding]:
    """Whether the skin is to be numbed, and with what, is asked before the day."""
    wish = it.case.consultation.anaesthetic
    if wish is None or wish.answer == "unknown":
        question = "Is a topical anaesthetic wished?"
    elif wish.answer == "yes" and not wish.products:
        question = "Which topical anaesthetic, on which area?"
    else:
        return
    yield it.ask("anaesthetic", question, products=("anaesthetic",), key="class", uses=("class",))
