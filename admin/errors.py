"""What a page says when something is wrong: what happened, and what to do.

Forbidden never shows as such: it is the same page as unknown.
"""

import logging

from flask import current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

EXPLANATIONS: dict[int, tuple[str, str]] = {
    400: (
        "We did not understand this request.",
        "A filter or a form has a value that does not exist. Go back and choose from the page.",
    ),
    404: (
        "There is nothing here that you can open.",
        "The address may be wrong, or it is not yours to see. Ask an administrator if it should be.",
    ),
    405: ("This page cannot be used that way.", "Go back and use the buttons of the page."),
    409: (
        "Somebody changed this in the meantime.",
        "Nothing of yours was saved. Go back, look at what changed, then decide again.",
    ),
    413: ("That is too much at once.", "Shorten the text and send it again."),
    429: ("Too many tries.", "Wait a quarter of an hour, then sign in again. Other people are not affected."),
    500: (
        "Something went wrong on our side.",
        "Nothing was changed. Try again in a minute; if it stays, tell whoever runs this service the time it happened.",
    ),
}
STALE_FORM = (
    "This form is too old, or you signed in again since.",
    "Go back, reload the page and send the form again. Nothing was changed.",
)

log = logging.getLogger(__name__)


def explain(error: Exception) -> ResponseReturnValue:
    """Render the page for an error."""
    if not isinstance(error, HTTPException):
        log.error("a page ended in an error: %s", request.endpoint, exc_info=error)
    code = getattr(error, "code", None) or 500
    code = 404 if code == 403 else code
    title, advice = STALE_FORM if isinstance(error, CSRFError) else EXPLANATIONS.get(code, EXPLANATIONS[400])
    if code >= 500:
        return _bare(title, advice), code
    return render_template("admin/error.html", code=code, title=title, advice=advice), code


def _bare(title: str, advice: str) -> str:
    # The usual frame asks the database who is signed in, and that may be what is broken.
    return current_app.jinja_env.get_template("admin/broken.html").render(title=title, advice=advice)
