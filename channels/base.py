"""What every channel is: it gives a reply its form and sends it to an address.

`intake.py` and `delivery.py` know channels by this alone; a provider is one file beside it.
"""

from typing import Protocol

from storage.inbox import InboundMessage, MediaItem
from storage.outbox import Option, Reply

__all__ = ["Channel", "InboundMessage", "MediaItem", "Option", "Reply", "SendError"]


class SendError(Exception):
    """A message that was not sent, or of which nobody knows.

    `code` is a short word for the outbox row, never a text of the provider.
    """

    def __init__(self, code: str, *, permanent: bool = False, unknown: bool = False) -> None:
        """Say why, and what it means: try again (neither), never again, or ask nobody and wait for a status."""
        super().__init__(code)
        self.code = code
        self.permanent = permanent
        self.unknown = unknown


class Channel(Protocol):
    """A way to reach a worker."""

    @property
    def name(self) -> str:
        """Return what `conversations.channel` says."""
        ...

    def render(self, reply: Reply) -> str:
        """Return the text that leaves for `reply`."""
        ...

    def send(self, address: str, text: str, reference: str) -> str | None:
        """Send `text` and return the provider's id for it, if it gives one; raise `SendError`."""
        ...
