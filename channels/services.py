"""What the channels' pages need from outside, handed in by `app.py` through `install`.

Views fetch it with `services()`; nothing in `channels/` reads the environment.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, cast

from flask import current_app

from channels.base import Channel
from channels.intake import Intake
from storage.clock import Clock
from storage.database import Database
from storage.vault import Vault

if TYPE_CHECKING:
    from channels.gateway import Gateway

EXTENSION = "openline.channels"

TWILIO_HOSTS = ("https://api.twilio.com", "https://media.twiliocdn.com", "https://mms.twiliocdn.com")
"""Where Twilio keeps media."""


class Say(Protocol):
    """Returns a message of a language's folder."""

    def __call__(self, language: str, key: str, **values: str) -> str:
        """Return the text named `key` in `language`."""
        ...


@dataclass(frozen=True)
class ChatLanguage:
    """A language as the chat offers it."""

    name: str
    """In the language itself."""
    direction: str
    """`ltr` or `rtl`."""


@dataclass(frozen=True)
class TwilioAccount:
    """The account whose webhooks are believed."""

    sid: str
    tokens: tuple[str, ...] = field(repr=False)
    """All are accepted in signatures; the first one signs our own requests."""
    media_hosts: tuple[str, ...] = TWILIO_HOSTS
    """Origins that media may be fetched from; nothing is ever fetched from anywhere else."""


@dataclass(frozen=True)
class ChannelServices:
    """Everything the channels are given."""

    database: Database
    vault: Vault
    clock: Clock
    intake: Intake
    channels: Mapping[str, Channel]
    """By name, those that send: "sms", "whatsapp", "gateway:<name>"."""
    say: Say
    languages: Mapping[str, ChatLanguage]
    """By tag; the first one is used where nothing else is known."""
    public_url: str
    """Without a slash at the end."""
    twilio: TwilioAccount | None = None
    gateways: Mapping[str, "Gateway"] = field(default_factory=dict)
    """By name, without the prefix."""
    exit_url: str = "https://www.wikipedia.org/"
    """Where the quick-exit button leads: a page anybody might read."""
    is_development: bool = False


def services() -> ChannelServices:
    """Return what this application was given."""
    return cast(ChannelServices, current_app.extensions[EXTENSION])
