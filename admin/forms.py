"""Reading a posted form: each function returns a value in its final shape, or answers 400.

Names of fields are ours, so a value that does not fit was not chosen on our page.
"""

import unicodedata
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from flask import request
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge

Choice = TypeVar("Choice", bound=StrEnum)


def choice(field: str, kind: type[Choice]) -> Choice:
    """Return the member of `kind` that was chosen."""
    try:
        return kind(request.form.get(field, ""))
    except ValueError:
        raise BadRequest from None


def moment(field: str) -> datetime:
    """Return a moment that one of our pages wrote into the form."""
    try:
        value = datetime.fromisoformat(request.form.get(field, ""))
    except ValueError:
        raise BadRequest from None
    if value.tzinfo is None:
        raise BadRequest
    return value


def text(field: str, longest: int) -> str:
    """Return a typed text, tidy: composed, one kind of line end, no control characters."""
    value = unicodedata.normalize("NFC", request.form.get(field, "")).replace("\r\n", "\n")
    kept = "".join(letter for letter in value if letter == "\n" or unicodedata.category(letter) not in {"Cc", "Cs"})
    if len(kept) > longest:
        raise RequestEntityTooLarge
    return kept.strip()
