"""What is known: sources and claims as TOML, loaded, checked, released, overlaid by a clinic."""

from needlework.evidence.knowledge import Knowledge, NotAccepted, Watched, load_knowledge
from needlework.evidence.model import (
    Basis,
    Certainty,
    Cited,
    CitedDate,
    CitedText,
    Claim,
    Release,
    Role,
    Source,
    Verdict,
)

__all__ = [
    "Basis",
    "Certainty",
    "Cited",
    "CitedDate",
    "CitedText",
    "Claim",
    "Knowledge",
    "NotAccepted",
    "Release",
    "Role",
    "Source",
    "Verdict",
    "Watched",
    "load_knowledge",
]
