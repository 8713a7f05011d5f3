"""Where a message came from: a number in its one form, or a sender that is no number.

Channels call `parse` on what a provider names as the sender; the rest of the system sees the result only.
"""

import unicodedata
from dataclasses import dataclass

import phonenumbers

LONGEST = 64
"""Longer senders are none: the parser is never given them."""


@dataclass(frozen=True)
class Address:
    """A sender: E.164 with its country, or the raw name of a short code or an alphanumeric sender."""

    value: str
    country: str | None = None


class NoAddress(ValueError):
    """There is no sender, or something that cannot be one."""


def parse(raw: str, home: str | None = None) -> Address:
    """Return the sender named `raw`; a number in national form belongs to the country `home`."""
    text = unicodedata.normalize("NFKC", raw).strip()
    if not text or len(text) > LONGEST or not text.isprintable():
        raise NoAddress("no sender")
    try:
        number = phonenumbers.parse(text, home.upper() if home else None)
    except phonenumbers.NumberParseException:
        return Address(text)
    if not phonenumbers.is_valid_number(number):
        return Address(text)
    country = phonenumbers.region_code_for_number(number)
    value = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return Address(value, country.lower() if country and country.isalpha() else None)


def digits_only(address: str) -> str:
    """Return the address as providers write it that want no plus sign."""
    return address.removeprefix("+")


def national(address: str) -> str:
    """Return the number as people dial it at home, or the address itself when it is no number."""
    try:
        number = phonenumbers.parse(address)
    except phonenumbers.NumberParseException:
        return address
    form = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    return "".join(character for character in form if character.isdigit())
