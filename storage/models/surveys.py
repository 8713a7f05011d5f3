"""A published survey version, a worker's response to it, her answers.

Nothing here can be joined with a conversation or a case without a key.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.models.base import ID_LENGTH, PSEUDONYM_LENGTH, Base, new_id, text_enum
from storage.models.enums import ResponseState


class SurveyVersion(Base):
    """One published version of a survey; it never changes afterwards."""

    __tablename__ = "survey_versions"
    __table_args__ = (UniqueConstraint("survey", "version"),)

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    survey: Mapped[str] = mapped_column(String(32))
    version: Mapped[int]
    definition: Mapped[dict[str, Any]]
    """The questions in order with their kinds; see `bot/surveys/`."""
    published_at: Mapped[datetime]


class SurveyResponse(Base):
    """One worker's response in one period."""

    __tablename__ = "responses"
    __table_args__ = (UniqueConstraint("survey_version_id", "respondent", "period"),)

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    survey_version_id: Mapped[str] = mapped_column(String(ID_LENGTH), ForeignKey("survey_versions.id"))
    respondent: Mapped[str] = mapped_column(String(PSEUDONYM_LENGTH), index=True)
    period: Mapped[str] = mapped_column(String(8))
    """The quarter, such as `2026-Q4`: one response a worker and quarter."""
    factory_id: Mapped[str | None] = mapped_column(String(ID_LENGTH), ForeignKey("factories.id"), index=True)
    country: Mapped[str | None] = mapped_column(String(2))
    language: Mapped[str] = mapped_column(String(16))
    state: Mapped[ResponseState] = mapped_column(text_enum(ResponseState), default=ResponseState.OPEN)
    started_on: Mapped[date] = mapped_column(Date)
    touched_at: Mapped[datetime]
    """The day of the last answer; only to expire what nobody finishes."""
    is_example: Mapped[bool] = mapped_column(default=False)
    version: Mapped["SurveyVersion"] = relationship()
    answers: Mapped[list["Answer"]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by="Answer.position"
    )
    """In the order of the questions; read once a turn, however often it is looked at."""


class Answer(Base):
    """The answer to one question."""

    __tablename__ = "answers"
    __table_args__ = (UniqueConstraint("response_id", "question"),)

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    response_id: Mapped[str] = mapped_column(String(ID_LENGTH), ForeignKey("responses.id", ondelete="CASCADE"))
    question: Mapped[str] = mapped_column(String(32))
    position: Mapped[int]
    number: Mapped[float | None]
    """A number in the question's unit, or a scale's point."""
    choice: Mapped[str | None] = mapped_column(String(32))
    """`yes`, `no` or a choice's code."""
    text: Mapped[bytes | None]
    """Free text, encrypted."""
    is_skipped: Mapped[bool] = mapped_column(default=False)
