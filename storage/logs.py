"""What a log line may carry: our own identifiers and the place of an error, never a text.

`app.py` configures it once, before anything else runs.
"""

import json
import logging
import sys
import threading
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

OURS = {"app", "admin", "bot", "channels", "nlu", "storage"}
"""Loggers whose messages we wrote ourselves. A library may put anything into its own."""

ROOT = Path(__file__).parent.parent


def configure(form: str) -> None:
    """Send log lines to standard error, as `plain` text or as `json`, and warnings and uncaught errors with them."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if form == "json" else PlainLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for name in OURS:
        logging.getLogger(name).setLevel(logging.INFO)
    # A warning may quote what it warns of, and without its text it says nothing.
    logging.captureWarnings(capture=True)
    logging.getLogger("py.warnings").setLevel(logging.CRITICAL)
    sys.excepthook = _log_uncaught
    threading.excepthook = _log_uncaught_in_thread


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record's safe parts."""
        return json.dumps(_safe_parts(record))


class PlainLines(logging.Formatter):
    """One readable line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record's safe parts."""
        parts = _safe_parts(record)
        head = f"{parts.pop('at')} {parts.pop('level')} {parts.pop('logger')}: {parts.pop('event')}"
        return " ".join([head, *(f"{name}={value}" for name, value in parts.items())])


def _safe_parts(record: logging.LogRecord) -> dict[str, Any]:
    is_ours = record.name.split(".")[0] in OURS
    parts: dict[str, Any] = {
        "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname,
        "logger": record.name,
        # A line break in a message must not look like another line.
        "event": record.getMessage().replace("\n", " ") if is_ours else f"at {_short(record.pathname)}:{record.lineno}",
    }
    if record.exc_info and record.exc_info[1]:
        parts["error"] = " from ".join(_names(record.exc_info[1]))
        parts["where"] = _where(_first_cause(record.exc_info[1]).__traceback__)
    return parts


def _names(error: BaseException | None) -> Iterator[str]:
    """Names of the error's class and of its causes; what they say may quote a row or a text."""
    while error is not None:
        yield type(error).__name__
        error = error.__cause__ or error.__context__


def _first_cause(error: BaseException) -> BaseException:
    while (cause := error.__cause__ or error.__context__) is not None:
        error = cause
    return error


def _where(trace: TracebackType | None) -> list[str]:
    frames = traceback.extract_tb(trace)[-12:]
    return [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]


def _short(filename: str) -> str:
    path = Path(filename)
    if "site-packages" in path.parts:
        return "/".join(path.parts[path.parts.index("site-packages") + 1 :])
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else path.name


def _log_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger("app").critical("stopped by an error nobody expected", exc_info=(kind, error, trace))


def _log_uncaught_in_thread(hook: threading.ExceptHookArgs) -> None:
    if hook.exc_value is not None:
        _log_uncaught(hook.exc_type, hook.exc_value, hook.exc_traceback)
