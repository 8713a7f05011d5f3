"""A grievance case: what the worker said, what was done about it.

Texts are encrypted with the case's own key; erasing that key erases the case.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import ID_LENGTH, PSEUDONYM_LENGTH, Base, new_id, text_enum
from storage.models.enums import Author, CaseStatus, Category, EventKind, Severity


class Case(Base):
    """One grievance of one worker."""

    __tablename__ = "cases"
    __table_args__ = (Index("ix_cases_queue", "factory_id", "status", "severity"),)

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    reference: Mapped[str] = mapped_column(String(16), unique=True)
    """What advisors call it: random, such as `K7QF-2M9D`. Never sent to a phone."""
    reporter: Mapped[str] = mapped_column(String(PSEUDONYM_LENGTH), index=True)
    route: Mapped[bytes | None]
    """Encrypted id of the conversation that the advisor's replies go to."""
    key: Mapped[bytes | None]
    """The case's own key, wrapped; none after erasure."""
    factory_id: Mapped[str | None] = mapped_column(String(ID_LENGTH), ForeignKey("factories.id"))
    country: Mapped[str | None] = mapped_column(String(2), index=True)
    category: Mapped[Category] = mapped_column(text_enum(Category))
    second_category: Mapped[Category | None] = mapped_column(text_enum(Category, "second_category"))
    severity: Mapped[Severity] = mapped_column(text_enum(Severity))
    status: Mapped[CaseStatus] = mapped_column(text_enum(CaseStatus), default=CaseStatus.NEW)
    language: Mapped[str] = mapped_column(String(16))
    confidence: Mapped[float]
    """Of the category, 0 to 1."""
    details: Mapped[dict[str, Any]]
    """What the worker was asked and said, by question: `now`, `safe_to_text`; what is still open is absent."""
    is_draft: Mapped[bool] = mapped_column(default=True)
    """The assistant is still asking for details. Advisors see it all the same."""
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    receipt_key: Mapped[str | None] = mapped_column(String(PSEUDONYM_LENGTH), unique=True)
    receipt_hash: Mapped[str | None] = mapped_column(String(160))
    opened_at: Mapped[datetime]
    look_due_at: Mapped[datetime]
    """When a person must have looked at the latest."""
    looked_at: Mapped[datetime | None]
    updated_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    is_example: Mapped[bool] = mapped_column(default=False)


class CaseMessage(Base):
    """Something the worker or an advisor said in a case."""

    __tablename__ = "case_messages"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    case_id: Mapped[str] = mapped_column(String(ID_LENGTH), ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    author: Mapped[Author] = mapped_column(text_enum(Author))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    text: Mapped[bytes]
    """Encrypted; the worker's own identifying data were masked before."""
    language: Mapped[str | None] = mapped_column(String(16))
    delivery: Mapped[bytes | None]
    """Encrypted reference of the outbox row that carries it: in clear it would join cases with conversations."""
    at: Mapped[datetime]


class CaseMedia(Base):
    """A picture or recording of a case, encrypted with the case's key."""

    __tablename__ = "case_media"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    case_id: Mapped[str] = mapped_column(String(ID_LENGTH), ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    content_type: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes]
    at: Mapped[datetime]


class CaseEvent(Base):
    """One entry of a case's time line."""

    __tablename__ = "case_events"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    case_id: Mapped[str] = mapped_column(String(ID_LENGTH), ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    kind: Mapped[EventKind] = mapped_column(text_enum(EventKind))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    detail: Mapped[dict[str, Any]]
    """Coded facts, such as the old and the new status; never a text."""
    note: Mapped[bytes | None]
    """An advisor's internal note, encrypted."""
    at: Mapped[datetime]
