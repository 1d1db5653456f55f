"""The language that a command was asked to speak, in all that it says beside its result."""

from __future__ import annotations

import errno
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, Final

import click

from needlework.i18n import LANGUAGES, say_number, translator

_USUAL: Final = "en"
_REASONS: Final = {
    errno.ENOENT: "No such file or directory",
    errno.EACCES: "Permission denied",
    errno.EPERM: "Operation not permitted",
    errno.EISDIR: "Is a directory",
    errno.ENOTDIR: "Not a directory",
    errno.ENOSPC: "No space left on device",
    errno.EROFS: "Read-only file system",
    errno.ENAMETOOLONG: "File name too long",
}
"""The system's own words, of which the catalogue keeps the translation."""

_asked: Final = ContextVar("language", default=_USUAL)


def say(message: str) -> str:
    """A message in the language asked for; imported as `_`, so that the catalogue finds it."""
    return translator(_asked.get())(message)


def reason(error: OSError) -> str:
    """Why the system refused."""
    return say(_REASONS.get(error.errno or 0, error.strerror or str(error)))


def number(value: float) -> str:
    """A number as the language asked for writes it."""
    return say_number(value, _asked.get())


def speak(language: str = _USUAL) -> None:
    """From here on, the language of `say`."""
    _asked.set(language)


def _spoken(_ctx: click.Context, _param: click.Parameter, language: str) -> str:
    speak(language)
    return language


def language_option(what: str = "Language of the texts (default: en).") -> Callable[[Any], Any]:
    """`--lang`, heeded before the other options, so that what is wrong with them is said in it."""
    return click.option(
        "--lang",
        "language",
        type=click.Choice(LANGUAGES),
        default=_USUAL,
        is_eager=True,
        callback=_spoken,
        help=what,
    )
