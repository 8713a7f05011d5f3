"""Pictures and recordings from WhatsApp: fetched from the provider's hosts only, into the case.

`sift` looks at them when the message comes in; `fetch_due` is called by the worker.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from time import monotonic
from urllib.parse import urljoin, urlsplit

import filetype
import requests
from urllib3.exceptions import HTTPError

from channels.base import InboundMessage, Reply
from channels.pictures import FORMATS, BrokenPicture, redrawn
from channels.services import ChannelServices, services
from storage.cases.media import keep_media
from storage.media import (
    WaitingMedia,
    claim_media,
    drop_media,
    drop_unclaimed_media,
    due_media_ids,
    take_media,
)
from storage.models.enums import OutboxKind
from storage.outbox import enqueue
from storage.workers import find_conversation

LARGEST = 5 * 1024 * 1024
LONGEST_SECONDS = 5.0
MOST_REDIRECTS = 3
CHUNK = 64 * 1024

ACCEPTED = frozenset({"image/jpeg", "image/png", "image/webp", "audio/ogg", "audio/mpeg", "audio/amr", "audio/mp4"})
SEEN_AS = {"audio/m4a": "audio/mp4", "audio/x-m4a": "audio/mp4", "video/mp4": "audio/mp4", "audio/mp3": "audio/mpeg"}
"""What the file's own bytes say, where that has other names."""

REFUSED = "chat_media_refused"

logger = logging.getLogger(__name__)


class MediaRefused(Exception):
    """A file we do not take: of another kind, too large, or somewhere else."""


class MediaUnreachable(Exception):
    """A file that did not come this time."""


def sift(message: InboundMessage) -> tuple[InboundMessage, list[Reply]]:
    """Keep what may be fetched, and say kindly that the rest cannot be opened."""
    hosts = _hosts(services())
    kept = tuple(item for item in message.media if message.channel == "whatsapp" and _is_fit(item.content_type))
    kept = tuple(item for item in kept if origin(item.location) in hosts)
    if len(kept) == len(message.media):
        return message, []
    return replace(message, media=kept), [Reply(services().say(_language_of(message), REFUSED))]


def fetch_due(given: ChannelServices) -> int:
    """Fetch the files that wait; return how many were looked at."""
    with given.database.reading() as session:
        due = due_media_ids(session, given.clock.now())
    for media_id in due:
        fetch(given, media_id)
    with given.database.transaction() as session:
        drop_unclaimed_media(session, given.clock.now())
    return len(due)


def fetch(given: ChannelServices, media_id: str) -> None:
    """Bring one file into its case, or give it up and tell her."""
    with given.database.transaction() as session:
        waiting = claim_media(session, given.vault, media_id, given.clock.now())
    if waiting is None:
        return
    fetcher = Fetcher(_hosts(given), _credentials(given))
    try:
        content_type, content = fetcher.fetch(waiting.location)
        if content_type in FORMATS:
            content = redrawn(content_type, content)
    except MediaUnreachable:
        if waiting.is_last_attempt:
            _give_up(given, waiting)
    except (MediaRefused, BrokenPicture) as error:
        logger.warning("media %s refused: %s", media_id, error)
        _give_up(given, waiting)
    else:
        _keep(given, waiting, content_type, content)
        fetcher.delete(waiting.location)


@dataclass(frozen=True)
class Fetcher:
    """Fetches from a list of origins and nowhere else, wherever a redirect points."""

    hosts: frozenset[str]
    credentials: tuple[str, str] | None = field(default=None, repr=False)

    def fetch(self, location: str) -> tuple[str, bytes]:
        """Return the type that the file's own bytes show, and the file."""
        deadline = monotonic() + LONGEST_SECONDS
        for _ in range(MOST_REDIRECTS + 1):
            with self._request("GET", location, deadline) as answer:
                if not answer.is_redirect:
                    content = _read(answer, deadline)
                    return _type_of(content), content
                location = urljoin(location, answer.headers["Location"])
        raise MediaRefused("too many redirects")

    def delete(self, location: str) -> None:
        """Remove the file at the provider; what fails here ends with the provider's own time limit."""
        try:
            self._request("DELETE", location, monotonic() + LONGEST_SECONDS).close()
        except (MediaRefused, MediaUnreachable):
            logger.warning("a fetched file could not be removed at the provider")

    def _request(self, method: str, location: str, deadline: float) -> requests.Response:
        if origin(location) not in self.hosts:
            raise MediaRefused("another host")
        remaining = deadline - monotonic()
        if remaining <= 0:
            raise MediaUnreachable
        # The password is for the provider's own interface, not for the store it redirects to.
        credentials = self.credentials if "/Accounts/" in location else None
        try:
            return requests.request(
                method,
                location,
                timeout=remaining,
                allow_redirects=False,
                stream=True,
                auth=credentials,
                headers={"Accept-Encoding": "identity"},
            )
        except (requests.RequestException, UnicodeError):
            raise MediaUnreachable from None


def origin(location: str) -> str:
    """Return scheme, host and port of an address; empty when it names a user or makes no sense."""
    try:
        parts = urlsplit(location)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""
    if parts.username is not None or parts.scheme not in ("https", "http") or not parts.hostname:
        return ""
    return f"{parts.scheme}://{parts.hostname}{port}"


def _read(answer: requests.Response, deadline: float) -> bytes:
    if answer.status_code != 200:
        raise MediaUnreachable
    content = bytearray()
    try:
        for chunk in answer.raw.stream(CHUNK, decode_content=False):
            content += chunk
            if len(content) > LARGEST:
                raise MediaRefused("too large")
            if monotonic() > deadline:
                raise MediaUnreachable
    except (OSError, HTTPError):
        raise MediaUnreachable from None
    return bytes(content)


def _type_of(content: bytes) -> str:
    guessed = filetype.guess_mime(content) or ""
    seen = SEEN_AS.get(guessed, guessed)
    if seen not in ACCEPTED:
        raise MediaRefused("another kind")
    return seen


def _is_fit(content_type: str) -> bool:
    return content_type.partition(";")[0].strip().lower() in ACCEPTED


def _hosts(given: ChannelServices) -> frozenset[str]:
    return frozenset(given.twilio.media_hosts if given.twilio else ())


def _credentials(given: ChannelServices) -> tuple[str, str] | None:
    return (given.twilio.sid, given.twilio.tokens[0]) if given.twilio and given.twilio.tokens else None


def _language_of(message: InboundMessage) -> str:
    given = services()
    with given.database.reading() as session:
        found = find_conversation(session, given.vault, message.channel, message.address)
        language = found[1].language if found else None
    return language or _first(given.languages)


def _first(tags: Iterable[str]) -> str:
    return next(iter(tags))


def _keep(given: ChannelServices, waiting: WaitingMedia, content_type: str, content: bytes) -> None:
    with given.database.transaction() as session:
        case = take_media(session, given.vault, waiting.media_id)
        if case is not None:
            keep_media(session, given.vault, case, content_type, content, given.clock.now())


def _give_up(given: ChannelServices, waiting: WaitingMedia) -> None:
    notice = Reply(given.say(waiting.language or _first(given.languages), REFUSED))
    with given.database.transaction() as session:
        if drop_media(session, waiting.media_id):
            enqueue(session, given.vault, waiting.conversation_id, [notice], OutboxKind.NOTICE, given.clock.now())
