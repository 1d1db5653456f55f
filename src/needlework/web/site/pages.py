"""The addresses of a page, in each language, on the host that was asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.conf import settings
from django.urls import reverse

from needlework.i18n import LANGUAGES
from needlework.web.clinics.models import Clinic
from needlework.web.request import Request

PAGES: Final = ("home", "skin", "microneedling", "self_check")


class Page:
    """One public page; templates ask it for its own address and that in the other language.

    A name without its app is one of this site's views.
    """

    def __init__(
        self, request: Request, name: str, language: str, clinic: Clinic | None = None
    ) -> None:
        self.name = name
        self.language = language
        self._request = request
        self._clinic = clinic

    def path(self, language: str = "", name: str = "") -> str:
        kwargs = {"lang": language or self.language}
        if self._clinic is not None:
            kwargs["clinic"] = self._clinic.slug
        asked = name or self.name
        return reverse(asked if ":" in asked else f"site:{asked}", kwargs=kwargs)

    def address(self, language: str = "", name: str = "") -> str:
        return self._request.build_absolute_uri(self.path(language, name))

    @property
    def alternates(self) -> tuple[tuple[str, str], ...]:
        """Each language with the page's address in it."""
        return tuple((language, self.address(language)) for language in LANGUAGES)


def pages_of(request: Request, clinic: Clinic) -> Iterator[Page]:
    for name in PAGES:
        for language in LANGUAGES:
            yield Page(request, name, language, clinic)


def indexed(clinic: Clinic) -> bool:
    """Whether search engines may list the clinic: real, and listed by its own wish."""
    return clinic.is_listed and not clinic.is_demo and not settings.DEMO
