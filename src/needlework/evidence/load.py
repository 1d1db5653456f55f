"""From TOML files to a `Release`; whatever is unsound is refused with its file and key."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec

from needlework.errors import KnowledgeError
from needlework.evidence import check
from needlework.evidence.model import (
    Anaesthetic,
    Antiseptic,
    Choices,
    Claim,
    Concern,
    Device,
    Jurisdiction,
    Release,
    Source,
    Topic,
    Zone,
)
from needlework.evidence.scales import Scale
from needlework.snapshot import load_or_build

_T = TypeVar("_T")

DATA: Final = Path(__file__).parent / "data"

_KINDS: Final[Mapping[str, tuple[str, type[msgspec.Struct]]]] = {
    "zone": ("zones", Zone),
    "concern": ("concerns", Concern),
    "device": ("devices", Device),
    "jurisdiction": ("jurisdictions", Jurisdiction),
    "anaesthetic": ("anaesthetics", Anaesthetic),
    "antiseptic": ("antiseptics", Antiseptic),
    "scale": ("scales", Scale),
    "rule": ("topics", Topic),
    "harm": ("topics", Topic),
    "aftercare": ("topics", Topic),
    "course": ("topics", Topic),
    "consent": ("topics", Topic),
    "home": ("topics", Topic),
    "response": ("topics", Topic),
    "symptom": ("symptoms", Choices),
}
"""Folder of the knowledge base → field of the release and type of its entries."""


def load_release(folder: Path = DATA) -> Release:
    """The knowledge below `folder`, from its snapshot when no byte has changed."""
    files = sorted(folder.rglob("*.toml"))
    if not files:
        raise KnowledgeError(
            f"No knowledge base at {folder.name}: it holds no TOML file.",
            hint="Name a folder laid out like needlework/evidence/data.",
        )
    return load_or_build("release", files, lambda: build(folder), Release)


def build(folder: Path) -> Release:
    """Read and check every file; used when there is no snapshot for these bytes."""
    digest = hashlib.sha256()
    groups: dict[str, dict[str, Any]] = {name: {} for name, _ in _KINDS.values()}
    claims: dict[str, Claim] = {}
    sources: dict[str, Source] = {}
    about: dict[str, Any] = {}
    for path in sorted(folder.rglob("*.toml")):
        name = path.relative_to(folder).as_posix()
        content = path.read_bytes()
        digest.update(name.encode() + b"\0" + content + b"\0")
        data = _parse(content, name)
        if name == "release.toml":
            about = data
        elif name.startswith("sources/"):
            _add_sources(sources, data, name)
        else:
            _add_entry(groups, claims, data, path.relative_to(folder))
    if not {"id", "published"} <= about.keys():
        raise KnowledgeError(
            "release.toml must give `id` and `published`.", hint="Copy the one that is shipped."
        )
    release = Release(
        id=about["id"],
        published=about["published"],
        digest=digest.hexdigest(),
        sources=sources,
        claims=claims,
        **groups,
    )
    check.release(release)
    return release


def _parse(content: bytes, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise KnowledgeError(f"{name} is not TOML: {error}.", hint="Mend the line named.") from None


def _convert(data: object, kind: type[_T], where: str) -> _T:
    try:
        return msgspec.convert(data, kind)
    except msgspec.ValidationError as error:
        raise KnowledgeError(
            f"{where}: {error}.", hint="Compare with a neighbouring file of the same folder."
        ) from None


def _add_sources(sources: dict[str, Source], data: dict[str, Any], name: str) -> None:
    for key, entry in data.items():
        if key in sources:
            raise KnowledgeError(
                f"{name}: source {key} is already defined.", hint="Keep one of the two."
            )
        sources[key] = _convert(entry, Source, f"{name}: [{key}]")


def _add_entry(
    groups: dict[str, dict[str, Any]], claims: dict[str, Claim], data: dict[str, Any], path: Path
) -> None:
    name, kind, stem = path.as_posix(), path.parts[0], path.stem
    if kind not in _KINDS or len(path.parts) != 2:
        raise KnowledgeError(
            f"{name}: no such kind of knowledge.", hint="Kinds are " + ", ".join(_KINDS) + "."
        )
    for key, entry in data.pop("claims", {}).items():
        claims[f"{kind}.{stem}.{key}"] = _convert(entry, Claim, f"{name}: [claims.{key}]")
    group, type_ = _KINDS[kind]
    entry_key = f"{kind}.{stem}" if group == "topics" else stem
    groups[group][entry_key] = _convert(data, type_, name)
