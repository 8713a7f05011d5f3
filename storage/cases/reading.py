"""What was said and done in a case, and which cases a worker has.

A worker's cases are found by the pseudonym made for cases, never by anything else of hers.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from storage.cases.casework import conversation_of
from storage.keys import Purpose
from storage.models import Case, CaseEvent, CaseMessage, OutboxMessage, Person
from storage.models.enums import Author, CaseStatus, EventKind, OutboxState
from storage.vault import Box, Vault

ORDER = {kind: place for place, kind in enumerate(EventKind)}


@dataclass(frozen=True)
class Said:
    """A message of the worker or of an advisor."""

    author: Author
    text: str
    language: str | None
    at: datetime
    person_name: str | None
    """Of the advisor."""
    delivery_state: OutboxState | None
    """Of an advisor's message, as long as its way out is remembered."""


@dataclass(frozen=True)
class Happened:
    """An entry of the time line."""

    kind: EventKind
    at: datetime
    person_name: str | None
    detail: dict[str, Any]
    assignee_name: str | None
    """Who has the case since, for `ASSIGNED`."""
    note: str | None


CASES = select(Case).where(Case.key.is_not(None)).order_by(Case.opened_at.desc(), Case.id.desc())
DRAFT_OF = CASES.where(Case.reporter == bindparam("reporter"), Case.is_draft, Case.status != CaseStatus.CLOSED).limit(1)
"""Built once, since every turn asks for it."""


def draft_of(session: Session, vault: Vault, worker_pseudonym: str) -> Case | None:
    """Return the case that the assistant still asks this worker about."""
    return session.scalars(DRAFT_OF, {"reporter": vault.pseudonym(Purpose.CASE, worker_pseudonym)}).first()


def latest_of(session: Session, vault: Vault, worker_pseudonym: str) -> Case | None:
    """Return the case this worker opened last, whatever its status."""
    return session.scalars(_cases_of(vault, worker_pseudonym).limit(1)).first()


def open_of(session: Session, vault: Vault, worker_pseudonym: str) -> list[Case]:
    """Return this worker's open cases, the newest first."""
    return list(session.scalars(_cases_of(vault, worker_pseudonym).where(Case.status != CaseStatus.CLOSED)))


def advised_in(session: Session, vault: Vault, worker_pseudonym: str, conversation_id: str) -> Case | None:
    """Return the case that an advisor wrote about last in this conversation, a closed one too."""
    by_advisors = (CaseMessage.case_id == Case.id) & (CaseMessage.author == Author.ADVISOR)
    query = _cases_of(vault, worker_pseudonym).join(CaseMessage, by_advisors)
    latest_first = session.scalars(query.order_by(None).order_by(CaseMessage.at.desc()))
    return next((case for case in latest_first if conversation_of(vault, case) == conversation_id), None)


def messages(session: Session, vault: Vault, case: Case) -> list[Said]:
    """Return what was said, the oldest first; nothing when the case was erased."""
    if case.key is None:
        return []
    box = vault.case_box(case.id, case.key)
    # Said in the same moment, the worker's words come first: an answer follows what it answers.
    by_worker_first = CaseMessage.author.desc()
    query = select(CaseMessage).where(CaseMessage.case_id == case.id)
    rows = list(session.scalars(query.order_by(CaseMessage.at, by_worker_first, CaseMessage.id)))
    names = _names(session, {row.person_id for row in rows})
    references = {row.id: box.open_text("case_messages.delivery", row.id, row.delivery) for row in rows if row.delivery}
    states = _delivery_states(session, set(references.values()))
    return [_said(box, row, names, states.get(references.get(row.id, ""))) for row in rows]


def events(session: Session, vault: Vault, case: Case) -> list[Happened]:
    """Return the time line, the oldest first, notes opened."""
    found = session.scalars(select(CaseEvent).where(CaseEvent.case_id == case.id))
    # One turn gives all its entries the same moment; the kinds are listed in the order of a case's life.
    rows = sorted(found, key=lambda row: (row.at, ORDER[row.kind], row.id))
    names = _names(session, {row.person_id for row in rows} | {_assignee(row) for row in rows})
    box = vault.case_box(case.id, case.key) if any(row.note for row in rows) else None
    return [_happened(box, row, names) for row in rows]


def _cases_of(vault: Vault, worker_pseudonym: str) -> Select[Case]:
    return CASES.where(Case.reporter == vault.pseudonym(Purpose.CASE, worker_pseudonym))


def _said(box: Box, row: CaseMessage, names: dict[int, str], state: OutboxState | None) -> Said:
    text = box.open_text("case_messages.text", row.id, row.text)
    return Said(row.author, text, row.language, row.at, names.get(row.person_id or 0), state)


def _happened(box: Box | None, row: CaseEvent, names: dict[int, str]) -> Happened:
    note = box.open_text("case_events.note", row.id, row.note) if box and row.note else None
    assignee = names.get(_assignee(row) or 0)
    return Happened(row.kind, row.at, names.get(row.person_id or 0), row.detail, assignee, note)


def _assignee(row: CaseEvent) -> int | None:
    person_id: int | None = row.detail["assignee"][1] if row.kind is EventKind.ASSIGNED else None
    return person_id


def _names(session: Session, person_ids: set[int | None]) -> dict[int, str]:
    wanted = {person_id for person_id in person_ids if person_id is not None}
    if not wanted:
        return {}
    query = select(Person.id, Person.name).where(Person.id.in_(wanted))
    return dict(session.execute(query).all())


def _delivery_states(session: Session, references: set[str]) -> dict[str, OutboxState]:
    if not references:
        return {}
    query = select(OutboxMessage.reference, OutboxMessage.state).where(OutboxMessage.reference.in_(references))
    return dict(session.execute(query).all())


def awaits_worker(session: Session, case: Case) -> bool:
    """Say whether the last words in the case are an advisor's: what the worker writes next answers them."""
    query = select(CaseMessage.author).where(CaseMessage.case_id == case.id)
    last = session.scalars(query.order_by(CaseMessage.at.desc(), CaseMessage.author).limit(1)).first()
    return last is Author.ADVISOR
