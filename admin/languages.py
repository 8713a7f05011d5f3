"""Which languages are installed, and whether a native speaker has read their wording."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from admin.access import ADMIN, allow
from admin.services import services

blueprint = Blueprint("languages", __name__)


@blueprint.get("/languages")
@allow(ADMIN)
def list_languages() -> ResponseReturnValue:
    """Show the review status of each language folder, drafts first."""
    rows = sorted(services().languages.items(), key=lambda item: (item[1].review == "reviewed", item[1].english_name))
    return render_template("admin/languages.html", rows=rows)
