"""What a worker's turn does to her case: opens it, adds to it, sorts it.

Runs inside the turn's transaction; the texts were redacted before they come here.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from storage.cases.timeline import happened
from storage.deadlines import look_due_at
from storage.keys import Purpose
from storage.models import Case, CaseMessage, Factory, new_id
from storage.models.enums import Author, CaseStatus, Category, EventKind, Severity
from storage.vault import Vault

REFERENCE_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without those that are mistaken for another when read aloud."""

URGENCY = {Severity.NORMAL: 0, Severity.HIGH: 1, Severity.CRITICAL: 2}


@dataclass(frozen=True)
class NewCase:
    """What the turn knows about a grievance when it opens the case."""

    conversation_id: str | None
    """Where the advisor's replies go."""
    worker_pseudonym: str
    factory_id: str | None
    country: str | None
    category: Category
    second_category: Category | None
    severity: Severity
    language: str
    confidence: float
    text: str
    """Already redacted."""
    is_draft: bool = True


def open_case(session: Session, vault: Vault, new: NewCase, now: datetime) -> Case:
    """Open a case with the worker's first words in it."""
    case_id = new_id()
    country = _country(session, new.factory_id, new.country)
    case = Case(
        id=case_id,
        reference=_free_reference(session),
        reporter=vault.pseudonym(Purpose.CASE, new.worker_pseudonym),
        route=vault.close_text("cases.route", case_id, new.conversation_id) if new.conversation_id else None,
        key=vault.new_case_key(case_id),
        factory_id=new.factory_id,
        country=country,
        category=new.category,
        second_category=new.second_category,
        severity=new.severity,
        status=CaseStatus.NEW,
        language=new.language,
        confidence=new.confidence,
        details={},
        is_draft=new.is_draft,
        opened_at=now,
        look_due_at=look_due_at(new.severity, now, country),
        updated_at=now,
    )
    session.add(case)
    session.flush()
    _say(session, vault, case, new.text, new.language, now)
    happened(session, case, EventKind.OPENED, now, detail={"category": new.category, "severity": new.severity})
    return case


def add_worker_message(
    session: Session, vault: Vault, case: Case, text: str, language: str, now: datetime
) -> CaseMessage:
    """Add more of the worker's words. A case that rested is in progress again, and somebody must look anew."""
    # An advisor may be closing it at this moment: then it has to be open again afterwards.
    session.refresh(case, with_for_update=True)
    message = _say(session, vault, case, text, language, now)
    happened(session, case, EventKind.ADDED, now)
    if case.status not in {CaseStatus.NEW, CaseStatus.IN_PROGRESS}:
        _reopen(session, case, now)
    if case.looked_at is not None:
        case.looked_at = None
        case.look_due_at = look_due_at(case.severity, now, case.country)
    return message


def set_detail(session: Session, case: Case, key: str, value: bool | int | str, now: datetime) -> None:
    """Keep the coded answer to one of the questions about the case."""
    case.details = {**case.details, key: value}
    happened(session, case, EventKind.DETAILED, now, detail={"question": key})


def sort_case(
    session: Session, case: Case, category: Category, severity: Severity, person_id: int | None, now: datetime
) -> None:
    """Set what the case is about and how urgent it is; nothing happens when both are so already."""
    if (category, severity) == (case.category, case.severity):
        return
    detail = {"category": [case.category, category], "severity": [case.severity, severity]}
    if severity is not case.severity:
        _move_deadline(case, severity, person_id, now)
    case.category = category
    case.severity = severity
    happened(session, case, EventKind.SORTED, now, person_id=person_id, detail=detail)


def set_factory(session: Session, case: Case, factory_id: str | None, now: datetime) -> None:
    """Name the case's factory; its country is then the factory's."""
    if factory_id == case.factory_id:
        return
    case.country = _country(session, factory_id, case.country)
    case.factory_id = factory_id
    happened(session, case, EventKind.DETAILED, now, detail={"question": "factory"})


def finish_draft(session: Session, case: Case, now: datetime) -> None:
    """Note that the assistant has asked what it wanted to ask."""
    case.is_draft = False
    case.updated_at = now
    session.flush()


def _say(session: Session, vault: Vault, case: Case, text: str, language: str, now: datetime) -> CaseMessage:
    message_id = new_id()
    sealed = vault.case_box(case.id, case.key).close_text("case_messages.text", message_id, text)
    message = CaseMessage(id=message_id, case_id=case.id, author=Author.WORKER, text=sealed, language=language, at=now)
    session.add(message)
    return message


def _reopen(session: Session, case: Case, now: datetime) -> None:
    detail = {"status": [case.status, CaseStatus.IN_PROGRESS]}
    case.status = CaseStatus.IN_PROGRESS
    case.closed_at = None
    happened(session, case, EventKind.STATUS, now, detail=detail)


def _move_deadline(case: Case, severity: Severity, person_id: int | None, now: datetime) -> None:
    if URGENCY[severity] < URGENCY[case.severity]:
        case.look_due_at = look_due_at(severity, case.opened_at, case.country)
        return
    # From the moment it is known: a case that was normal yesterday is not overdue at once.
    case.look_due_at = min(case.look_due_at, look_due_at(severity, now, case.country))
    if person_id is None and case.looked_at is not None:
        case.looked_at = None
        case.look_due_at = look_due_at(severity, now, case.country)


def _country(session: Session, factory_id: str | None, otherwise: str | None) -> str | None:
    factory = session.get_one(Factory, factory_id) if factory_id else None
    return factory.country if factory else otherwise


def _free_reference(session: Session) -> str:
    while True:
        letters = "".join(secrets.choice(REFERENCE_LETTERS) for _ in range(8))
        reference = f"{letters[:4]}-{letters[4:]}"
        if not session.scalar(select(exists().where(Case.reference == reference))):
            return reference
