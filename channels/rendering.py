"""Gives replies their form where there are no buttons: numbered options, few segments.

Twilio and the gateways render with this; the web chat has buttons of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from channels import segments
from channels.base import Option, Reply
from storage.outbox import Leaving

LONGEST_JOINED = 1500
"""Providers refuse texts over 1,600 characters; what is joined stays clear of that."""


@dataclass(frozen=True)
class Parcel:
    """One text that leaves, with the references of the outbox rows in it."""

    text: str
    references: tuple[str, ...]


def numbered(reply: Reply) -> str:
    """Return the text with its options below, a line each: `1 Yes`."""
    lines = [reply.text.strip(), *(_line(option) for option in reply.options)]
    return "\n".join(line for line in lines if line)


def sms_text(reply: Reply) -> str:
    """Return the text of an SMS, in the cheaper alphabet where it is the same text."""
    return segments.gsm_safe(numbered(reply))


def compose(leaving: Sequence[Leaving]) -> list[Parcel]:
    """Return the SMS of one turn: neighbours travel together where that costs fewer segments.

    Nothing is put after options: the numbers have to be the last thing she reads.
    """
    parcels: list[Parcel] = []
    may_join = False
    for item in leaving:
        parcel = Parcel(sms_text(item.reply), (item.reference,))
        joined = _join(parcels[-1], parcel) if parcels and may_join else None
        if joined is not None:
            parcels[-1] = joined
        else:
            parcels.append(parcel)
        may_join = not item.reply.options
    return parcels


def _line(option: Option) -> str:
    return option.title if option.title == option.value else f"{option.value} {option.title}"


def _join(first: Parcel, second: Parcel) -> Parcel | None:
    text = f"{first.text}\n{second.text}"
    apart = segments.count(first.text).segments + segments.count(second.text).segments
    if len(text) > LONGEST_JOINED or segments.count(text).segments >= apart:
        return None
    return Parcel(text, first.references + second.references)
