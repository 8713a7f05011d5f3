"""People who sign in, what they may see, and what they looked at.

The columns of `Person` and `Role` are those that Flask-Security asks for.
"""

from datetime import datetime

from sqlalchemy import Column, ForeignKey, Index, String, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.models.base import ID_LENGTH, Base, new_id
from storage.models.factories import Factory

people_roles = Table(
    "people_roles",
    Base.metadata,
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("role_id", ForeignKey("roles.id", ondelete="CASCADE"), primary_key=True),
)
people_factories = Table(
    "people_factories",
    Base.metadata,
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("factory_id", ForeignKey("factories.id", ondelete="CASCADE"), primary_key=True),
)


class Role(Base):
    """`admin`, `advisor` or `surveyor`."""

    __tablename__ = "roles"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(32), unique=True)
    description: Mapped[str | None] = mapped_column(String(200))
    permissions: Mapped[list[str] | None]


class Person(Base):
    """Somebody who signs in."""

    __tablename__ = "people"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True, default=new_id)
    must_change_password: Mapped[bool] = mapped_column(default=False)
    countries: Mapped[list[str]]
    """Country codes she may see in whole; `*` stands for all."""
    created_at: Mapped[datetime]
    roles: Mapped[list[Role]] = relationship(secondary=people_roles, lazy="selectin")
    factories: Mapped[list[Factory]] = relationship(secondary=people_factories, lazy="selectin")


class AuditEntry(Base):
    """One look at content, or one change, by a person."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_subject", "subject_kind", "subject_id"),)

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    action: Mapped[str] = mapped_column(String(32))
    subject_kind: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[str] = mapped_column(String(ID_LENGTH))
    at: Mapped[datetime]
