"""What a plan is likely to lead to: asked of the models once, and set on paper."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from needlework.documents.citations import Citations
from needlework.documents.words import Said, Words
from needlework.errors import UsageError
from needlework.i18n import translator
from needlework.outlook import Outlook, Without
from needlework.planning import Plan
from needlework.screening import Consultation
from needlework.workflow import Known, consult, forecast

if TYPE_CHECKING:  # words and pictures of an outlook load NumPy, which most documents do without
    from needlework.documents.outlook_saying import Table
    from needlework.outlook import ConcernOutlook, ZoneOutlook

FONT: Final = "Atkinson Hyperlegible Next"
"""A picture is set by no other font than the page's own."""


def outlook_of(plan: Plan, consultation: Consultation, known: Known, language: str) -> Outlook:
    """What the models say of a plan; nothing where nothing is planned, and then at no cost."""
    planned = tuple(zone.zone for zone in plan.zones if any(map(_is_planned, zone.protocols)))
    if not planned:
        return Outlook(concerns=(), zones=(), without=())
    try:
        case = consult(consultation, known, plan.judged_on)
        return forecast(case, plan, language=language)
    except UsageError as error:
        # A plan is worth reading and signing though the models cannot follow it.
        from needlework.response.refused import told

        why = told(error, translator(language))
        without = Without(about=", ".join(planned), why=why)
        return Outlook(concerns=(), zones=(), without=(without,))


def _is_planned(made: object) -> bool:
    return not getattr(made, "refused", "") and getattr(made, "depth", None) is not None


def outlook_part(outlook: Outlook, words: Words, citations: Citations) -> Said | None:
    """Pictures and tables of a plan's outlook; None where there is nothing to say."""
    if not (outlook.concerns or outlook.zones or outlook.without):
        return None
    from needlework.documents import outlook_saying as saying

    knowledge, language = words.knowledge, words.language
    dark = None if not outlook.zones else _darkening(outlook.zones[0], words, citations)
    return {
        "about": about(words),
        "apart": general_limits(outlook, words),
        "courses": [_course(c, words, citations) for c in outlook.concerns],
        "darkening": dark,
        "sessions": [_session(zones, outlook, words, citations) for zones in alike(outlook, words)],
        "without": [
            citations.cite(saying.without(w, knowledge, language), w.claims)
            for w in outlook.without
        ],
    }


def outlook_labels(words: Words) -> dict[str, str]:
    _ = words.say
    return {
        "outlook": _("What to expect"),
        "outlook-session": _("After each session"),
        "outlook-without": _("Without a forecast"),
    }


def about(words: Words) -> str:
    """What a forecast is, and what it is not."""
    _ = words.say
    return _(
        "A forecast by models of skin, fitted to published trials. It is no promise, and the plan "
        "does not rest on it."
    )


def general_limits(outlook: Outlook, words: Words) -> list[str]:
    """What no forecast here can tell, said once for all."""
    from needlework.documents import outlook_saying as saying

    knowledge, language = words.knowledge, words.language
    of_courses = (
        saying.limits(c, knowledge, language)[len(c.forecast.outside) :] for c in outlook.concerns
    )
    of_zones = [saying.zone_limits(z, knowledge, language) for z in outlook.zones]
    shared = (said for said in (of_zones or [()])[0] if all(said in each for each in of_zones))
    return list(dict.fromkeys([*(said for each in of_courses for said in each), *shared]))


def own_limits(zones: tuple[ZoneOutlook, ...], outlook: Outlook, words: Words) -> list[str]:
    """What cannot be told of a session in these zones, beside what holds for all."""
    from needlework.documents import outlook_saying as saying

    general = general_limits(outlook, words)
    found = saying.zone_limits(zones[0], words.knowledge, words.language)
    return [said for said in found if said not in general]


def alike(outlook: Outlook, words: Words) -> list[tuple[ZoneOutlook, ...]]:
    """Zones in which a session comes to the same times, so that they are told once."""
    from needlework.documents import outlook_saying as saying

    found: dict[Table, list[ZoneOutlook]] = {}
    for z in outlook.zones:
        table = saying.session_table(z, words.knowledge, words.language)
        found.setdefault(table, []).append(z)
    return [tuple(zones) for zones in found.values()]


def _course(c: ConcernOutlook, words: Words, citations: Citations) -> Said:
    from needlework.documents import outlook_picture
    from needlework.documents import outlook_saying as saying

    knowledge, language = words.knowledge, words.language
    return {
        "title": saying.heading(c, knowledge, language),
        "zones": words.zones(c.zones),
        "picture": outlook_picture.course_svg(
            c, knowledge, language, name=f"course-{c.concern}", font=FONT
        ),
        "said": list(saying.summary(c, knowledge, language)),
        "outside": [citations.cite(each.says, each.claims) for each in c.forecast.outside],
        "table": _table(saying.course_table(c, knowledge, language), c.forecast.claims, citations),
    }


def _session(
    zones: tuple[ZoneOutlook, ...], outlook: Outlook, words: Words, citations: Citations
) -> Said:
    from needlework.documents import outlook_picture
    from needlework.documents import outlook_saying as saying

    knowledge, language = words.knowledge, words.language
    first = zones[0]
    name = f"session-{first.zones[0]}"
    claims = tuple(dict.fromkeys(claim for z in zones for claim in z.skin.claims))
    return {
        "layers": [
            {"zones": words.zones(z.zones), "said": saying.layer(z, knowledge, language)}
            for z in zones
        ],
        "limits": own_limits(zones, outlook, words),
        "picture": outlook_picture.session_svg(first, knowledge, language, name=name, font=FONT),
        "table": _table(saying.session_table(first, knowledge, language), claims, citations),
    }


def _darkening(z: ZoneOutlook, words: Words, citations: Citations) -> Said:
    """Of the person, not of the zone: the same wherever it is asked."""
    from needlework.documents import outlook_saying as saying

    dark = z.skin.darkening
    said = saying.darkening(z, words.knowledge, words.language)
    return {
        "said": said,
        "notes": [citations.quote(note.text, note.claims) for note in dark.notes],
    }


def _table(table: Table, claims: tuple[str, ...], citations: Citations) -> Said:
    return {
        "caption": citations.cite(table.caption, claims),
        "head": list(table.head),
        "rows": [list(row) for row in table.rows],
    }
