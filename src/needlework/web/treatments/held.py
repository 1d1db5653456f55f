"""What a session's record holds, in a format of its own that later fields may join."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct


class ZoneHeld(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A zone that was needled, and its deepest setting."""

    zone: str
    depth_mm: Annotated[float, Meta(gt=0, le=3)]


class Held(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What was really done."""

    format: Literal["needlework-session-1"] = "needlework-session-1"
    zones: Annotated[tuple[ZoneHeld, ...], Meta(min_length=1, max_length=60)]
    phototype: Literal["", "I", "II", "III", "IV", "V", "VI"] = ""
    device: str = ""
    numbing: tuple[str, ...] | None = None

    @property
    def depth_mm(self) -> float:
        return max(zone.depth_mm for zone in self.zones)

    @property
    def zone_names(self) -> tuple[str, ...]:
        return tuple(zone.zone for zone in self.zones)


def read(data: Any) -> Held:
    return msgspec.convert(data, Held)


def write(held: Held) -> dict[str, Any]:
    written: dict[str, Any] = msgspec.to_builtins(held)
    return {"format": held.format, **written}
