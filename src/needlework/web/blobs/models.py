"""What is known of a file; its content lies encrypted beside the database."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from django.db import models
from django.db.models import Q

from needlework.web.records.models import Record

KINDS: Final = ("portrait", "photo", "signature", "pdf", "letter")
"""A portrait is for the header of a chart; a photo is a clinical one."""


class Blob(Record):
    """A file of the clinic's: what it is, how large, and the digest of its plain content."""

    kind = models.CharField(max_length=20)
    media_type = models.CharField(max_length=40)
    size_bytes = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    width_px = models.PositiveIntegerField(null=True)
    height_px = models.PositiveIntegerField(null=True)

    class Meta(Record.Meta):
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="blob_kind_known")
        ]
