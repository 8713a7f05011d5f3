import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.clean_text import neutralise


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("pay\x00late", "pay late"),
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("bad \ud83d half", "bad \ufffd half"),
        ("e\u0301", "é"),
        ("ok \U0001f600", "ok \U0001f600"),
        ("زیر\u200cنویس", "زیر\u200cنویس"),
        ("tab\there", "tab\there"),
        ("", ""),
    ],
)
def test_keeps_every_word_and_nothing_that_cannot_be_stored(raw: str, clean: str) -> None:
    assert neutralise(raw) == clean


def test_an_open_override_ends_with_its_line() -> None:
    assert neutralise("a\u202eb\nc") == "a\u202eb\u202c\nc"
    assert neutralise("\u2067a\u2069b") == "\u2067a\u2069b"


@given(st.text(alphabet=st.characters(codec=None, exclude_categories=())))
def test_any_text_can_be_encoded_and_is_left_alone_the_second_time(raw: str) -> None:
    clean = neutralise(raw)
    clean.encode("utf-8")
    assert not any(unicodedata.category(sign) == "Cc" and sign not in "\n\t" for sign in clean)
    assert neutralise(clean) == clean
