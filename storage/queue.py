"""The review queue: what waits, per factory and case by case.

The admin pages and `app.py queue` read it. Each query takes the person's `Scope` and
narrows through `_visible`, the only place that decides which cases are seen.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, select
from sqlalchemy.orm import Session

from storage.digits import plain_digits
from storage.factories import fold
from storage.inbox import body_of
from storage.models import Case, Conversation, Factory, InboxMessage, Worker
from storage.models.enums import CaseStatus, Category, InboxState, Severity
from storage.scope import Scope, visible
from storage.vault import Vault

__all__ = [
    "NOBODY",
    "NO_FACTORY",
    "CaseFilters",
    "CaseSort",
    "FactoryRow",
    "FailedTurn",
    "Page",
    "QueueFilters",
    "QueueSort",
    "Scope",
    "cases_of",
    "count_by_status",
    "factories_in",
    "factory_queue",
    "failed_turns",
    "find_case",
    "find_factory",
]

NO_FACTORY = "-"
"""Stands for the factory of cases that name none, as a filter and as a row's code."""
NO_FACTORY_NAME = "Factory not named"
NOBODY = 0
"""As the assignee to look for: cases that nobody has taken on."""
NEW_WITHIN = timedelta(days=7)
PAGE_SIZE = 25

Item = TypeVar("Item")


class QueueSort(StrEnum):
    """The orders of the queue per factory."""

    URGENCY = "urgency"
    OPEN = "open"
    OLDEST = "oldest"
    NEW = "new"
    NAME = "name"


class CaseSort(StrEnum):
    """The orders of a list of cases."""

    URGENCY = "urgency"
    NEWEST = "newest"
    OLDEST = "oldest"
    UPDATED = "updated"


@dataclass(frozen=True)
class QueueFilters:
    """What the queue per factory is narrowed to; without a status, to open cases."""

    country: str | None = None
    category: Category | None = None
    status: CaseStatus | None = None
    search: str = ""
    """Part of a factory's name or code."""
    sort: QueueSort = QueueSort.URGENCY


@dataclass(frozen=True)
class CaseFilters:
    """What a list of cases is narrowed to; without a status, to open cases."""

    factory_id: str | None = None
    """A factory's id, or `NO_FACTORY`."""
    country: str | None = None
    category: Category | None = None
    severity: Severity | None = None
    status: CaseStatus | None = None
    assignee: int | None = None
    """A person's id, or `NOBODY`."""
    sort: CaseSort = CaseSort.URGENCY


@dataclass
class FactoryRow:
    """One factory's cases in numbers."""

    factory_id: str | None
    code: str
    name: str
    country: str | None
    open: int = 0
    critical: int = 0
    high: int = 0
    normal: int = 0
    unsorted: int = 0
    oldest_hours: int = 0
    new_this_week: int = 0
    overdue: int = 0
    by_category: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Page(Generic[Item]):
    """Some of the items, and where they stand among all of them."""

    items: list[Item]
    number: int
    pages: int
    total: int


@dataclass(frozen=True)
class FailedTurn:
    """A message whose turn was given up: a person has to read it."""

    inbox_id: int
    row_key: str
    """Its random name, for addresses of pages."""
    channel: str
    text: str
    """As received, not redacted."""
    is_forgotten: bool
    """Its text is gone, and with it what could be tried again."""
    received_at: datetime
    attempts: int
    failure: str | None
    language: str | None
    country: str | None
    factory_id: str | None


def factory_queue(session: Session, scope: Scope, filters: QueueFilters, now: datetime) -> list[FactoryRow]:
    """Return the factories with matching cases; cases that name no factory form one row a country."""
    rows: dict[tuple[str | None, str | None], FactoryRow] = {}
    for group in session.execute(_grouped(scope, filters, now)):
        country = group.factory_country or group.country
        row = rows.setdefault((group.factory_id, country), _empty_row(group, country))
        _count(row, group, now)
    found = [row for row in rows.values() if _is_searched(row, filters.search)]
    return sorted(found, key=lambda row: _place(row, filters.sort))


