"""Serves an application until somebody wants it to stop.

`app.py` starts it last and closes everything after it.
"""

import signal
from collections.abc import Callable
from typing import NoReturn

import waitress
from flask import Flask

THREADS = 16
"""They wait for the assistant's one thread; it is cheap to let many wait."""
LARGEST_BODY = 12 * 1024 * 1024
LARGEST_HEADERS = 32 * 1024


class CannotListen(Exception):
    """The port is taken, or may not be used."""


def serve_until_stopped(app: Flask, host: str, port: int, ready: Callable[[], None], *, behind_proxy: bool) -> None:
    """Listen, say `ready`, and answer until SIGTERM or Ctrl-C."""
    # Of what a proxy says only the visitor's address is believed, and only of one on this machine:
    # it keeps one visitor's tries from being counted as another's.
    proxy = {"trusted_proxy": "127.0.0.1", "trusted_proxy_headers": {"x-forwarded-for"}} if behind_proxy else {}
    try:
        server = waitress.create_server(
            app,
            host=host,
            port=port,
            threads=THREADS,
            ident=None,
            clear_untrusted_proxy_headers=True,
            max_request_body_size=LARGEST_BODY,
            max_request_header_size=LARGEST_HEADERS,
            **proxy,
        )
    except OSError as error:
        raise CannotListen(f"{host}:{port} cannot be used ({error.strerror}); set PORT to another one") from None
    signal.signal(signal.SIGTERM, _stop)
    ready()
    # Waitress takes SystemExit and KeyboardInterrupt for the wish to stop, and returns.
    server.run()
    server.close()


def _stop(_number: int, _frame: object) -> NoReturn:
    raise SystemExit(0)
