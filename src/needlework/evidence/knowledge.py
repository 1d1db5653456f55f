"""The knowledge that a judgement rests on: a release with a clinic's overlay over it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from needlework.errors import KnowledgeError
from needlework.evidence import overlay as overlays
from needlework.evidence.load import DATA, load_release
from needlework.evidence.model import Basis, Cited, Claim, Release
from needlework.units import to_mm


class NotAccepted(Exception):
    """A number was asked for whose claim the clinic rejected: not enough is known."""

    def __init__(self, claim_id: str) -> None:
        super().__init__(claim_id)
        self.claim_id = claim_id


class Knowledge:
    """Claims by id, as this clinic holds them; every number leaves with its claim's id."""

    def __init__(
        self,
        release: Release,
        overlay: overlays.Overlay | None = None,
        overlay_digest: str = "",
    ) -> None:
        self.release = release
        self.overlay_digest = overlay_digest
        self.claims: Mapping[str, Claim] = release.claims
        self.rejected: frozenset[str] = frozenset()
        self.approved: frozenset[str] = frozenset()
        self.allowed_products: tuple[str, ...] = ()
        if overlay is not None:
            self.claims, self.rejected = overlays.apply(overlay, release)
            self.approved = overlays.approved(overlay)
            self.allowed_products = tuple(listed.product for listed in overlay.allow)

        self.proposed: frozenset[str] = frozenset(
            claim_id
            for claim_id, claim in self.claims.items()
            if claim.basis in (Basis.RECALLED, Basis.PROPOSED) and claim_id not in self.approved
        )
        """Claims that neither a source nor this clinic's director stands behind."""

    def claim(self, claim_id: str) -> Claim:
        """A claim that the clinic accepts."""
        if claim_id in self.rejected:
            raise NotAccepted(claim_id)
        try:
            return self.claims[claim_id]
        except KeyError:
            raise KnowledgeError(
                f"Release {self.release.id} holds no claim {claim_id}.",
                hint="List the ids with `needlework evidence list`.",
            ) from None

    def find(self, claim_id: str) -> Claim | None:
        """A claim, or None where the release has none; a rejected one still raises."""
        return self.claim(claim_id) if claim_id in self.claims else None

    def number(self, claim_id: str) -> Cited:
        """The number of a claim, with its id."""
        claim = self.claim(claim_id)
        return Cited(claim.number, claim.unit, (claim_id,))

    def depth_mm(self, claim_id: str) -> Cited:
        """The depth or length of a claim, in millimetres, with its id."""
        claim = self.claim(claim_id)
        return Cited(to_mm(claim.number, claim.unit), "mm", (claim_id,))


class Watched(Knowledge):
    """The same knowledge, noting each claim that is read.

    A judgement rests also on what let somebody pass: an age that was high enough, an answer that
    was fresh enough. Such claims speak nowhere in the result, so they are noted as they are read.
    """

    def __init__(self, known: Knowledge) -> None:
        self.__dict__.update(known.__dict__)
        self.read: set[str] = set()
        self.claims = _Noting(known.claims, self.read)


class _Noting(Mapping[str, Claim]):
    def __init__(self, claims: Mapping[str, Claim], read: set[str]) -> None:
        self._claims = claims
        self._read = read

    def __getitem__(self, claim_id: str) -> Claim:
        claim = self._claims[claim_id]
        self._read.add(claim_id)
        return claim

    def __contains__(self, claim_id: object) -> bool:
        return claim_id in self._claims

    def __iter__(self) -> Iterator[str]:
        return iter(self._claims)

    def __len__(self) -> int:
        return len(self._claims)


def load_knowledge(folder: Path | None = None, overlay: Path | None = None) -> Knowledge:
    """The shipped release or the one below `folder`, with a clinic's overlay if one is named."""
    release = load_release(folder or DATA)
    if overlay is None:
        return Knowledge(release)
    return Knowledge(release, *overlays.load_overlay(overlay))
