"""An application with the channels alone, and a turn that does what a test says."""

import shutil
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_wtf.csrf import CSRFProtect
from sqlalchemy import select
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from channels import webchat
from channels.intake import Intake
from channels.services import ChannelServices, ChatLanguage, TwilioAccount
from channels.wiring import install
from storage.database import Database
from storage.inbox import body_of, mark_done
from storage.models import InboxMessage, OutboxMessage
from storage.models.enums import InboxState, OutboxKind
from storage.outbox import Leaving, Option, Reply, enqueue, replies_to
from storage.vault import Vault
from storage.workers import lock_conversation
from tests.channels.browser import Browser
from tests.conftest import FixedClock

ACCOUNT = "AC" + "0" * 32
TOKEN, OLDER_TOKEN = "token-in-use", "token-before"
PUBLIC_URL = "https://openline.example"
NUMBER = "+8801700000000"
LANGUAGES = {
    "en": ChatLanguage("English", "ltr"),
    "bn": ChatLanguage("বাংলা", "ltr"),
    "ur": ChatLanguage("اردو", "rtl"),
}
WORDS = {"chat_media_refused": "Please tell us in words.", "chat_intro": "Write to us."}


def say(language: str, key: str, **values: str) -> str:
    """The texts of a language's folder, as far as a test looks at them."""
    return WORDS.get(key, f"{language}:{key}").format(**values)


@dataclass
class ScriptedTurn:
    """Handles a message as the assistant would: locked, once, with the replies a test gives it."""

    database: Database
    vault: Vault
    clock: FixedClock
    replies: list[Reply] = field(default_factory=lambda: [Reply("Thank you.")])
    by_text: dict[str, list[Reply]] = field(default_factory=dict)
    is_late: bool = False
    pause: float = 0.0
    failure: Exception | None = None
    texts: list[str] = field(default_factory=list)

    def __call__(self, inbox_id: int, *, in_response: bool) -> list[Leaving] | None:
        if self.failure is not None:
            raise self.failure
        time.sleep(self.pause)
        return None if self.is_late else self.run(inbox_id, in_response=in_response)

    def run(self, inbox_id: int, *, in_response: bool = False) -> list[Leaving]:
        with self.database.transaction() as session:
            row = session.get_one(InboxMessage, inbox_id)
            lock_conversation(session, row.conversation_id)
            session.refresh(row)
            if row.state is InboxState.DONE:
                return replies_to(session, self.vault, inbox_id)
            text = body_of(self.vault, row)
            self.texts.append(text)
            replies = self.by_text.get(text, self.replies) if row.opt_out is None else []
            now, kind = self.clock.now(), OutboxKind.REPLY
            mark_done(row, row.channel)
            rows = enqueue(
                session, self.vault, row.conversation_id, replies, kind, now, inbox_id=inbox_id, in_response=in_response
            )
            carried = zip(rows, replies, strict=True) if in_response else ()
            return [Leaving(row.reference, reply) for row, reply in carried]


@pytest.fixture
def sqlite_url(empty_sqlite: Path, tmp_path: Path) -> str:
    """One database only, for what never reaches the tables."""
    shutil.copy(empty_sqlite, tmp_path / "openline.db")
    return f"sqlite:///{tmp_path / 'openline.db'}"


@pytest.fixture
def turn(database: Database, vault: Vault, clock: FixedClock) -> ScriptedTurn:
    return ScriptedTurn(database, vault, clock)


@pytest.fixture
def given(database: Database, vault: Vault, clock: FixedClock, turn: ScriptedTurn) -> ChannelServices:
    """What the channels are handed."""
    return ChannelServices(
        database=database,
        vault=vault,
        clock=clock,
        intake=Intake(database, vault, clock, turn),
        channels={},
        say=say,
        languages=LANGUAGES,
        public_url=PUBLIC_URL,
        twilio=TwilioAccount(ACCOUNT, (TOKEN, OLDER_TOKEN)),
        is_development=True,
    )


def make_site(given: ChannelServices) -> Flask:
    """An application with nothing but the channels."""
    app = Flask("tests.channels")
    app.config.update(SECRET_KEY="made-up", TESTING=True, PROPAGATE_EXCEPTIONS=False)
    install(app, given, CSRFProtect(app))
    webchat.limiter.reset()
    return app


@pytest.fixture
def site(given: ChannelServices) -> Flask:
    return make_site(given)


@pytest.fixture
def browser(site: Flask) -> Browser:
    return Browser(site)


@pytest.fixture
def phone(site: Flask) -> "TwilioPhone":
    return TwilioPhone(site.test_client())


@dataclass
class TwilioPhone:
    """Twilio's side of the webhook: signs with the real algorithm."""

    client: FlaskClient
    number: str = NUMBER
    sent: int = 0

    def form(self, text: str, **changes: str) -> dict[str, str]:
        """What Twilio posts for a text."""
        self.sent += 1
        sid = f"SM{self.sent:032x}"
        return {
            "AccountSid": ACCOUNT,
            "ApiVersion": "2010-04-01",
            "Body": text,
            "From": self.number,
            "FromCity": "",
            "FromCountry": "BD",
            "MessageSid": sid,
            "NumMedia": "0",
            "NumSegments": "1",
            "SmsMessageSid": sid,
            "SmsSid": sid,
            "SmsStatus": "received",
            "To": "+15005550006",
            "ToCountry": "US",
            **changes,
        }

    def says(self, text: str, **changes: str) -> TestResponse:
        return self.posts(self.form(text, **changes))

    def posts(
        self,
        form: Mapping[str, str] | list[tuple[str, str]],
        path: str = "/channels/twilio/messages",
        *,
        token: str = TOKEN,
        signed: Mapping[str, str] | None = None,
        signed_url: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> TestResponse:
        """Post a form; what is signed may be made another one than what is sent."""
        url = signed_url or PUBLIC_URL + path
        signature = RequestValidator(token).compute_signature(url, MultiDict(signed if signed is not None else form))
        given = {"X-Twilio-Signature": signature} if headers is None else headers
        return self.client.post(path, data=MultiDict(form), headers=dict(given))


@pytest.fixture
def rows(database: Database) -> Callable[[type[Any]], list[Any]]:
    """All rows of a table."""

    def read(table: type[Any]) -> list[Any]:
        with database.reading() as session:
            found = list(session.scalars(select(table)))
            session.expunge_all()
            return found

    return read


@pytest.fixture
def counts(rows: Callable[[type[Any]], list[Any]]) -> Callable[[], tuple[int, int]]:
    """How many messages came in, and how many replies were written."""
    return lambda: (len(rows(InboxMessage)), len(rows(OutboxMessage)))


def with_(given: ChannelServices, **changes: Any) -> Flask:
    """The application with some services changed."""
    return make_site(replace(given, **changes))


def texts(response: TestResponse) -> list[str]:
    """The messages in a TwiML answer."""
    assert response.status_code == 200, response.status
    assert response.mimetype == "text/xml"
    return [message.text or "" for message in ElementTree.fromstring(response.data)]  # noqa: S314 - our own answer


YES_OR_NO = Reply("Were you paid on time?", (Option("1", "Yes"), Option("2", "No")))
