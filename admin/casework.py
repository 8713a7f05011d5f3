"""What an advisor does with a case: take it, move it, sort it, note something, and one step back.

Each form carries the moment its page was made; when the case moved on since, nothing is done
and the page shows what is new.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.exceptions import BadRequest

from admin import labels
from admin.access import ADVISOR, allow, me
from admin.case_page import Complaint, find_case, refuse_unknown_case, render_case
from admin.forms import choice, moment, text
from admin.services import services
from admin.undo import Undo, forget, remember, undo_for
from storage import audit, cases
from storage.accounts import advisors_of
from storage.models import Case
from storage.models.enums import CaseStatus, Category, Severity

blueprint = Blueprint("casework", __name__)
blueprint.before_request(refuse_unknown_case)

LONGEST_NOTE = 4000
MOVED_ON = "Somebody else, or the worker, changed this case while you were looking. Nothing of yours was saved."


class MovedOn(Exception):
    """The case is not any more what the person saw when she decided."""

    def __init__(self, seen: datetime) -> None:
        """Keep the moment that her page was of."""
        super().__init__()
        self.seen = seen


@contextmanager
def case_as_seen(reference: str) -> Iterator[tuple[Session, Case, datetime]]:
    """Yield the case, locked; raise `MovedOn` when it changed since the form was shown."""
    seen, now = moment("seen"), services().clock.now()
    with services().database.transaction() as session:
        case = find_case(session, reference)
        session.refresh(case, with_for_update=True)
        if case.updated_at != seen:
            raise MovedOn(seen)
        yield session, case, now


@blueprint.post("/cases/<reference>/assign")
@allow(ADVISOR)
def assign_case(reference: str) -> ResponseReturnValue:
    """Give the case to a colleague, to oneself or to nobody."""
    return _do(reference, lambda: _assign(reference, request.form.get("take") or request.form.get("assignee", "")))


@blueprint.post("/cases/<reference>/status")
@allow(ADVISOR)
def change_status(reference: str) -> ResponseReturnValue:
    """Move the case on."""
    return _do(reference, lambda: _change_status(reference, choice("status", CaseStatus)))


@blueprint.post("/cases/<reference>/sort")
@allow(ADVISOR)
def sort_case(reference: str) -> ResponseReturnValue:
    """Say what the case is about and how urgent it is."""
    return _do(reference, lambda: _sort(reference, choice("category", Category), choice("severity", Severity)))


@blueprint.post("/cases/<reference>/undo")
@allow(ADVISOR)
def undo_last(reference: str) -> ResponseReturnValue:
    """Take the last assignment or change of status back."""
    undo = undo_for(reference)
    if undo is None:
        return redirect(url_for("admin.cases.show_case", reference=reference))
    forget()
    return _do(reference, lambda: _undo(reference, undo))


@blueprint.post("/cases/<reference>/notes")
@allow(ADVISOR)
def add_note(reference: str) -> ResponseReturnValue:
    """Keep an internal note; it never collides with what others do."""
    note, now = text("note", LONGEST_NOTE), services().clock.now()
    if not note:
        return render_case(reference, complaint=Complaint("The note is empty: write something first.")), 400
    with services().database.transaction() as session:
        case = find_case(session, reference)
        cases.add_note(session, services().vault, case, note, me().id, now)
        audit.record(session, me().id, "noted", "case", case.id, now)
    flash("The note is kept. The worker never sees it.", "success")
    return redirect(url_for("admin.cases.show_case", reference=reference))


def _do(reference: str, action: Callable[[], str | None]) -> ResponseReturnValue:
    try:
        said = action()
    except MovedOn as moved:
        return render_case(reference, complaint=Complaint(MOVED_ON, changed_since=moved.seen)), 409
    if said:
        flash(said, "success")
    return redirect(url_for("admin.cases.show_case", reference=reference))


def _assign(reference: str, assignee: str) -> str | None:
    with case_as_seen(reference) as (session, case, now):
        earlier, person_id = case.assignee_id, _assignee_id(session, case, assignee)
        if earlier == person_id:
            return None
        cases.assign(session, case, person_id, me().id, now)
        audit.record(session, me().id, "assigned", "case", case.id, now)
        said = "The case is with you." if person_id == me().id else "The case is assigned."
        said = said if person_id else "Nobody has the case now."
    remember(Undo(reference, "assign", str(earlier or ""), said))
    return None


def _change_status(reference: str, status: CaseStatus) -> str | None:
    with case_as_seen(reference) as (session, case, now):
        earlier = case.status
        if earlier is status:
            return None
        cases.change_status(session, case, status, me().id, now)
        audit.record(session, me().id, "changed_status", "case", case.id, now)
    remember(Undo(reference, "status", earlier.value, f"The status is now: {labels.STATUSES[status]}."))
    return None


def _sort(reference: str, category: Category, severity: Severity) -> str | None:
    with case_as_seen(reference) as (session, case, now):
        if (case.category, case.severity) == (category, severity):
            return None
        cases.sort_case(session, case, category, severity, me().id, now)
        audit.record(session, me().id, "sorted", "case", case.id, now)
    return f"Sorted: {labels.CATEGORIES[category]}, {labels.SEVERITIES[severity].lower()}."


def _undo(reference: str, undo: Undo) -> str | None:
    with case_as_seen(reference) as (session, case, now):
        if undo.kind == "assign":
            cases.assign(session, case, _assignee_id(session, case, undo.earlier), me().id, now)
            audit.record(session, me().id, "assigned", "case", case.id, now)
        else:
            cases.change_status(session, case, CaseStatus(undo.earlier), me().id, now)
            audit.record(session, me().id, "changed_status", "case", case.id, now)
    return "Undone."


def _assignee_id(session: Session, case: Case, value: str) -> int | None:
    if value in {"", "me"}:
        return me().id if value else None
    for colleague in advisors_of(session, case):
        if str(colleague.id) == value:
            return colleague.id
    raise BadRequest
