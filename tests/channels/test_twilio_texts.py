"""Odd texts and odd senders through the signed webhook: stored whole, answered."""

from collections.abc import Callable
from typing import Any

import pytest

from storage.models import Contact
from storage.vault import Vault
from tests.channels.conftest import ScriptedTurn, TwilioPhone, texts

Rows = Callable[[type[Any]], list[Any]]


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("pay\x00late\x07", "pay late "),
        ("\U0001f600\U0001f621", "\U0001f600\U0001f621"),
        ("\u202eevil", "\u202eevil\u202c"),
        ("/restart", "/restart"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("=1+1", "=1+1"),
        ("ক" * 1600, "ক" * 1600),
        ("{{ config }} %s {0}", "{{ config }} %s {0}"),
        ("", ""),
    ],
)
def test_any_text_is_stored_whole(phone: TwilioPhone, turn: ScriptedTurn, text: str, stored: str) -> None:
    assert texts(phone.says(text)) == ["Thank you."]
    assert turn.texts == [stored]


@pytest.mark.parametrize("sender", ["16357", "BRAC-Info", "+999123", "+88017", "whatsapp:BD.12345"])
def test_senders_that_are_no_numbers_are_tolerated(phone: TwilioPhone, rows: Rows, vault: Vault, sender: str) -> None:
    assert texts(phone.says("hello", From=sender)) == ["Thank you."]
    [contact] = rows(Contact)
    assert vault.open_contact(contact.address, contact.conversation_id) == sender.removeprefix("whatsapp:")
