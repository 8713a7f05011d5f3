"""Serves an application until somebody wants it to stop.

`app.py` starts it last and closes everything after it.
"""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import waitress
from flask import Flask

THREADS = 16
"""They wait for the assistant's one thread; it is cheap to let many wait."""
LARGEST_BODY = 12 * 1024 * 1024
LARGEST_HEADERS = 32 * 1024
NO_SOCKET = -1


class CannotListen(Exception):
    """The port is taken, or may not be used."""


class Stop:
    """Ends the server's loop once somebody has asked for it.

    The loop looks at it as at a connection, at least once a second. A signal's handler raises nothing: wherever it
    interrupts the code, such as in a destructor, an exception could be dropped and the wish with it.
    """

    accepting = False

    def __init__(self) -> None:
        """Nobody has asked yet."""
        self._is_asked = False

    @contextmanager
    def by_signal(self) -> Iterator[None]:
        """Take SIGTERM and Ctrl-C for the wish; afterwards they are what they were, so a second Ctrl-C ends at once."""
        before = {number: signal.signal(number, self._ask) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def readable(self) -> bool:
        """Raise what waitress takes for the wish to stop."""
        if self._is_asked:
            raise SystemExit(0)
        return False

    def writable(self) -> bool:
        """There is never anything to write."""
        return False

    def _ask(self, _number: int, _frame: object) -> None:
        self._is_asked = True


def serve_until_stopped(app: Flask, host: str, port: int, ready: Callable[[], None], *, behind_proxy: bool) -> None:
    """Listen, say `ready`, and answer until SIGTERM or Ctrl-C."""
    # Of what a proxy says only the visitor's address is believed, and only of one on this machine:
    # it keeps one visitor's tries from being counted as another's.
    proxy = {"trusted_proxy": "127.0.0.1", "trusted_proxy_headers": {"x-forwarded-for"}} if behind_proxy else {}
    stop = Stop()
    try:
        server = waitress.create_server(
            app,
            map={NO_SOCKET: stop},
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
    with stop.by_signal():
        ready()
        server.run()
    server.close()
