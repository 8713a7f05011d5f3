"""How many workers answered, per factory: read only, and through the disclosure gate alone."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from admin.access import ADVISOR, SURVEYOR, allow, me
from admin.services import services
from storage.disclosure import THRESHOLD, respondents_per_factory
from storage.queue import factories_in

blueprint = Blueprint("surveys", __name__)


@blueprint.get("/surveys")
@allow(SURVEYOR, ADVISOR)
def show_progress() -> ResponseReturnValue:
    """Show the progress of the survey."""
    with services().database.reading() as session:
        rows = respondents_per_factory(session, factories_in(session, me().scope), services().clock.now())
    return render_template("admin/surveys.html", rows=rows, threshold=THRESHOLD)
