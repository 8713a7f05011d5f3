"""Whether a request to a gateway's webhook comes from the provider.

A shared secret or an HMAC, as the configuration says. `gateway.py` asks before it reads anything.
"""

import base64
import hmac
from datetime import datetime

from flask import Request

from channels.gateway_config import Hmac, Incoming


def is_from_provider(request: Request, incoming: Incoming, now: datetime) -> bool:
    """Say whether the request carries the secret, or a fresh signature made with it."""
    if incoming.hmac is not None:
        return _is_signed(request, incoming.hmac, now)
    given = (
        request.headers.get(incoming.header, "")
        if incoming.header
        else request.values.get(incoming.parameter or "", "")
    )
    return bool(incoming.secret) and hmac.compare_digest(given.encode(), incoming.secret.encode())


def _is_signed(request: Request, check: Hmac, now: datetime) -> bool:
    timestamp = request.headers.get(check.timestamp_header, "") if check.timestamp_header else ""
    if check.timestamp_header and not _is_fresh(timestamp, check.tolerance_seconds, now):
        return False
    before, _, after = check.signed.replace("{timestamp}", timestamp).partition("{body}")
    digest = hmac.digest(check.secret.encode(), before.encode() + request.get_data() + after.encode(), "sha256")
    wanted = base64.b64encode(digest).decode() if check.encoding == "base64" else digest.hex()
    given = request.headers.get(check.header, "")
    return hmac.compare_digest(given.encode(), f"{check.prefix}{wanted}".encode())


def _is_fresh(timestamp: str, tolerance: int, now: datetime) -> bool:
    """Say whether a request was signed just now; an old one is somebody's copy."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 13):
        return False
    seconds = int(timestamp) / (1000 if len(timestamp) == 13 else 1)
    return abs(now.timestamp() - seconds) <= tolerance
