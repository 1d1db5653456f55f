"""A clinic's choices over a release: approve, tighten, reject. It can never loosen."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Final, Literal

import msgspec

from needlework.errors import KnowledgeError
from needlework.evidence.check import value_faults
from needlework.evidence.model import Claim, Release, Role, Stricter, Value, Verdict
from needlework.evidence.toml import parse_toml

_ROLES: Final = (Role.NONE, Role.PRACTITIONER, Role.CLINICIAN, Role.NOBODY)
"""Who may clear, the freest first."""

LARGEST_BYTES: Final = 1_000_000

Fault = Literal["fixed", "unsound", "looser"]
"""No stricter way is known; not a value of the claim's kind; freer than the release."""


class Batch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Claims that the medical director approved together."""

    topic: str
    claims: tuple[str, ...]
    by: str
    on: date


class Tightened(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A stricter value for one claim."""

    claim: str
    value: Value
    because: str
    by: str
    on: date
    asks_again: bool = False
    """The claim has changed since: the value still binds, and the claim is not approved."""


class Rejected(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A claim that the clinic does not accept; what depends on it is not enough known."""

    claim: str
    because: str
    by: str
    on: date


class Allowed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A product made and licensed for needled skin, as the medical director lists it (C42)."""

    product: str
    because: str
    by: str
    on: date


class Overlay(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All choices of a clinic over one release."""

    clinic: str
    release: str
    release_digest: str = ""
    approve: tuple[Batch, ...] = ()
    tighten: tuple[Tightened, ...] = ()
    reject: tuple[Rejected, ...] = ()
    allow: tuple[Allowed, ...] = ()


def load_overlay(path: Path) -> tuple[Overlay, str]:
    """An overlay from its file, and the digest of its bytes."""
    content = _content(path)
    try:
        overlay = msgspec.convert(parse_toml(content.decode("utf-8-sig")), Overlay)
    except UnicodeDecodeError as error:
        raise _unsound(path, f"byte {error.start} is not UTF-8 text") from None
    except msgspec.ValidationError as error:
        raise _unsound(path, _UNKNOWN.sub("unknown field", str(error))) from None
    except ValueError as error:
        raise _unsound(path, f"it {error}") from None
    return overlay, hashlib.sha256(content).hexdigest()


_UNKNOWN: Final = re.compile(
    r"^Object contains unknown field `.*?`(?= - at `\$[\w.\[\]]*`$|$)", re.DOTALL
)


def _content(path: Path) -> bytes:
    name = path.name or path
    try:
        if path.is_dir():
            raise KnowledgeError(f"The overlay {name} is a folder.", hint="Name a file in it.")
        with path.open("rb") as file:
            content = file.read(LARGEST_BYTES + 1)
    except OSError as error:
        raise KnowledgeError(
            f"The overlay {name} cannot be read: {error.strerror}.",
            hint="Name an overlay file in TOML.",
        ) from None
    if len(content) > LARGEST_BYTES:
        raise KnowledgeError(
            f"The overlay {name} is larger than an overlay can be ({LARGEST_BYTES:,} bytes).",
            hint="Name an overlay file in TOML.",
        )
    return content


def _unsound(path: Path, why: str) -> KnowledgeError:
    return KnowledgeError(
        f"The overlay {path.name} is not sound: {why}.",
        hint="It takes clinic, release, and lists of approve, tighten, reject, allow.",
    )


def apply(overlay: Overlay, release: Release) -> tuple[Mapping[str, Claim], frozenset[str]]:
    """The claims as the clinic holds them, and the ids of those that it rejects."""
    if overlay.release != release.id:
        raise KnowledgeError(
            f"The overlay was made over release {overlay.release}, this is {release.id}.",
            hint="Review the changes of this release, then name it in the overlay.",
        )
    if overlay.release_digest and overlay.release_digest != release.digest:
        raise KnowledgeError(
            f"The overlay was made over another text of release {release.id}.",
            hint="Review what changed; `needlework evidence check` shows the digest to give.",
        )
    for claim_id in _named(overlay):
        if claim_id not in release.claims:
            raise KnowledgeError(
                f"The overlay names {claim_id}, which release {release.id} lacks.",
                hint="List the ids with `needlework evidence list`.",
            )
    if not overlay.tighten:
        return release.claims, frozenset(rejected.claim for rejected in overlay.reject)
    claims = dict(release.claims)
    for change in overlay.tighten:
        claims[change.claim] = _tightened(claims[change.claim], change)
    return claims, frozenset(rejected.claim for rejected in overlay.reject)


def approved(overlay: Overlay) -> frozenset[str]:
    """Ids of the claims that the medical director approved, and of those that were tightened."""
    batches = (claim for batch in overlay.approve for claim in batch.claims)
    tightened = (change.claim for change in overlay.tighten if not change.asks_again)
    return frozenset((*batches, *tightened))


def tightening_fault(claim: Claim, value: Value) -> Fault | None:
    """Why a clinic may not put this value in the place of the claim's; None where it may.

    >>> from needlework.evidence import load_knowledge
    >>> deepest = load_knowledge().claims["zone.cheek.scar-max"]
    >>> tightening_fault(deepest, 1.0), tightening_fault(deepest, 9.0)
    (None, 'looser')
    >>> tightening_fault(deepest, "shallow")
    'unsound'
    """
    if claim.stricter is None:
        return "fixed"
    if any(value_faults(msgspec.structs.replace(claim, value=value))):
        return "unsound"
    return None if _is_stricter(claim, value) else "looser"


def _named(overlay: Overlay) -> Iterator[str]:
    for batch in overlay.approve:
        yield from batch.claims
    yield from (change.claim for change in overlay.tighten)
    yield from (change.claim for change in overlay.reject)


def _tightened(claim: Claim, change: Tightened) -> Claim:
    new = msgspec.structs.replace(claim, value=change.value)
    for fault in value_faults(new):
        raise KnowledgeError(
            f"The overlay tightens {change.claim}: {fault}.", hint="Give it like the release does."
        )
    if not _is_stricter(claim, change.value):
        raise KnowledgeError(
            f"The overlay makes {change.claim} looser than the release or changes what it may not.",
            hint="An overlay only tightens; a single case is loosened by a named clearance.",
        )
    if claim.range is None or isinstance(change.value, bool | str | list):
        return new
    low, high = claim.range
    spread = (min(low, float(change.value)), max(high, float(change.value)))
    return msgspec.structs.replace(new, range=spread)


def _is_stricter(claim: Claim, value: Value) -> bool:
    stricter = _COMPARE.get(claim.stricter) if claim.stricter is not None else None
    return stricter is not None and stricter(claim, value)


def _is_worse(claim: Claim, value: Value) -> bool:
    if claim.quantity == "role":
        return _ROLES.index(str(value)) >= _ROLES.index(claim.word)
    return Verdict(str(value)).rank <= Verdict(claim.word).rank


_COMPARE: Final[Mapping[Stricter, Callable[[Claim, Value], bool]]] = {
    Stricter.LOWER: lambda claim, value: float(value) <= claim.number,  # type: ignore[arg-type]
    Stricter.HIGHER: lambda claim, value: float(value) >= claim.number,  # type: ignore[arg-type]
    Stricter.WORSE: _is_worse,
    Stricter.FEWER: lambda claim, value: set(claim.words) >= set(value),  # type: ignore[arg-type]
    Stricter.MORE: lambda claim, value: set(claim.words) <= set(value),  # type: ignore[arg-type]
}
"""Values were checked to be of the claim's type before they are compared."""
