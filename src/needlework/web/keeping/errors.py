"""What can be wrong with a back-up, or with where it should go."""

from __future__ import annotations

from needlework.errors import NeedleworkError


class KeepingError(NeedleworkError):
    """A back-up or an export cannot be made, read, or restored here."""
