"""Who looked at what: every look at a case's text and every change by a person.

Written in the same transaction as the look, so that there is none without its entry.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from storage.models import AuditEntry


def record(
    session: Session, person_id: int | None, action: str, subject_kind: str, subject_id: str, now: datetime
) -> AuditEntry:
    """Add an entry, such as person 3, `viewed`, `case`, its id. Codes and identifiers only, never a text."""
    entry = AuditEntry(person_id=person_id, action=action, subject_kind=subject_kind, subject_id=subject_id, at=now)
    session.add(entry)
    session.flush()
    return entry
