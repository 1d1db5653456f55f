"""Keeping a file, and opening one that was kept."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime

from django.utils import timezone

from needlework.web.accounts.models import User
from needlework.web.blobs import store
from needlework.web.blobs.errors import StoreError
from needlework.web.blobs.models import Blob
from needlework.web.blobs.sniff import Clean, clean
from needlework.web.clinics.models import Client, Clinic
from needlework.web.records.spoken import spoken


def keep_blob(
    *,
    clinic: Clinic,
    kind: str,
    content: bytes,
    client: Client | None = None,
    author: User | None = None,
    now: datetime | None = None,
) -> Blob:
    """Clean a file and keep it."""
    return keep_clean(
        clinic=clinic, kind=kind, made=clean(content, kind), client=client, author=author, now=now
    )


def keep_clean(
    *,
    clinic: Clinic,
    kind: str,
    made: Clean,
    client: Client | None = None,
    author: User | None = None,
    now: datetime | None = None,
) -> Blob:
    """Store what was cleaned, then record it. A file left without its row does no harm."""
    if client is not None and client.clinic_id != clinic.pk:
        _ = spoken()
        raise StoreError(
            _("This client belongs to another clinic."),
            hint=_("Open the client in this clinic, and send the file there."),
        )
    blob = Blob(
        clinic=clinic,
        client=client,
        author=author,
        recorded_at=now or timezone.now(),
        kind=kind,
        media_type=made.media_type,
        size_bytes=len(made.content),
        sha256=_digest(made.content),
        width_px=made.width_px,
        height_px=made.height_px,
    )
    store.put(blob.pk, made.content)
    blob.save(force_insert=True)
    return blob


def open_blob(blob: Blob) -> bytes:
    """The content, when it is what was kept; another file in its place is an error."""
    content = store.get(blob.pk)
    if not is_whole(blob, content):
        _ = spoken()
        raise StoreError(
            _("This file is not the one that was kept."),
            hint=_("Tell the person who runs this installation: a backup may still have it."),
        )
    return content


def is_whole(blob: Blob, content: bytes) -> bool:
    return len(content) == blob.size_bytes and hmac.compare_digest(_digest(content), blob.sha256)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
