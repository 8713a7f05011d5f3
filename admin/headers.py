"""The headers of every page: what a browser may load, keep and tell others.

`security_headers` serves the pages here and is handed to `app.py` for all the others.
"""

from flask import Response, request

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",  # the component library draws its arrows as data: pictures
        "font-src 'self'",
        "media-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), interest-cohort=()",
}


def security_headers(response: Response) -> Response:
    """Add what is missing; a response that set a stricter value itself keeps it."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def private_page(response: Response) -> Response:
    """The same, and nothing of a page (its style apart) stays in a browser or between."""
    if not (request.endpoint or "").endswith(".static"):
        response.headers["Cache-Control"] = "no-store, private"
    return security_headers(response)
