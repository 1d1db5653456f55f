"""Parts of addresses."""

from __future__ import annotations


class LanguageConverter:
    """A language that the site speaks."""

    regex = "en|es"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value
