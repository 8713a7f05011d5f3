"""A conversation in a terminal: the developer's phone, through the same intake as every channel.

`app.py converse` uses it; nothing leaves for a provider.
"""

from collections.abc import Sequence
from dataclasses import replace
from uuid import uuid4

from channels.addresses import parse
from channels.base import InboundMessage
from channels.clean_text import neutralise
from channels.rendering import numbered, sms_text
from channels.services import ChannelServices
from storage.outbox import Leaving


def say(given: ChannelServices, channel: str, address: str, text: str) -> list[str] | None:
    """Take one message and return the texts that answer it; none when its turn failed and will be tried again."""
    sender = parse(address)
    message = InboundMessage(channel, sender.value, neutralise(text), uuid4().hex, sender.country)
    failed: list[int] = []

    def handle(inbox_id: int, *, in_response: bool) -> Sequence[Leaving] | None:
        leaving = given.intake.handle(inbox_id, in_response=in_response)
        if leaving is None:
            failed.append(inbox_id)
        return leaving

    leaving = replace(given.intake, handle=handle).answer(message)
    if failed:
        return None
    render = sms_text if channel == "sms" else numbered
    return [render(item.reply) for item in leaving]
