"""What can be wrong with a consent."""

from __future__ import annotations

from needlework.errors import NeedleworkError


class ConsentError(NeedleworkError):
    """A consent cannot be offered, signed or written as was asked."""
