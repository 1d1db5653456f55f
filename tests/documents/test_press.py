"""Setting a document: in a process of its own, and not without end."""

from __future__ import annotations

import pytest

from needlework.documents import press
from needlework.documents.press import plain
from needlework.errors import NeedleworkError


def test_what_cannot_be_set_is_an_error_and_no_document() -> None:
    with pytest.raises(RuntimeError, match="no-such-template could not be set"):
        press.typeset("no-such-template", {})


def test_an_e_mail_address_can_be_copied_and_a_long_word_breaks() -> None:
    address = "hello@a-clinic-by-the-harbour.example"
    assert plain(f"+16175550147 · {address}").endswith(address)
    assert "\N{ZERO WIDTH SPACE}" in plain("x" * 60)
    assert "\N{ZERO WIDTH SPACE}" in plain("x" * 60 + "@" + "y" * 60)


def test_a_document_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(press, "_PATIENCE_S", 0.001)
    with pytest.raises(NeedleworkError, match="took too long") as refused:
        press.typeset("plan", {"name": "Somebody"})
    assert "Somebody" not in f"{refused.value} {refused.value.hint} {refused.value.__cause__}"
    assert refused.value.__cause__ is None