def cases_of(session: Session, scope: Scope, filters: CaseFilters, page: int) -> Page[Case]:
    """Return one page of the matching cases; a page that is not there is the nearest that is."""
    query = _filtered(scope, filters).where(_has_status(filters.status))
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    pages = max(1, -(-total // PAGE_SIZE))
    number = min(max(1, page), pages)
    ordered = query.order_by(*_order(filters.sort)).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)
    return Page(list(session.scalars(ordered)), number, pages, total)


def count_by_status(session: Session, scope: Scope, filters: CaseFilters) -> dict[CaseStatus, int]:
    """Return how many cases match in each status, whatever status the filters name."""
    matching = _filtered(scope, filters).subquery()
    query = select(matching.c.status, func.count()).group_by(matching.c.status)
    counts: dict[CaseStatus, int] = dict(session.execute(query).all())
    return {status: counts.get(status, 0) for status in CaseStatus}


def find_case(session: Session, scope: Scope, case_id: str) -> Case | None:
    """Return a case when it is there and may be seen; an erased one too."""
    return session.scalar(select(Case).where(Case.id == case_id, _visible(scope)))


def find_factory(session: Session, scope: Scope, factory_id: str) -> Factory | None:
    """Return a factory when it is there and may be seen."""
    return session.scalar(select(Factory).where(Factory.id == factory_id, visible(scope, Factory.country, Factory.id)))


def factories_in(session: Session, scope: Scope) -> list[Factory]:
    """Return the factories that may be seen, by name."""
    query = select(Factory).where(visible(scope, Factory.country, Factory.id))
    return list(session.scalars(query.order_by(Factory.name, Factory.code)))


def failed_turns(session: Session, vault: Vault, scope: Scope, limit: int) -> list[FailedTurn]:
    """Return messages whose turn was given up, the oldest first; those whose text is forgotten come last."""
    country = func.coalesce(Factory.country, Worker.country)
    query = (
        select(InboxMessage, Worker.language, country, Worker.factory_id)
        .join(Conversation, InboxMessage.conversation_id == Conversation.id)
        .join(Worker, Conversation.worker_id == Worker.id)
        .outerjoin(Factory, Worker.factory_id == Factory.id)
        .where(InboxMessage.state == InboxState.FAILED, visible(scope, country, Worker.factory_id))
        .order_by(InboxMessage.body.is_(None), InboxMessage.id)
        .limit(limit)
    )
    return [_failed_turn(vault, *row) for row in session.execute(query)]


def find_failed(session: Session, scope: Scope, row_key: str) -> InboxMessage | None:
    """Return a message that was given up, when its worker's country or factory may be seen."""
    query = (
        select(InboxMessage)
        .join(Conversation, InboxMessage.conversation_id == Conversation.id)
        .join(Worker, Conversation.worker_id == Worker.id)
        .outerjoin(Factory, Worker.factory_id == Factory.id)
        .where(InboxMessage.row_key == row_key, InboxMessage.state == InboxState.FAILED)
        .where(visible(scope, func.coalesce(Factory.country, Worker.country), Worker.factory_id))
    )
    return session.scalar(query)


def _visible(scope: Scope) -> ColumnElement[bool]:
    return visible(scope, Case.country, Case.factory_id)


def _has_status(status: CaseStatus | None) -> ColumnElement[bool]:
    return Case.status == status if status is not None else Case.status != CaseStatus.CLOSED


def _filtered(scope: Scope, filters: CaseFilters) -> Select[Case]:
    # An erased case is nobody's work any more.
    query = select(Case).where(_visible(scope), Case.key.is_not(None))
    if filters.factory_id is not None:
        is_without = filters.factory_id == NO_FACTORY
        query = query.where(Case.factory_id.is_(None) if is_without else Case.factory_id == filters.factory_id)
    if filters.assignee is not None:
        is_nobodys = filters.assignee == NOBODY
        query = query.where(Case.assignee_id.is_(None) if is_nobodys else Case.assignee_id == filters.assignee)
    wanted = {Case.country: filters.country, Case.category: filters.category, Case.severity: filters.severity}
    return query.where(*(column == value for column, value in wanted.items() if value is not None))


def _is_overdue(now: datetime) -> ColumnElement[bool]:
    return and_(Case.looked_at.is_(None), Case.look_due_at < now, Case.status != CaseStatus.CLOSED)


def _grouped(scope: Scope, filters: QueueFilters, now: datetime) -> Select[*tuple[Any, ...]]:
    narrowed = CaseFilters(country=filters.country, category=filters.category)
    matching = _filtered(scope, narrowed).where(_has_status(filters.status))
    named = (Case.factory_id, Factory.code, Factory.name, Factory.country.label("factory_country"))
    group = (*named, Case.country, Case.category, Case.severity)
    counts = (
        func.count().label("cases"),
        func.min(Case.opened_at).label("oldest"),
        func.sum(case((Case.opened_at > now - NEW_WITHIN, 1), else_=0)).label("new"),
        func.sum(case((_is_overdue(now), 1), else_=0)).label("overdue"),
    )
    joined = matching.outerjoin(Factory, Case.factory_id == Factory.id)
    return joined.with_only_columns(*group, *counts).group_by(*group)


def _empty_row(group: Row[Any], country: str | None) -> FactoryRow:
    if group.factory_id is None:
        return FactoryRow(None, NO_FACTORY, NO_FACTORY_NAME, country)
    return FactoryRow(group.factory_id, group.code, group.name, country)


def _count(row: FactoryRow, group: Row[Any], now: datetime) -> None:
    number: int = group.cases
    row.open += number
    severity = group.severity.value
    setattr(row, severity, getattr(row, severity) + number)
    row.unsorted += number if group.category is Category.UNSORTED else 0
    row.new_this_week += int(group.new)
    row.overdue += int(group.overdue)
    row.oldest_hours = max(row.oldest_hours, int((now - group.oldest) / timedelta(hours=1)))
    row.by_category[group.category.value] = row.by_category.get(group.category.value, 0) + number


def _is_searched(row: FactoryRow, search: str) -> bool:
    wanted = fold(plain_digits(search))
    return not wanted or wanted in fold(row.name) or wanted in row.code


def _place(row: FactoryRow, sort: QueueSort) -> tuple[Any, ...]:
    urgency = (-row.critical, -row.overdue, -row.oldest_hours, -row.open, row.name, row.country or "")
    first = {
        QueueSort.URGENCY: (),
        QueueSort.OPEN: (-row.open,),
        QueueSort.OLDEST: (-row.oldest_hours,),
        QueueSort.NEW: (-row.new_this_week,),
        QueueSort.NAME: (fold(row.name),),
    }
    return (*first[sort], *urgency)


def _order(sort: CaseSort) -> tuple[Any, ...]:
    rank = case({Severity.CRITICAL: 0, Severity.HIGH: 1}, value=Case.severity, else_=2)
    orders: dict[CaseSort, tuple[Any, ...]] = {
        # What nobody has looked at comes before what is in good hands; of that, the overdue first.
        CaseSort.URGENCY: (rank, Case.looked_at.is_not(None), Case.look_due_at, Case.opened_at),
        CaseSort.NEWEST: (Case.opened_at.desc(),),
        CaseSort.OLDEST: (Case.opened_at,),
        CaseSort.UPDATED: (Case.updated_at.desc(),),
    }
    return (*orders[sort], Case.id)


def _failed_turn(
    vault: Vault, row: InboxMessage, language: str | None, country: str | None, factory_id: str | None
) -> FailedTurn:
    return FailedTurn(
        inbox_id=row.id,
        row_key=row.row_key,
        channel=row.channel,
        text=body_of(vault, row),
        is_forgotten=row.body is None,
        received_at=row.received_at,
        attempts=row.attempts,
        failure=row.failure,
        language=language,
        country=country,
        factory_id=factory_id,
    )
