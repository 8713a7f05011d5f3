"""The receipt with which a worker comes back to her case in the web chat.

The digits are told once and kept nowhere: an Argon2id hash stays, found through a keyed index.
"""

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.digits import digits_only
from storage.keys import Purpose
from storage.models import Case
from storage.vault import Vault

RECEIPT_DIGITS = 16

# OWASP's smallest setting. The digits are random and behind a keyed index as well, and
# this runs inside a turn.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def issue_receipt(session: Session, vault: Vault, case: Case) -> str:
    """Return the digits of a fresh receipt; one that was issued before opens nothing any more."""
    body = "".join(secrets.choice("0123456789") for _ in range(RECEIPT_DIGITS - 1))
    digits = body + _check_digit(body)
    case.receipt_key = vault.pseudonym(Purpose.RECEIPT, digits)
    case.receipt_hash = _hasher.hash(digits)
    session.flush()
    return digits


def find_by_receipt(session: Session, vault: Vault, digits: str) -> Case | None:
    """Return the case of a receipt, typed with spaces or dashes and in any script's digits."""
    plain = digits_only(digits[:100])
    if plain is None or not is_receipt(plain):
        return None
    query = select(Case).where(Case.receipt_key == vault.pseudonym(Purpose.RECEIPT, plain))
    case = session.scalar(query)
    return case if case is not None and _matches(case.receipt_hash, plain) else None


def is_receipt(digits: str) -> bool:
    """Say whether these plain digits have a receipt's length and check digit: a slip is told from a wrong one."""
    return len(digits) == RECEIPT_DIGITS and _check_digit(digits[:-1]) == digits[-1]


def _matches(receipt_hash: str | None, digits: str) -> bool:
    try:
        return receipt_hash is not None and _hasher.verify(receipt_hash, digits)
    except VerifyMismatchError:
        return False


def _check_digit(body: str) -> str:
    """Return the digit that Luhn's rule (ISO/IEC 7812) puts at the end of `body`."""
    total = 0
    for place, sign in enumerate(reversed(body)):
        value = int(sign) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)
