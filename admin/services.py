"""What the pages are given by `app.py`: the database, the vault, the clock, languages.

Every view asks `services()`; nothing here is global, so two applications can live in one process.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, cast

from flask import current_app

from storage.clock import Clock
from storage.database import Database
from storage.vault import Vault

EXTENSION = "openline.admin"


class SegmentCount(Protocol):
    """How a text will travel by SMS."""

    @property
    def encoding(self) -> str:
        """`GSM-7` or `UCS-2`."""
        ...

    @property
    def units(self) -> int:
        """How many characters of the encoding the text takes."""
        ...

    @property
    def segments(self) -> int:
        """How many messages the worker's provider bills."""
        ...


class LanguageInfo(Protocol):
    """What a page shows of a language."""

    @property
    def name(self) -> str:
        """The language's name in itself."""
        ...

    @property
    def english_name(self) -> str:
        """Its name for advisors."""
        ...

    @property
    def direction(self) -> str:
        """`ltr` or `rtl`."""
        ...

    @property
    def review(self) -> str:
        """`draft` or `reviewed`."""
        ...

    def told(self, text: str) -> Sequence[str]:
        """Return the words of a text that a phone others may hold must not show."""
        ...


@dataclass(frozen=True)
class AdminServices:
    """Everything the pages need from outside `admin/`."""

    database: Database
    vault: Vault
    clock: Clock
    count_segments: Callable[[str], SegmentCount]
    redact: Callable[[str, str | None], str]
    """Masks personal data in a text of a worker of a country: for messages that never passed the assistant."""
    languages: Mapping[str, LanguageInfo]
    public_url: str


def services() -> AdminServices:
    """Return what `create_admin` was given."""
    return cast(AdminServices, current_app.extensions[EXTENSION])
