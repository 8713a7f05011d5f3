"""The receipt: 16 digits that open one case and are kept nowhere."""

import pytest

from storage.cases import find_by_receipt, issue_receipt
from storage.cases.receipts import is_receipt
from storage.database import Database
from storage.digits import digits_only, plain_digits
from storage.vault import Vault
from tests.factories import create_case

TO_BANGLA = str.maketrans("0123456789", "০১২৩৪৫৬৭৮৯")


def test_receipt_opens_its_case(database: Database, vault: Vault) -> None:
    with database.transaction() as session:
        case = create_case(session, vault)
        create_case(session, vault)
        receipt = issue_receipt(session, vault, case)
        assert find_by_receipt(session, vault, receipt) is case


@pytest.mark.parametrize("form", ["{0} {1}-{2} {3}", " {0}{1}{2}{3}\n", "{0}\u00a0{1}\u200b{2}{3}"])
def test_receipt_may_be_typed_in_groups_and_native_digits(database: Database, vault: Vault, form: str) -> None:
    with database.transaction() as session:
        case = create_case(session, vault)
        receipt = issue_receipt(session, vault, case)
        typed = form.format(*(receipt[start : start + 4] for start in range(0, 16, 4)))
        assert find_by_receipt(session, vault, typed) is case
        assert find_by_receipt(session, vault, typed.translate(TO_BANGLA)) is case


def test_digits_are_kept_nowhere(database: Database, vault: Vault) -> None:
    with database.transaction() as session:
        case = create_case(session, vault)
        receipt = issue_receipt(session, vault, case)
        assert receipt not in (case.receipt_key or "")
        assert (case.receipt_hash or "").startswith("$argon2id$")


def test_new_receipt_ends_the_old_one(database: Database, vault: Vault) -> None:
    with database.transaction() as session:
        case = create_case(session, vault)
        old, new = issue_receipt(session, vault, case), issue_receipt(session, vault, case)
        assert find_by_receipt(session, vault, old) is None
        assert find_by_receipt(session, vault, new) is case


@pytest.mark.parametrize("typed", ["", "1", "abcd", "0" * 15, "1" * 16, "9" * 5_000, "１" * 17, "²" * 16, "\x00" * 16])
def test_nonsense_finds_nothing(database: Database, vault: Vault, typed: str) -> None:
    with database.transaction() as session:
        issue_receipt(session, vault, create_case(session, vault))
        assert find_by_receipt(session, vault, typed) is None


def test_check_digit_finds_every_single_slip() -> None:
    receipt = "4539148803436467"
    assert is_receipt(receipt)
    for place in range(16):
        for digit in set("0123456789") - {receipt[place]}:
            assert not is_receipt(receipt[:place] + digit + receipt[place + 1 :])


def test_digits_of_every_script_are_read() -> None:
    assert plain_digits("০৪৮২১ ៤៨២១ ٤٨٢١ ４８２１ x") == "04821 4821 4821 4821 x"
    assert digits_only("৪৮-২১") == "4821"
    assert digits_only("48a21") is None
    assert digits_only("") is None
