"""Consents in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from needlework.web.consents.selectors import Reason


def _(words: str) -> str:
    """Marks words for the catalogue; they are translated where they are shown."""
    return words


USE_WORDS: Final[Mapping[str, str]] = {
    "treatment": _("Treatment"),
    "photo-clinical": _("Photographs for the clinical record"),
    "photo-teaching": _("Photographs for teaching, without a name"),
    "photo-marketing": _("Photographs for marketing"),
}
OBSTACLE_WORDS: Final[Mapping[Reason, str]] = {
    "no-plan": _("No plan is signed."),
    "plan-waits": _("The plan waits for a new signature."),
    "plan-replaced": _("A later plan has taken the place of this one."),
    "plan-in-error": _("The plan, or the consultation behind it, was entered in error."),
    "no-consent": _("The client has not been offered a consent for this plan."),
    "unsigned": _("The consent for this plan is not signed yet."),
    "withdrawn": _("The client has withdrawn the consent."),
}
