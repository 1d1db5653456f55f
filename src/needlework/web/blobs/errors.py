"""What can be wrong with a file."""

from __future__ import annotations

from needlework.errors import NeedleworkError


class FileRefusedError(NeedleworkError):
    """A file that was sent in is not one that can be kept."""


class StoreError(NeedleworkError):
    """A file that should be there cannot be read, or none can be kept."""
