"""What a provider's webhook answers when nothing could be taken in: a status, never a word.

Used by the blueprints of `twilio.py` and `gateway.py`.
"""

import logging

from flask import Blueprint, Response
from sqlalchemy.exc import DBAPIError

REFUSED = (400, 403, 404, 413)

logger = logging.getLogger(__name__)


def refuse_in_silence(blueprint: Blueprint) -> None:
    """Register the answers of `blueprint` to what it cannot take."""
    blueprint.register_error_handler(DBAPIError, report_full)
    for status in REFUSED:
        blueprint.register_error_handler(status, refuse)


def report_full(error: DBAPIError) -> Response:
    """Nothing was stored: say so, so that the provider tries again or takes the fallback."""
    logger.error("message not stored: %s", type(error).__name__)
    return Response(status=503, headers={"Retry-After": "5"})


def refuse(error: Exception) -> Response:
    """Refuse without a word: an answer would be kept in the provider's error log."""
    return Response(status=getattr(error, "code", 400))
