"""Replies that did not arrive, or may not have: what happened, never what they said."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from admin import labels
from admin.access import ADMIN, ADVISOR, allow, me
from admin.services import services
from storage.undelivered import undelivered

blueprint = Blueprint("undelivered", __name__)

SHOWN = 200


@blueprint.get("/undelivered")
@allow(ADVISOR, ADMIN)
def list_undelivered() -> ResponseReturnValue:
    """Show the newest of them."""
    with services().database.reading() as session:
        rows = undelivered(session, me().scope, SHOWN)
    return render_template("admin/undelivered.html", rows=rows, kinds=labels.KINDS, reasons=labels.FAILURES)
