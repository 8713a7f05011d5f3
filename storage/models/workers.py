"""A worker as a pseudonym, her conversations, and the one table with a number.

No column here says who she is; `contacts` can be read by the sender only.
"""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import ID_LENGTH, PSEUDONYM_LENGTH, Base, new_id


class Worker(Base):
    """Somebody who writes to us, known by the pseudonym of her number or chat session."""

    __tablename__ = "workers"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    pseudonym: Mapped[str] = mapped_column(String(PSEUDONYM_LENGTH), unique=True)
    language: Mapped[str | None] = mapped_column(String(16))
    language_chosen: Mapped[bool] = mapped_column(default=False)
    """She named it herself: nothing we detect changes it."""
    country: Mapped[str | None] = mapped_column(String(2))
    """Of the number's plan or her factory: ISO 3166 alpha-2, lower case."""
    factory_id: Mapped[str | None] = mapped_column(String(ID_LENGTH), ForeignKey("factories.id"))
    factory_declined: Mapped[bool] = mapped_column(default=False)
    introduced_at: Mapped[datetime | None]
    consented_at: Mapped[datetime | None]
    word_hash: Mapped[str | None] = mapped_column(String(160))
    """Argon2id of the word she chose; asked before any fact of a case is told on a phone."""
    word_tries: Mapped[int] = mapped_column(default=0)
    word_tried_at: Mapped[datetime | None]


class Conversation(Base):
    """One worker on one channel. Its row is what a turn locks."""

    __tablename__ = "conversations"
    __table_args__ = (UniqueConstraint("worker_id", "channel"),)

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    worker_id: Mapped[str] = mapped_column(String(ID_LENGTH), ForeignKey("workers.id"), index=True)
    channel: Mapped[str] = mapped_column(String(32))
    last_message_on: Mapped[date] = mapped_column(Date)
    """The day, in UTC: enough to forget who has long been silent."""


class Contact(Base):
    """The only place with an address: sealed to the sender's key."""

    __tablename__ = "contacts"

    conversation_id: Mapped[str] = mapped_column(String(ID_LENGTH), ForeignKey("conversations.id"), primary_key=True)
    address: Mapped[bytes]


class OptOut(Base):
    """Somebody who wants no messages; outlives everything else we know of her."""

    __tablename__ = "opt_outs"

    pseudonym: Mapped[str] = mapped_column(String(PSEUDONYM_LENGTH), primary_key=True)
    since: Mapped[datetime]


class TrackerState(Base):
    """What the assistant must remember between two turns: encrypted, bounded, no worker's text."""

    __tablename__ = "trackers"

    conversation_id: Mapped[str] = mapped_column(String(ID_LENGTH), ForeignKey("conversations.id"), primary_key=True)
    state: Mapped[bytes]
    updated_on: Mapped[date] = mapped_column(Date)
