"""Makes the channels that send, from what is configured.

`app.py` hands in the values; which providers there are is nobody else's business.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from channels.base import Channel
from channels.gateway import Gateway
from channels.gateway_config import load_gateway
from channels.services import TWILIO_HOSTS, TwilioAccount
from channels.twilio import TwilioChannel


@dataclass(frozen=True)
class Providers:
    """What is configured. `senders` has every channel that sends, by the name that conversations have."""

    twilio: TwilioAccount | None
    gateways: Mapping[str, Gateway]
    senders: Mapping[str, Channel]


class Setup(Protocol):
    """The settings that say which providers there are."""

    @property
    def twilio_account_sid(self) -> str:
        """Return the account, empty when Twilio is not used."""
        ...

    @property
    def twilio_auth_tokens(self) -> tuple[str, ...]:
        """Return the tokens; the first one signs our own requests."""
        ...

    @property
    def twilio_from(self) -> str:
        """Return our number at Twilio."""
        ...

    @property
    def twilio_api_url(self) -> str:
        """Return where Twilio's interface is."""
        ...

    @property
    def public_url(self) -> str:
        """Return our own address."""
        ...

    @property
    def gateways(self) -> tuple[Path, ...]:
        """Return the files of other providers."""
        ...

    @property
    def variables(self) -> Mapping[str, str]:
        """Return the secrets that those files name."""
        ...


def configured(setup: Setup) -> Providers:
    """Return the providers; raise `GatewayConfigError` that names what is wrong in a file."""
    gateways = [Gateway(load_gateway(path, setup.variables)) for path in setup.gateways]
    senders: list[Channel] = [*gateways]
    account = None
    if setup.twilio_account_sid:
        account = TwilioAccount(setup.twilio_account_sid, setup.twilio_auth_tokens, _media_hosts(setup.twilio_api_url))
        senders += [_twilio(name, setup) for name in ("sms", "whatsapp")]
    by_name = {gateway.config.name: gateway for gateway in gateways}
    return Providers(account, by_name, {channel.name: channel for channel in senders})


def _twilio(name: str, setup: Setup) -> TwilioChannel:
    token = setup.twilio_auth_tokens[0]
    return TwilioChannel(
        name, setup.twilio_account_sid, token, setup.twilio_from, setup.public_url, setup.twilio_api_url
    )


def _media_hosts(api_url: str) -> tuple[str, ...]:
    # A compatible provider keeps media where its interface is.
    parts = urlsplit(api_url)
    own = f"{parts.scheme}://{parts.netloc}"
    return TWILIO_HOSTS if own in TWILIO_HOSTS else (own,)
