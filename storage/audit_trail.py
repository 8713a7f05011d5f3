"""Reading the audit: who looked at what, the newest first.

`audit.record` writes it; only administrators read it.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.models import AuditEntry, Case, Person

PAGE_SIZE = 100


@dataclass(frozen=True)
class AuditFilters:
    """What the audit is narrowed to."""

    person_id: int | None = None
    action: str | None = None
    before: datetime | None = None
    """Older than this: where the next page begins."""


def entries(session: Session, filters: AuditFilters) -> list[AuditEntry]:
    """Return one page of matching entries."""
    query = select(AuditEntry).order_by(AuditEntry.at.desc(), AuditEntry.id).limit(PAGE_SIZE)
    if filters.person_id is not None:
        query = query.where(AuditEntry.person_id == filters.person_id)
    if filters.action is not None:
        query = query.where(AuditEntry.action == filters.action)
    if filters.before is not None:
        query = query.where(AuditEntry.at < filters.before)
    return list(session.scalars(query))


def subjects(session: Session, found: list[AuditEntry]) -> dict[tuple[str, str], str]:
    """Return what the entries are about as people call it: a case's reference, a person's name."""
    case_ids = {entry.subject_id for entry in found if entry.subject_kind == "case"}
    person_ids = {int(entry.subject_id) for entry in found if entry.subject_kind == "person"}
    cases = session.execute(select(Case.id, Case.reference).where(Case.id.in_(case_ids)))
    people = session.execute(select(Person.id, Person.name).where(Person.id.in_(person_ids)))
    named = {("case", case_id): reference for case_id, reference in cases}
    return named | {("person", str(person_id)): name for person_id, name in people}
