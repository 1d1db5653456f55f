"""Every error that Needlework raises on purpose: one sentence, and the next step."""

from __future__ import annotations

import unicodedata


class NeedleworkError(Exception):
    """What was found and where; `hint` says what to do next. Never holds personal data."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class KnowledgeError(NeedleworkError):
    """The knowledge base, a lexicon or an overlay is not sound."""


class AnswerError(NeedleworkError):
    """A consultation or an item of a scale cannot be read as it stands."""


class UsageError(NeedleworkError):
    """A command was asked for something that it cannot do with the files or options given."""


def printable(text: str) -> str:
    """Text in which nothing can steer a terminal: control and format characters are marked.

    >>> printable("a" + chr(27) + "[31mb")
    'a�[31mb'
    """
    return "".join("�" if unicodedata.category(c)[0] == "C" and c != "\n" else c for c in text)
