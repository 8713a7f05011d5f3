"""The whole line as a worker meets it: signed webhook or web chat, turn, outbox, tables.

Used by the scripted conversations; `says` returns what a phone or browser would show.
"""

import re
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from xml.etree import ElementTree

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from twilio.request_validator import RequestValidator
from werkzeug.test import TestResponse

from app import Parts, Service, Settings, core_survey, create_app
from bot.assistant import Assistant
from bot.wording import Wording
from storage import surveys
from storage.database import Database
from storage.models import InboxMessage, OutboxMessage
from storage.models.enums import InboxState
from storage.outbox import Reply
from storage.vault import Vault
from tests.conftest import FixedClock
from tests.factories import create_factory

ENVIRONMENT = {
    "PUBLIC_URL": "https://openline.example",
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKEN": "made-up-token",
    "TWILIO_FROM": "+15005550006",
}
WEBHOOK = "/channels/twilio/messages"
FACTORIES: tuple[dict[str, Any], ...] = (
    {"code": "4821", "name": "Sunrise Garments", "country": "bd", "languages": ["bn", "en"]},
    {"code": "4822", "name": "Sunshine Apparel", "country": "bd", "languages": ["bn", "en"]},
    {"code": "4823", "name": "Sunshine Knitwear", "country": "bd", "languages": ["bn", "en"]},
    {"code": "5932", "name": "May Viet Phu", "country": "vn", "languages": ["vi"]},
    {"code": "6143", "name": "Caracol Sewing", "country": "ht", "languages": ["en"]},
)


def make_app(database: Database, vault: Vault, clock: FixedClock, assistant: Assistant, wording: Wording) -> Flask:
    """The application with its real assistant, Twilio configured and five factories."""
    with database.transaction() as session:
        for factory in FACTORIES:
            create_factory(session, **factory)
        surveys.publish(session, core_survey(), clock.now())
    parts = Parts(Settings.from_env(ENVIRONMENT), database, vault, wording, assistant, clock)
    app = create_app(parts)
    app.testing = True
    return app


@dataclass
class Phone:
    """A worker's phone behind Twilio, which signs what it posts."""

    client: FlaskClient
    number: str = "+8801700000000"
    country: str = "bd"
    said: int = 0

    def says(self, text: str) -> list[str]:
        """Send an SMS; return the messages of the answer."""
        self.said += 1
        return shown(self.posts(text, self.said))

    def posts(self, text: str, number: int) -> TestResponse:
        """Send an SMS with an id made of `number`; the same one again is a repeat."""
        form = {
            "AccountSid": ENVIRONMENT["TWILIO_ACCOUNT_SID"],
            "Body": text,
            "From": self.number,
            "MessageSid": f"SM{number:032x}",
            "NumMedia": "0",
            "To": ENVIRONMENT["TWILIO_FROM"],
        }
        signature = RequestValidator(ENVIRONMENT["TWILIO_AUTH_TOKEN"]).compute_signature(
            ENVIRONMENT["PUBLIC_URL"] + WEBHOOK, form
        )
        return self.client.post(WEBHOOK, data=form, headers={"X-Twilio-Signature": signature})


def shown(response: TestResponse) -> list[str]:
    """The messages of a webhook's answer."""
    assert response.status_code == 200, response.status
    return [body.text or "" for body in ElementTree.fromstring(response.text).iter("Message")]  # noqa: S314


@dataclass
class Browser:
    """A worker's web chat without JavaScript."""

    client: FlaskClient
    path: str = "/chat"
    seen: list[str] = field(default_factory=list)

    def says(self, text: str) -> list[str]:
        """Post the form; return what the page shows afterwards."""
        page = self.client.get(self.path, base_url=ENVIRONMENT["PUBLIC_URL"]).text
        hidden = dict(re.findall(r'name="(csrf_token|turn)" value="([^"]+)"', page))
        response = self.client.post(
            self.path,
            data={**hidden, "message": text},
            base_url=ENVIRONMENT["PUBLIC_URL"],
            headers={"Referer": ENVIRONMENT["PUBLIC_URL"] + self.path},
            follow_redirects=True,
        )
        assert response.status_code == 200, response.status
        return [unescape(response.text)]


def last_replies(database: Database, vault: Vault) -> list[Reply]:
    """What the newest message was answered, as it lies in the outbox."""
    with database.reading() as session:
        newest = session.scalars(select(InboxMessage.id).order_by(InboxMessage.id.desc()).limit(1)).one()
        rows = session.scalars(
            select(OutboxMessage).where(OutboxMessage.inbox_id == newest).order_by(OutboxMessage.position)
        )
        return [Reply.from_json(vault.open_text("outbox.body", row.reference, row.body)) for row in rows if row.body]


def count(database: Database, table: type[Any]) -> int:
    """How many rows a table has."""
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def finish_turns(app: Flask, clock: FixedClock, database: Database) -> None:
    """What the retry job does in some minutes; afterwards nothing waits."""
    service: Service = app.extensions["openline"]
    with database.reading() as session:
        waiting = session.scalars(select(InboxMessage.id).where(InboxMessage.state == InboxState.RECEIVED)).all()
    clock.advance(minutes=1)
    service.retry_turns()
    # Who asks for a message that is being handled waits for it.
    assert all(service.executor.handle(inbox_id, in_response=False) is not None for inbox_id in waiting)
    with database.reading() as session:
        assert set(session.scalars(select(InboxMessage.state))) == {InboxState.DONE}
