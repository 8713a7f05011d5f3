"""One entry of a case's time line; every change of a case writes one.

`reading.events` shows them.
"""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from storage.models import Case, CaseEvent
from storage.models.enums import EventKind


def happened(
    session: Session,
    case: Case,
    kind: EventKind,
    now: datetime,
    *,
    person_id: int | None = None,
    detail: dict[str, Any] | None = None,
) -> CaseEvent:
    """Add an entry with coded facts only, and note that the case moved."""
    event = CaseEvent(case_id=case.id, kind=kind, person_id=person_id, detail=detail or {}, at=now)
    case.updated_at = now
    session.add(event)
    session.flush()
    return event
