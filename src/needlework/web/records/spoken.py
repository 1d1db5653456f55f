"""The words of an error are in the language of the page that it will stand on."""

from __future__ import annotations

from django.utils.translation import get_language

from needlework.i18n import LANGUAGES, Translate, translator


def spoken() -> Translate:
    """A translator to the language that is active for this request; English outside of one."""
    active = (get_language() or "en")[:2]
    return translator(active if active in LANGUAGES else "en")
