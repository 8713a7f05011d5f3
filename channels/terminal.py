"""A conversation in a terminal: the developer's phone, through the same intake as every channel.

`app.py converse` uses it; nothing leaves for a provider.
"""

from dataclasses import replace
from uuid import uuid4

from channels.addresses import parse
from channels.base import InboundMessage
from channels.clean_text import neutralise
from channels.rendering import numbered, sms_text
from channels.services import ChannelServices


def say(given: ChannelServices, channel: str, address: str, text: str) -> list[str] | None:
    """Take one message and return the texts that answer it; none when its turn failed and will be tried again."""
    sender = parse(address)
    message = InboundMessage(channel, sender.value, neutralise(text), uuid4().hex, sender.country)
    outcomes: list[bool] = []

    def handle(inbox_id: int) -> bool:
        outcomes.append(given.intake.handle(inbox_id))
        return outcomes[-1]

    leaving = replace(given.intake, handle=handle).answer(message)
    if not all(outcomes):
        return None
    render = sms_text if channel == "sms" else numbered
    return [render(item.reply) for item in leaving]
