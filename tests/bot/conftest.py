"""A worker who talks to the assistant through the tables, without a channel."""

from dataclasses import dataclass, field

import pytest
import yaml
from sqlalchemy import select

from bot.assistant import Assistant
from bot.training import PROJECT
from bot.turn import Turns
from bot.wording import Wording
from storage import cases, outbox, surveys
from storage.database import Database
from storage.inbox import InboundMessage, MediaItem, accept
from storage.models import Case, InboxMessage
from storage.models.enums import ProviderOptOut
from storage.vault import Vault
from tests.conftest import FixedClock
from tests.factories import create_factory

NUMBER = "+8801700000000"


@dataclass
class Talk:
    """One worker and the turns that answer her."""

    turns: Turns
    channel: str = "sms"
    address: str = NUMBER
    country: str | None = "bd"
    said: int = 0
    rows: list[int] = field(default_factory=list)

    def says(self, text: str) -> list[str]:
        """Send a text; return what is answered, empty when the turn failed."""
        inbox_id = self.sends(text)
        leaving = self.turns.handle(inbox_id, promise=inbox_id.__eq__)
        return [each.reply.text for each in leaving or ()]

    def sends(self, text: str, opt_out: ProviderOptOut | None = None, media: tuple[MediaItem, ...] = ()) -> int:
        """Put a text into the inbox; return its row."""
        self.said += 1
        sid = f"SM{self.said:032d}"
        message = InboundMessage(
            self.channel, self.address, text, sid, country=self.country, opt_out=opt_out, media=media
        )
        with self.turns.database.transaction() as session:
            accepted = accept(session, self.turns.vault, message, self.turns.clock.now())
        self.rows.append(accepted.inbox_id)
        return accepted.inbox_id

    def hears(self, text: str, *, has_left: bool = True) -> None:
        """Let an advisor write about the worker's oldest case."""
        now = self.turns.clock.now()
        with self.turns.database.transaction() as session:
            case = session.scalars(select(Case).order_by(Case.opened_at).limit(1)).one()
            row = cases.reply(session, self.turns.vault, case, text, None, now)
            if has_left:
                outbox.mark_sent(session, row.id, None, now)

    def row(self, inbox_id: int) -> InboxMessage:
        """Return the message's row as it stands."""
        with self.turns.database.reading() as session:
            return session.get_one(InboxMessage, inbox_id)


@pytest.fixture
def talk(database: Database, vault: Vault, clock: FixedClock, assistant: Assistant, wording: Wording) -> Talk:
    """A worker in Bangladesh, one factory with the poster's number 4821, the core survey."""
    with database.transaction() as session:
        create_factory(session, code="4821", name="Sunrise Garments", country="bd", languages=["en"])
        definition = yaml.safe_load((PROJECT / "surveys" / "core.yml").read_text("utf-8"))
        surveys.publish(session, definition, clock.now())
    return Talk(Turns(database, vault, clock, assistant, wording))
