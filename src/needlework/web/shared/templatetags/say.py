"""Our own words in a Django template, from our own catalogue."""

from __future__ import annotations

from django import template
from django.utils.translation import get_language

from needlework.i18n import translator

register = template.Library()


@register.simple_tag
def say(message: str, **values: object) -> str:
    """`{% say "Hello {name}" name=user.name %}`, in the language that is active."""
    return translator((get_language() or "en")[:2])(message).format(**values)
