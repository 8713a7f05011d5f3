"""What is closed opens for its own row with its own key, and for nothing else."""

import pytest

from storage.keys import Keyring, KeysError, Purpose, new_keyring
from storage.vault import PADDED_SIZES, Vault, VaultError

FIELD, ROW = "inbox.body", "0" * 32
TEXT = "গত মাসের বেতন পাইনি"


def test_text_opens_again(vault: Vault) -> None:
    for text in ("", TEXT, "x" * 100_000):
        assert vault.open_text(FIELD, ROW, vault.close_text(FIELD, ROW, text)) == text


def test_same_text_never_looks_the_same(vault: Vault) -> None:
    assert vault.close_text(FIELD, ROW, TEXT) != vault.close_text(FIELD, ROW, TEXT)


@pytest.mark.parametrize(("field", "row"), [("outbox.body", ROW), (FIELD, "1" * 32), ("inbox.body\x1f0", "0" * 31)])
def test_text_moved_elsewhere_does_not_open(vault: Vault, field: str, row: str) -> None:
    sealed = vault.close_text(FIELD, ROW, TEXT)
    with pytest.raises(VaultError):
        vault.open_text(field, row, sealed)


def test_text_with_any_byte_changed_does_not_open(vault: Vault) -> None:
    sealed = vault.close_text(FIELD, ROW, TEXT)
    for place in range(len(sealed)):
        changed = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
        with pytest.raises((VaultError, KeysError)):
            vault.open_text(FIELD, ROW, changed)


def test_text_cut_short_does_not_open(vault: Vault) -> None:
    sealed = vault.close_text(FIELD, ROW, TEXT)
    for length in range(len(sealed)):
        with pytest.raises((VaultError, KeysError)):
            vault.open_text(FIELD, ROW, sealed[:length])


def test_another_installations_key_does_not_open(vault: Vault) -> None:
    with pytest.raises(KeysError):
        Vault(new_keyring("development")).open_text(FIELD, ROW, vault.close_text(FIELD, ROW, TEXT))


def test_older_key_opens_until_it_is_retired(vault: Vault) -> None:
    sealed = vault.close_text(FIELD, ROW, TEXT)
    newer = vault.keyring.with_new(Purpose.CONTENT)
    assert Vault(newer).open_text(FIELD, ROW, sealed) == TEXT
    with pytest.raises(KeysError):
        Vault(newer.with_only_current(Purpose.CONTENT)).open_text(FIELD, ROW, sealed)


def test_length_tells_the_size_class_only(vault: Vault) -> None:
    lengths = {len(vault.close_text(FIELD, ROW, "x" * length)) for length in range(1, 16_000, 50)}
    assert len(lengths) == len(PADDED_SIZES)


def test_pseudonyms_of_purposes_and_installations_cannot_be_joined(vault: Vault) -> None:
    other = Vault(new_keyring("development"))
    purposes = (Purpose.WORKER, Purpose.SURVEY, Purpose.CASE, Purpose.OPT_OUT, Purpose.MESSAGE_ID, Purpose.RECEIPT)
    values = {each.pseudonym(purpose, "+8801700000000") for each in (vault, other) for purpose in purposes}
    assert len(values) == 2 * len(purposes)
    assert vault.pseudonym(Purpose.CASE, "x") == vault.pseudonym(Purpose.CASE, "x")


def test_case_key_opens_its_own_case_only(vault: Vault) -> None:
    key = vault.new_case_key("case-1")
    sealed = vault.case_box("case-1", key).close_text("case_messages.text", ROW, TEXT)
    assert vault.case_box("case-1", key).open_text("case_messages.text", ROW, sealed) == TEXT
    with pytest.raises(VaultError):
        vault.case_box("case-2", key)
    with pytest.raises(VaultError):
        vault.case_box("case-1", None)
    with pytest.raises(VaultError):
        vault.case_box("case-1", vault.new_case_key("case-1")).open_text("case_messages.text", ROW, sealed)


def test_contact_opens_for_its_conversation_only(vault: Vault) -> None:
    sealed = vault.seal_contact("+8801700000000", ROW)
    assert b"88017" not in sealed
    assert vault.open_contact(sealed, ROW) == "+8801700000000"
    with pytest.raises(VaultError):
        vault.open_contact(sealed, "1" * 32)
    for place in range(10, len(sealed)):
        changed = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
        with pytest.raises(VaultError):
            vault.open_contact(changed, ROW)


def test_nothing_printed_shows_a_key(vault: Vault) -> None:
    keyring: Keyring = vault.keyring
    shown = f"{keyring!r} {keyring.current(Purpose.CONTENT)!r} {vault.content_box()!r}"
    for family in keyring.keys.values():
        for key in family:
            assert repr(key.secret)[2:-1] not in shown
            assert key.secret.hex() not in shown
