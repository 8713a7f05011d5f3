"""Digits as workers type them, in any script, as plain 0 to 9.

Factory codes and receipts come in Bangla, Khmer, Arabic or full-width digits just as often.
"""

import unicodedata

SEPARATORS = frozenset("-–—_.:/")


def plain_digits(text: str) -> str:
    """Return `text` with every decimal digit of any script as 0-9; all else stays as it is."""
    return "".join(str(unicodedata.decimal(sign, sign)) for sign in text)


def digits_only(text: str) -> str | None:
    """Return the digits of a code that may be typed with spaces and dashes; none when it holds anything else."""
    plain = "".join(sign for sign in plain_digits(text) if not _separates(sign))
    return plain if plain.isascii() and plain.isdigit() else None


def _separates(sign: str) -> bool:
    # "Cf" are the invisible marks that keyboards of right-to-left scripts put in.
    return sign in SEPARATORS or sign.isspace() or unicodedata.category(sign) == "Cf"
