"""Nothing that a worker wrote gets into a log line, whoever writes it."""

import json
import logging
import subprocess
import sys

import pytest

from storage.logs import JsonLines, PlainLines

SECRET = "my boss keeps my passport +8801700000000"


def _record(name: str, message: str, *, error: Exception | None = None) -> logging.LogRecord:
    exc_info = (type(error), error, error.__traceback__) if error else None
    return logging.LogRecord(name, logging.ERROR, "channels/x.py", 7, message, None, exc_info)


def _failure() -> Exception:
    try:
        try:
            int(SECRET)
        except ValueError as error:
            raise RuntimeError(SECRET) from error
    except RuntimeError as error:
        failure = error
    return failure


@pytest.mark.parametrize("form", [JsonLines(), PlainLines()])
def test_an_error_is_named_and_placed_but_not_quoted(form: logging.Formatter) -> None:
    line = form.format(_record("storage.outbox", "outbox 7 failed", error=_failure()))
    assert "outbox 7 failed" in line
    assert "RuntimeError from ValueError" in line
    assert "tests/storage/test_logs.py" in line
    assert SECRET not in line
    assert "passport" not in line


@pytest.mark.parametrize("form", [JsonLines(), PlainLines()])
def test_what_a_library_says_is_withheld(form: logging.Formatter) -> None:
    line = form.format(_record("twilio.http_client", SECRET))
    assert "passport" not in line
    assert "twilio.http_client" in line


def test_one_event_is_one_json_line() -> None:
    line = JsonLines().format(_record("app", 'first\nsecond "quoted"'))
    assert "\n" not in line
    assert json.loads(line)["event"] == 'first second "quoted"'


def test_python_itself_is_not_left_to_print_errors_and_warnings() -> None:
    program = (
        "import sys, warnings; from storage import logs; logs.configure('plain');"
        "warnings.warn(sys.argv[1]); raise RuntimeError(sys.argv[1])"
    )
    ended = subprocess.run([sys.executable, "-c", program, SECRET], capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "RuntimeError" in ended.stderr
    assert "passport" not in ended.stdout + ended.stderr
