"""Factories, and the names workers call them by."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import ID_LENGTH, Base, new_id


class Factory(Base):
    """A factory of the programme."""

    __tablename__ = "factories"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(String(16), unique=True)
    """What stands on the poster and follows JOIN: digits."""
    name: Mapped[str] = mapped_column(String(200))
    country: Mapped[str] = mapped_column(String(2), index=True)
    city: Mapped[str | None] = mapped_column(String(100))
    languages: Mapped[list[str]]
    """Tags of the languages spoken there, the commonest first."""
    workforce: Mapped[int | None]
    is_active: Mapped[bool] = mapped_column(default=True)
    is_example: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class FactoryAlias(Base):
    """Another name or spelling of a factory, as workers write it."""

    __tablename__ = "factory_aliases"
    __table_args__ = (UniqueConstraint("factory_id", "name"),)

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    factory_id: Mapped[str] = mapped_column(String(ID_LENGTH), ForeignKey("factories.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(200))
