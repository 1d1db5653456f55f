"""The devices of a plan: what they are, as far as their makers and records say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

from needlework.evidence import Knowledge
from needlework.planning.model import DeviceFact, DeviceSheet, Protocol

_NUMBERS: Final = {
    "needles": "needles",
    "rows": "rows",
    "needle-diameter": "needle diameter",
    "needle-length": "needle length",
    "drum-diameter": "drum diameter",
    "drum-width": "drum width",
    "stroke-rate": "stroke rate",
    "stroke-rate-low": "stroke rate, lowest",
    "stroke-rate-high": "stroke rate, highest",
    "dial-step": "step of the dial",
    "dial-max": "end of the dial",
    "depth-tolerance": "tolerance of the depth",
}


def device_sheets(knowledge: Knowledge, protocols: Iterable[Protocol]) -> tuple[DeviceSheet, ...]:
    """One sheet for each device that a protocol uses."""
    used = dict.fromkeys(made.device for made in protocols if not made.refused)
    return tuple(_sheet(knowledge, device) for device in used)


@lru_cache(maxsize=256)
def _sheet(knowledge: Knowledge, device: str) -> DeviceSheet:
    entry = knowledge.release.devices[device]
    return DeviceSheet(
        id=device,
        name=entry.name.en,
        kind=entry.kind,
        single_use=_word(entry.single_use),
        sleeve_required=_word(entry.sleeve_required),
        clearances=tuple(f"{c.id} ({c.jurisdiction})" for c in entry.clearances),
        facts=tuple(_facts(knowledge, device)),
    )


def _word(value: bool | str) -> str:
    return value if isinstance(value, str) else ("yes" if value else "no")


def _facts(knowledge: Knowledge, device: str) -> Iterator[DeviceFact]:
    """Numbers of the device that the clinic has not rejected."""
    names = {
        **_NUMBERS,
        **dict.fromkeys(knowledge.release.devices[device].lengths, "needle length"),
    }
    for key, name in names.items():
        claim_id = f"device.{device}.{key}"
        if claim_id in knowledge.claims and claim_id not in knowledge.rejected:
            yield DeviceFact(name=name, value=knowledge.number(claim_id))
