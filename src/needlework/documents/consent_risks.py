"""What the release holds of each risk that a consent must name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from needlework.documents.words import Words


class Risk(Struct, frozen=True):
    """Where the release speaks of a risk: texts, and numbers with what they are numbers of."""

    topic: str
    texts: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    how_often: tuple[str, ...] = ()
    """Those of the two that say how often it happens, or that nobody has counted."""


RISKS: Final[Mapping[str, tuple[Risk, ...]]] = {
    "pain": (Risk("harm.pain", texts=("with-cream",), how_often=("with-cream",)),),
    "redness": (
        Risk(
            "harm.expected-reactions",
            texts=("share",),
            numbers=("gone-by",),
            how_often=("share",),
        ),
        Risk("harm.erythema", numbers=("gone-by", "meta-rate"), how_often=("meta-rate",)),
        Risk("harm.swelling", texts=("where-more",), numbers=("gone-by",)),
    ),
    "bruise": (Risk("harm.bruise", texts=("reported",)),),
    "infection": (
        Risk(
            "harm.infection",
            texts=("rate-unknown", "single-reports"),
            how_often=("rate-unknown",),
        ),
    ),
    "cold-sore": (Risk("harm.herpes", texts=("possible",), numbers=("onset-from", "onset-to")),),
    "acne": (Risk("harm.acne-flare", numbers=("rate",), how_often=("rate",)),),
    "milia": (Risk("harm.milia", texts=("reported",), how_often=("reported",)),),
    "darkening": (
        Risk(
            "harm.pih",
            texts=("what-helps",),
            numbers=("rate-iv-v", "rate-pooled-iv-v", "rate-other", "onset-from", "onset-to"),
            how_often=("rate-iv-v", "rate-pooled-iv-v", "rate-other"),
        ),
    ),
    "granuloma": (
        Risk(
            "harm.granuloma",
            texts=("cause", "rate-unknown", "course"),
            how_often=("rate-unknown",),
        ),
    ),
    "scar": (
        Risk("harm.permanent-scar", numbers=("rate",), how_often=("rate",)),
        Risk("harm.tram-track", texts=("cause",), numbers=("rate",), how_often=("rate",)),
    ),
    "anaesthetic-toxicity": (
        Risk("harm.anaesthetic-toxicity", texts=("deaths",), numbers=("within",)),
        Risk("harm.methaemoglobinaemia", texts=("cause",), numbers=("within",)),
        Risk("harm.eye-injury", texts=("cream",)),
    ),
    "late-allergy": (
        Risk("harm.allergy", texts=("late",)),
        Risk("harm.contact-dermatitis", texts=("reported",), how_often=("reported",)),
        Risk("harm.lymph-nodes", texts=("reported",), how_often=("reported",)),
    ),
}
"""Risk that a consent must name → what the release holds of it."""


def number_sentences(words: Words) -> Mapping[str, str]:
    """A sentence for each number that `RISKS` names."""
    _ = words.say
    by_now = _("Gone in most by {amount}.")
    one_trial = _("{amount} in the one trial that counted.")
    return {
        "harm.expected-reactions.gone-by": by_now,
        "harm.erythema.gone-by": by_now,
        "harm.swelling.gone-by": by_now,
        "harm.erythema.meta-rate": _("Reported by {amount} in a meta-analysis."),
        "harm.herpes.onset-from": _("It shows from {amount} on,"),
        "harm.herpes.onset-to": _("up to {amount} after."),
        "harm.acne-flare.rate": _("Up to {amount} in one source."),
        "harm.pih.rate-iv-v": _("{amount} in one trial of phototypes {phototypes}."),
        "harm.pih.rate-pooled-iv-v": _("Trials pooled, phototypes {phototypes}: {amount}."),
        "harm.pih.rate-other": _("Trials pooled, phototypes {phototypes}: {amount}."),
        "harm.pih.onset-from": _("It shows from {amount} on,"),
        "harm.pih.onset-to": _("up to {amount} after."),
        "harm.permanent-scar.rate": _("Up to {amount}, says one consent form."),
        "harm.tram-track.rate": one_trial,
        "harm.anaesthetic-toxicity.within": _("Its signs show within {amount} of the cream."),
        "harm.methaemoglobinaemia.within": _("Its signs show within {amount} of the cream."),
    }
