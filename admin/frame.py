"""What every answer of the application has, whoever gave it: safe headers, and an error page that echoes nothing.

`app.py` puts it round all pages; the pages of `admin` and `channels` may be stricter or kinder.
"""

import logging

from flask import Flask, Response, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from admin.headers import security_headers

ADVICE = {
    400: "This was not understood. Go back, reload the page and try again.",
    403: "This was refused.",
    404: "There is nothing at this address.",
    405: "This address is not used in this way.",
    413: "This is too much at once. Send less and try again.",
    429: "Too many tries. Wait a minute and try again.",
    500: "Something went wrong on our side. Try again in a minute.",
}

log = logging.getLogger(__name__)


def add_frame(app: Flask) -> None:
    """Put it round everything that `app` answers."""
    app.after_request(_finish)
    app.register_error_handler(HTTPException, _explain)
    app.register_error_handler(Exception, _apologise)


def _finish(response: Response) -> Response:
    if not (request.endpoint or "").endswith("static"):
        response.headers.setdefault("Cache-Control", "no-store")
    return security_headers(response)


def _explain(error: HTTPException) -> ResponseReturnValue:
    code = error.code or 500
    response = error.get_response()
    if code < 400:  # a redirect
        return response
    # Its other headers stay: which methods are allowed, when to try again.
    response.set_data(ADVICE.get(code, ADVICE[400] if code < 500 else ADVICE[500]) + "\n")
    response.headers["Content-Type"] = "text/plain; charset=utf-8"
    return response


def _apologise(error: Exception) -> ResponseReturnValue:
    log.error("a page ended in an error: %s", request.endpoint, exc_info=error)
    return Response(ADVICE[500] + "\n", 500, content_type="text/plain; charset=utf-8")
