from __future__ import annotations

import subprocess
import sys
from xml.etree import ElementTree as ET

import pytest

from needlework.documents import qr_svg
from needlework.errors import UsageError

URL = "https://aurora.example/l/7Q2K-93FD/"


def test_it_is_a_drawing_on_white_without_scripts_or_styles() -> None:
    drawn = ET.fromstring(qr_svg(URL))  # noqa: S314  our own
    assert drawn.tag == "{http://www.w3.org/2000/svg}svg"
    assert {child.tag.rpartition("}")[2] for child in drawn.iter()} == {"svg", "g", "path"}
    assert not any("style" in child.attrib for child in drawn.iter())
    assert "#fff" in qr_svg(URL)


def test_it_is_the_same_for_the_same_address_and_another_for_another() -> None:
    assert qr_svg(URL) == qr_svg(URL)
    assert qr_svg(URL) != qr_svg(f"{URL}x")


@pytest.mark.parametrize("url", ["", "aurora.example", "javascript:x", "https://a b/"])
def test_what_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match="no web address"):
        qr_svg(url)


def test_importing_documents_loads_nothing_heavy() -> None:
    code = (
        "import sys, needlework.documents; "
        "print([n for n in ('typst', 'segno', 'icalendar', 'babel', 'django') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
