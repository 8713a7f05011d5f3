"""One HTTP request to a provider, and whether it may have got there.

Twilio and the gateways send with this. Nothing of the request or the answer is ever logged.
"""

from collections.abc import Mapping
from typing import Any

import requests
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError, ProxyError, SSLError

from channels.base import SendError

TIMEOUT = (5.0, 15.0)
"""Seconds to connect, and to wait for the answer."""

NEVER_LEFT = (NewConnectionError, ConnectTimeoutError, SSLError, ProxyError)
"""What can go wrong before the first byte of the request has left."""

TEMPORARY_STATUS = frozenset({401, 403, 404, 407, 409, 423, 425, 429, 500, 502, 503})
"""Refused for now: too many, broken, or our own settings, which an operator can mend within the day."""

UNKNOWN_STATUS = frozenset({408, 504})
"""Somebody on the way lost patience; the message may have been taken all the same."""


def request(method: str, url: str, **parts: Any) -> requests.Response:
    """Make one request without following redirects; raise `SendError` when there is no answer."""
    try:
        return requests.request(method, url, timeout=TIMEOUT, allow_redirects=False, **parts)
    except requests.exceptions.ConnectTimeout:
        raise SendError("no_connection") from None
    except requests.exceptions.Timeout:
        raise SendError("timeout", unknown=True) from None
    except requests.exceptions.ConnectionError as error:
        if isinstance(_reason(error), NEVER_LEFT):
            raise SendError("no_connection") from None
        raise SendError("connection_lost", unknown=True) from None
    except (requests.exceptions.RequestException, UnicodeError):
        raise SendError("unfit_request", permanent=True) from None


def refusal(status: int, code: str | None = None) -> SendError:
    """Return what an answer with `status` means when it is not success."""
    name = code or f"http_{status}"
    if status in UNKNOWN_STATUS or 200 <= status < 300:
        return SendError(name, unknown=True)
    return SendError(name, permanent=status not in TEMPORARY_STATUS and status < 500)


def json_object(response: requests.Response) -> Mapping[str, Any]:
    """Return the answer's JSON object; empty when it is anything else."""
    try:
        document = response.json()
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _reason(error: requests.exceptions.ConnectionError) -> object:
    cause = error.args[0] if error.args else None
    return getattr(cause, "reason", cause)
