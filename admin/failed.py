"""Messages the assistant gave up: read by people, tried again when the reason is gone."""

from dataclasses import replace

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from admin.access import ADVISOR, allow, me
from admin.services import services
from storage import audit, inbox
from storage.queue import FailedTurn, failed_turns, find_failed
from storage.retention import FAILED_BODY

blueprint = Blueprint("failed", __name__)

SHOWN = 50
TRIED = "The assistant tries this message again now. If it fails, it comes back here."
FORGOTTEN = f"Its text was forgotten after {FAILED_BODY.days} days, so there is nothing left to try again."


@blueprint.get("/failed")
@allow(ADVISOR)
def list_failed() -> ResponseReturnValue:
    """Show what was given up, with its text; each look at one is in the audit."""
    now = services().clock.now()
    with services().database.transaction() as session:
        rows = [_masked(row) for row in failed_turns(session, services().vault, me().scope, SHOWN)]
        for row in rows:
            audit.record(session, me().id, "read_failed", "message", row.row_key, now)
    return render_template("admin/failed.html", rows=rows, forgotten=FORGOTTEN)


@blueprint.post("/failed/<row_key>/retry")
@allow(ADVISOR)
def retry(row_key: str) -> ResponseReturnValue:
    """Let the assistant try again."""
    now = services().clock.now()
    with services().database.transaction() as session:
        row = find_failed(session, me().scope, row_key)
        if row is None:
            abort(404)
        is_tried = inbox.retry(session, row.id, now)
        if is_tried:
            audit.record(session, me().id, "retried", "message", row_key, now)
    flash(*((TRIED, "success") if is_tried else (FORGOTTEN, "error")))
    return redirect(url_for("admin.failed.list_failed"))


def _masked(row: FailedTurn) -> FailedTurn:
    return replace(row, text=services().redact(row.text, row.country))
