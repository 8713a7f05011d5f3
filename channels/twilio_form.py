"""A signed form of Twilio's, read strictly.

Twilio signs names and values run together, so one signature fits several forms: those
that can be read in a second way are refused here. `twilio.py` uses what comes out.
"""

import re

from werkzeug.datastructures import MultiDict

from channels.addresses import NoAddress, parse
from channels.base import InboundMessage, MediaItem
from channels.clean_text import neutralise
from storage.models.enums import OutboxState, ProviderOptOut

WHATSAPP = "whatsapp:"
LONGEST_BODY = 10_000
MOST_MEDIA = 10

REQUIRED = {
    "MessageSid": re.compile(r"(SM|MM)[0-9a-fA-F]{32}"),
    "AccountSid": re.compile(r"AC[0-9a-fA-F]{32}"),
    "From": re.compile(r"[^\x00-\x1f]{1,64}"),
    "To": re.compile(r"[^\x00-\x1f]{1,64}"),
    "Body": re.compile(rf"[\s\S]{{0,{LONGEST_BODY}}}"),
}
OPTIONAL = {
    "ApiVersion": re.compile(r"\d{4}-\d{2}-\d{2}"),
    "NumMedia": re.compile(r"\d{1,2}"),
    "NumSegments": re.compile(r"\d{1,3}"),
    "SmsMessageSid": REQUIRED["MessageSid"],
    "SmsSid": REQUIRED["MessageSid"],
    "SmsStatus": re.compile(r"[a-z]{1,20}"),
    "MessageStatus": re.compile(r"[a-z]{1,20}"),
    "MessagingServiceSid": re.compile(r"MG[0-9a-fA-F]{32}"),
    "OptOutType": re.compile(r"STOP|START|HELP"),
    "ErrorCode": re.compile(r"\d{0,6}"),
}
FREE = frozenset(
    {
        *("ButtonPayload", "ButtonText", "ErrorMessage", "Forwarded", "FrequentlyForwarded", "Latitude", "Longitude"),
        *("ChannelInstallSid", "ChannelMetadata", "ChannelPrefix", "ChannelStatusMessage", "ChannelToAddress"),
        *("FromCity", "FromCountry", "FromState", "FromZip", "ToCity", "ToCountry", "ToState", "ToZip"),
        *("ListId", "ListTitle", "MessageType", "OriginalRepliedMessageSender", "OriginalRepliedMessageSid"),
        *("ProfileName", "ReferralBody", "ReferralHeadline", "WaId"),
    }
)
"""Names Twilio is known to send besides; new ones come without notice and are let through."""

KNOWN = FREE | set(OPTIONAL) | set(REQUIRED)

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
_COMPOUND = re.compile(r"[A-Z][a-z]+[A-Z][A-Za-z0-9]*")
_CONTENT_TYPE = re.compile(r"[\w.+-]{1,40}/[\w.+-]{1,80}(;.{0,80})?", re.ASCII)
_REFERENCE = re.compile(r"[0-9a-f]{32}(-[0-9]{1,4})?")

STATES = {
    "sent": OutboxState.SENT,
    "delivered": OutboxState.DELIVERED,
    "read": OutboxState.DELIVERED,
    "undelivered": OutboxState.FAILED,
    "failed": OutboxState.FAILED,
    "canceled": OutboxState.FAILED,
}


class Unfit(ValueError):
    """A form that Twilio did not send like this, whatever its signature says."""


def read_form(form: MultiDict[str, str], account_sid: str) -> dict[str, str]:
    """Return the form as a plain mapping; raise `Unfit` when it could mean something else."""
    if any(len(values) != 1 for _, values in form.lists()):
        raise Unfit("a name twice")
    values = form.to_dict()
    if not all(_NAME.fullmatch(name) for name in values):
        raise Unfit("no name")
    if values.get("AccountSid") != account_sid:
        raise Unfit("another account")
    for name, pattern in OPTIONAL.items():
        if name in values and not pattern.fullmatch(values[name]):
            raise Unfit(name)
    _refuse_shifted(values)
    return values


def read_message(form: MultiDict[str, str], account_sid: str) -> InboundMessage:
    """Return the message in a form."""
    values = read_form(form, account_sid)
    for name, pattern in REQUIRED.items():
        if name not in values or not pattern.fullmatch(values[name]):
            raise Unfit(name)
    channel = "whatsapp" if values["From"].startswith(WHATSAPP) else "sms"
    try:
        sender = parse(values["From"].removeprefix(WHATSAPP))
    except NoAddress:
        raise Unfit("From") from None
    return InboundMessage(
        channel=channel,
        address=sender.value,
        text=neutralise(values["Body"]),
        provider_id=values["MessageSid"],
        country=sender.country,
        opt_out=ProviderOptOut(values["OptOutType"].lower()) if "OptOutType" in values else None,
        media=_media(values),
    )


def read_status(form: MultiDict[str, str], account_sid: str) -> tuple[OutboxState, str | None] | None:
    """Return the state a status callback reports and the error's number; none for the states before sending."""
    values = read_form(form, account_sid)
    state = STATES.get(values.get("MessageStatus", ""))
    return (state, values.get("ErrorCode") or None) if state else None


def read_references(listed: str) -> list[str]:
    """Return our references from a status callback's address."""
    return [reference for reference in listed.split(".") if _REFERENCE.fullmatch(reference)]


def _media(values: dict[str, str]) -> tuple[MediaItem, ...]:
    number = min(int(values.get("NumMedia") or 0), MOST_MEDIA)
    items = [MediaItem(values.get(f"MediaUrl{n}", ""), values.get(f"MediaContentType{n}", "")) for n in range(number)]
    if not all(item.location and _CONTENT_TYPE.fullmatch(item.content_type) for item in items):
        raise Unfit("media without an address or a type")
    return tuple(items)


def _refuse_shifted(values: dict[str, str]) -> None:
    """Refuse a form whose signature would fit another one: with the edge between two fields moved."""
    names = sorted(values)
    absent = KNOWN - set(names)
    for name, following in zip(names, [*names[1:], ""], strict=True):
        if any(_may_be_swallowed(name, other, following) and other in values[name] for other in absent):
            raise Unfit(f"{name} holds another name")
        if name not in KNOWN and any(_is_torn(name, other) for other in absent):
            raise Unfit("half a name")
    follower = next((name for name in names if name > "Body"), "From")
    if follower not in KNOWN and not (_COMPOUND.fullmatch(follower) and values[follower]):
        raise Unfit("the text may go on in another field")


def _may_be_swallowed(name: str, other: str, following: str) -> bool:
    # A worker may well write "Forwarded"; she does not write "ButtonPayload".
    is_next = name < other and (not following or other < following)
    return is_next and (name != "Body" or bool(_COMPOUND.fullmatch(other)))


def _is_torn(name: str, other: str) -> bool:
    return bool(_COMPOUND.fullmatch(other)) and (name.startswith(other) or other.startswith(name))
