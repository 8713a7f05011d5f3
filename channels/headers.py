"""The headers that every answer of the channels carries, whatever its status.

Each blueprint registers one of these as its `after_request`.
"""

from urllib.parse import urlsplit

from flask import Response

from channels.services import services

_ALWAYS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def protect_answer(response: Response) -> Response:
    """An answer for a provider's machine: nothing in it may ever run or be shown."""
    response.headers.update(_ALWAYS)
    response.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'"
    return response


def protect_page(response: Response) -> Response:
    """A page for a worker's browser: our own files only, nothing kept, nobody's frame."""
    response.headers.update(_ALWAYS)
    # Browsers hold a form's redirect to this as well, and without JavaScript the quick exit is one.
    forms = f"'self' {_origin(services().exit_url)}"
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; "
        f"form-action {forms}; base-uri 'none'; frame-ancestors 'none'"
    )
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
    return response


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
