"""Masks personal data in a text that never went through the pipeline, such as one whose turn failed.

`app.py` hands it to the pages; it is the same masking that a turn does.
"""

from collections.abc import Callable

from bot.wording import Wording
from nlu.redact import PersonalWords, Redactor


def masking(wording: Wording) -> Callable[[str, str | None], str]:
    """Return a function that masks a text of a worker in a country."""
    return Redactor(PersonalWords.of(wording.languages)).redact
