"""Builders: a row of each kind with sensible values; a test names only what it is about."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.cases import NewCase, open_case
from storage.models import Case, Conversation, Factory, FactoryAlias, Person, Role, Worker
from storage.models.enums import Category, Severity
from storage.vault import Vault
from storage.workers import ensure_conversation, ensure_worker

NOW = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
PHONE = "+8801700000000"


def create_factory(session: Session, *, aliases: tuple[str, ...] = (), **changes: Any) -> Factory:
    number = session.scalar(select(func.count()).select_from(Factory)) or 0
    values: dict[str, Any] = {
        "code": str(4821 + number),
        "name": f"Padma Knitwear {number}" if number else "Padma Knitwear",
        "country": "bd",
        "languages": ["bn", "en"],
        "is_active": True,
        "created_at": NOW,
    }
    factory = Factory(**{**values, **changes})
    session.add(factory)
    session.flush()
    session.add_all(FactoryAlias(factory_id=factory.id, name=name) for name in aliases)
    session.flush()
    return factory


def create_worker(session: Session, vault: Vault, *, address: str = PHONE, **changes: Any) -> Worker:
    worker = ensure_worker(session, vault, address, changes.pop("country", "bd"))
    for name, value in changes.items():
        setattr(worker, name, value)
    session.flush()
    return worker


def create_conversation(
    session: Session,
    vault: Vault,
    *,
    address: str = PHONE,
    channel: str = "sms",
    worker: Worker | None = None,
    now: datetime = NOW,
) -> Conversation:
    worker = worker or create_worker(session, vault, address=address)
    return ensure_conversation(session, vault, worker, channel, address, now)


def create_case(
    session: Session,
    vault: Vault,
    *,
    worker: Worker | None = None,
    conversation: Conversation | None = None,
    factory: Factory | None = None,
    now: datetime = NOW,
    **changes: Any,
) -> Case:
    worker = worker or create_worker(session, vault)
    values: dict[str, Any] = {
        "conversation_id": conversation.id if conversation else None,
        "worker_pseudonym": worker.pseudonym,
        "factory_id": factory.id if factory else None,
        "country": "bd",
        "category": Category.PAY,
        "second_category": None,
        "severity": Severity.NORMAL,
        "language": "bn",
        "confidence": 0.9,
        "text": "গত মাসের বেতন পাইনি",
        "is_draft": False,
    }
    new = {name: changes.pop(name, value) for name, value in values.items()}
    case = open_case(session, vault, NewCase(**new), now)
    for name, value in changes.items():
        setattr(case, name, value)
    session.flush()
    return case


def create_person(session: Session, *, roles: tuple[str, ...] = ("advisor",), **changes: Any) -> Person:
    number = session.scalar(select(func.count()).select_from(Person)) or 0
    values: dict[str, Any] = {
        "email": f"person{number}@example.org",
        "name": f"Person {number}",
        "password": None,
        "active": True,
        "countries": ["*"],
        "created_at": NOW,
    }
    person = Person(**{**values, **changes})
    person.roles = [_role(session, name) for name in roles]
    session.add(person)
    session.flush()
    return person


def _role(session: Session, name: str) -> Role:
    role = session.scalar(select(Role).where(Role.name == name))
    if role is None:
        role = Role(name=name, permissions=None)
        session.add(role)
        session.flush()
    return role
