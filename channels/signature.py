"""Who may speak to a webhook: checked before anything of the request is looked at.

`twilio.py` runs `require_twilio_signature` before each of its views; `gateway_check.py` has the gateways' ways.
"""

import logging
import re
from urllib.parse import urlsplit

from flask import abort, request
from twilio.request_validator import RequestValidator

from channels.services import services

LARGEST_BODY = 64 * 1024
MOST_PARAMETERS = 200

_SIGNATURE = re.compile(r"[A-Za-z0-9+/]{27}=")
"""Base64 of the twenty bytes of HMAC-SHA1."""

logger = logging.getLogger(__name__)


def limit_body() -> None:
    """Refuse large bodies and many parameters before they are parsed."""
    request.max_content_length = LARGEST_BODY
    request.max_form_parts = MOST_PARAMETERS
    if (request.content_length or 0) > LARGEST_BODY:
        abort(413)
    # Werkzeug's own limit counts the parts of multipart bodies only.
    if request.get_data().count(b"&") > MOST_PARAMETERS:
        abort(400)


def require_twilio_signature() -> None:
    """Let only requests through that Twilio signed for this very address."""
    account = services().twilio
    if account is None or not account.tokens:
        _refuse("Twilio is not configured")
    signature = request.headers.get("X-Twilio-Signature", "")
    if not signature:
        _refuse("the signature is missing")
    if request.method != "POST" or request.mimetype != "application/x-www-form-urlencoded":
        _refuse("not a signed form")
    if account is None or not is_signed(account.tokens, signature):
        _refuse("the signature is wrong")


def is_signed(tokens: tuple[str, ...], signature: str) -> bool:
    """Say whether one of the tokens made this signature for the address we are known by."""
    if not _SIGNATURE.fullmatch(signature):
        return False
    checks = [RequestValidator(token).validate(public_address(), request.form, signature) for token in tokens]
    return any(checks)


def public_address() -> str:
    """Return this request's address as providers know it: from our settings, never from the request's host."""
    target = urlsplit(request.environ.get("REQUEST_URI") or request.full_path.removesuffix("?"))
    return f"{services().public_url}{target.path}" + (f"?{target.query}" if target.query else "")


def _refuse(reason: str) -> None:
    logger.warning("webhook refused: %s", reason)
    abort(403)
