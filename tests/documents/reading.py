"""Plans of the worked examples, and what a PDF says when it is read back."""

from __future__ import annotations

import io
import re
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

from pypdf import PdfReader

from needlework import workflow
from needlework.documents import ClinicCard, PersonCard
from needlework.planning import Plan
from needlework.screening import Consultation

EXAMPLES: Final = sorted((Path(__file__).parents[2] / "examples").glob("*.toml"))
KNOWN: Final = workflow.known()
CLINIC: Final = ClinicCard(
    name="Clínica Aurora",
    address=("14 Harbour Lane", "Leith"),
    phone_e164="+441315550142",
    email="hello@aurora.example",
    emergency_number="999",
    time_zone="Europe/London",
    website="aurora.example",
)
PERSON: Final = PersonCard(
    name="Maren Oduya-Lindqvist", birth_date=date(1988, 3, 9), reference="AU-0042"
)


@cache
def consultation(path: Path) -> Consultation:
    return workflow.read_consultation(path)


def example(start: str) -> Path:
    (path,) = [path for path in EXAMPLES if path.stem.startswith(start)]
    return path


@cache
def plan(path: Path) -> Plan:
    return planned(path, KNOWN)


def planned(path: Path, known: workflow.Known) -> Plan:
    return workflow.plan_for(workflow.consult(consultation(path), known))


def pages(made: bytes) -> int:
    return len(PdfReader(io.BytesIO(made)).pages)


def text(made: bytes) -> str:
    """All words in reading order, on one line, each space an ordinary one."""
    held = PdfReader(io.BytesIO(made))
    said = " ".join(page.extract_text() for page in held.pages)
    return re.sub(r"[\s\u200b\u2060]+", " ", said)


def squeezed(said: str) -> str:
    """Without any space: a line may end within a hyphenated word."""
    return re.sub(r"\s", "", said)
