"""What pages ask of files."""

from __future__ import annotations

from needlework.web.blobs.models import Blob
from needlework.web.clinics.models import Client


def portrait_of(client: Client) -> Blob | None:
    """The newest portrait, for the client's header."""
    found = Blob.objects.current().filter(client=client, kind="portrait")
    return found.order_by("-recorded_at").first()
