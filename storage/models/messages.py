"""What came in and what goes out: the two queues every message passes.

Their integer keys give the order of arrival; they never leave the process.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import ID_LENGTH, PSEUDONYM_LENGTH, Base, new_id, text_enum
from storage.models.enums import InboxState, OutboxKind, OutboxState, ProviderOptOut

_WAITS = text("next_attempt_at IS NOT NULL")


class InboxMessage(Base):
    """A message as received. Committed before anything else looks at it."""

    __tablename__ = "inbox"
    # The promise that a repeat of a provider's message has no second effect.
    __table_args__ = (
        UniqueConstraint("channel", "provider_key"),
        Index("ix_inbox_due", "state", "next_attempt_at"),
        # Each turn asks what came before its message, and what was said last.
        Index("ix_inbox_conversation", "conversation_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(String(32))
    provider_key: Mapped[str] = mapped_column(String(PSEUDONYM_LENGTH))
    conversation_id: Mapped[str] = mapped_column(String(ID_LENGTH), ForeignKey("conversations.id"))
    row_key: Mapped[str] = mapped_column(String(ID_LENGTH), default=new_id)
    """Binds the encrypted body to its row (the integer key is not known before the insert)."""
    body: Mapped[bytes | None]
    """Encrypted text as received; emptied when it is no longer needed."""
    factory_code: Mapped[str | None] = mapped_column(String(16))
    opt_out: Mapped[ProviderOptOut | None] = mapped_column(text_enum(ProviderOptOut))
    state: Mapped[InboxState] = mapped_column(text_enum(InboxState), default=InboxState.RECEIVED)
    attempts: Mapped[int] = mapped_column(default=0)
    failure: Mapped[str | None] = mapped_column(String(64))
    """Name of the error's class; never its text."""
    received_at: Mapped[datetime]
    next_attempt_at: Mapped[datetime | None]


class InboxMedia(Base):
    """A picture or recording that came with a message and waits to be fetched; then the row goes."""

    __tablename__ = "inbox_media"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    inbox_id: Mapped[int] = mapped_column(ForeignKey("inbox.id", ondelete="CASCADE"), index=True)
    location: Mapped[bytes]
    """Encrypted address at the provider."""
    content_type: Mapped[str] = mapped_column(String(64))
    case_route: Mapped[bytes | None]
    """Encrypted id of the case it belongs to, once the turn has said so."""
    attempts: Mapped[int] = mapped_column(default=0)
    failure: Mapped[str | None] = mapped_column(String(64))
    received_at: Mapped[datetime]
    next_attempt_at: Mapped[datetime | None]


class OutboxMessage(Base):
    """A reply on its way out."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("inbox_id", "position"),
        UniqueConstraint("reference"),
        Index("ix_outbox_due", "state", "next_attempt_at"),
        Index("ix_outbox_conversation", "conversation_id", "id"),
        # The few rows that wait, of all that were ever sent: what goes before what is asked for each of them.
        Index("ix_outbox_waiting", "conversation_id", "id", sqlite_where=_WAITS, postgresql_where=_WAITS),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(ID_LENGTH), default=new_id)
    """Random name of this row in status callbacks."""
    conversation_id: Mapped[str] = mapped_column(String(ID_LENGTH), ForeignKey("conversations.id"))
    inbox_id: Mapped[int | None] = mapped_column(ForeignKey("inbox.id", ondelete="SET NULL"))
    position: Mapped[int] = mapped_column(default=0)
    kind: Mapped[OutboxKind] = mapped_column(text_enum(OutboxKind))
    body: Mapped[bytes | None]
    """Encrypted JSON of a `Reply`; emptied when it is no longer needed."""
    state: Mapped[OutboxState] = mapped_column(text_enum(OutboxState), default=OutboxState.PENDING)
    attempts: Mapped[int] = mapped_column(default=0)
    resends: Mapped[int] = mapped_column(default=0)
    """How often a person had it sent again; tells late status callbacks from those of the attempt in use."""
    provider_key: Mapped[str | None] = mapped_column(String(PSEUDONYM_LENGTH), index=True)
    failure: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime]
    next_attempt_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
