"""Everything the page of one case shows, gathered in one reading transaction.

`cases.py` renders it; `casework.py` and `replies.py` render it again when something has to be put right.
"""

from dataclasses import dataclass
from datetime import datetime

from flask import abort, render_template, request
from sqlalchemy.orm import Session

from admin import labels
from admin.access import me
from admin.labels import label_of
from admin.neutral import Hint
from admin.services import SegmentCount, services
from admin.undo import undo_for
from storage import audit, cases
from storage.accounts import advisors_of
from storage.cases import Happened
from storage.cases.finding import find_by_reference
from storage.cases.media import media_of
from storage.cases.way import way_to_worker
from storage.models import Case, Factory
from storage.models.enums import CaseStatus, Category, EventKind, Severity

QUESTIONS = {
    "category": "What it is about",
    "now": "Is it happening now?",
    "safe_to_text": "Safe to text her back?",
    "word": "Chose a secret word",
    "factory": "Factory",
}
ANSWERS = {"yes": "yes", "no": "no", "skipped": "did not say", "understood": "as understood"}


@dataclass(frozen=True)
class ReplyDraft:
    """A reply that an advisor is writing: what it costs and what to think about before it leaves."""

    text: str
    segments: SegmentCount | None = None
    hints: tuple[Hint, ...] = ()
    is_preview: bool = False


@dataclass(frozen=True)
class Complaint:
    """Why an action was not done, with what was typed, so that nothing is lost."""

    text: str
    note: str = ""
    changed_since: datetime | None = None
    """Entries of the time line after this moment are new to the reader."""


def find_case(session: Session, reference: str) -> Case:
    """Return the case if the person signed in may see it; anything else is the same 404."""
    case = find_by_reference(session, me().scope, reference)
    if case is None:
        abort(404)
    return case


def refuse_unknown_case() -> None:
    """Answer 404 before any form is looked at: the `before_request` of what is done with a case."""
    reference = (request.view_args or {}).get("reference")
    if reference is not None:
        with services().database.reading() as session:
            find_case(session, reference)


def is_unsafe_to_text(case: Case) -> bool:
    """Say whether the worker told us that a text to her could be seen by somebody else."""
    return case.details.get("safe_to_text") == "no"


def note_look(reference: str) -> None:
    """Write down who looks, and that somebody did, before anything is shown."""
    now = services().clock.now()
    with services().database.transaction() as session:
        case = find_case(session, reference)
        cases.mark_looked(session, case, now)
        audit.record(session, me().id, "read_case", "case", case.id, now)


def render_case(reference: str, *, draft: ReplyDraft | None = None, complaint: Complaint | None = None) -> str:
    """Render the page of a case, each time with an entry in the audit."""
    note_look(reference)
    with services().database.reading() as session:
        case = find_case(session, reference)
        return render_template(
            "admin/case.html",
            **_content(session, case),
            draft=draft or ReplyDraft(""),
            complaint=complaint,
            undo=undo_for(reference),
            questions=QUESTIONS,
            answer=answer,
            change=change,
        )


def answer(value: object) -> str:
    """Say a coded answer: one of ours, or a category's code."""
    return ANSWERS.get(str(value)) or label_of(labels.CATEGORIES, str(value))


def change(entry: Happened) -> str:
    """Say what an entry of the time line changed."""
    detail = entry.detail
    if entry.kind is EventKind.ASSIGNED:
        return f" to {entry.assignee_name}" if entry.assignee_name else " to nobody"
    if "status" in detail:
        return f": {label_of(labels.STATUSES, detail['status'][1])}"
    if "question" in detail:
        return f": {QUESTIONS.get(detail['question'], detail['question'])}"
    if entry.kind is EventKind.SORTED:
        return f": {label_of(labels.CATEGORIES, detail['category'][1])}, {detail['severity'][1]}"
    return ""


def _content(session: Session, case: Case) -> dict[str, object]:
    vault = services().vault
    return {
        "case": case,
        "factory": session.get(Factory, case.factory_id) if case.factory_id else None,
        "said": cases.messages(session, vault, case),
        "happened": [entry for entry in cases.events(session, vault, case) if entry.kind is not EventKind.REPLIED],
        "media": media_of(session, case),
        "way": way_to_worker(session, vault, case),
        "colleagues": advisors_of(session, case),
        "is_unsafe": is_unsafe_to_text(case),
        "statuses": list(CaseStatus),
        "categories": list(Category),
        "severities": list(Severity),
    }
