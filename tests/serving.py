"""An application behind the real server, on a free port of this machine."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import waitress
from flask import Flask
from waitress import wasyncore


@contextmanager
def served(make: Callable[[str], Flask]) -> Iterator[tuple[str, Flask]]:
    """Serve what `make` makes of its own address; give the address and the application."""
    listener = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    app = make(address)
    sockets: dict[int, Any] = {}
    server = waitress.create_server(app, map=sockets, sockets=[listener], threads=8, ident=None)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield address, app
    finally:
        server.task_dispatcher.shutdown()
        # The server's loop ends when it has no socket left; only its own thread may close them.
        server.trigger.pull_trigger(partial(wasyncore.close_all, sockets))
        thread.join()
        app.extensions["openline"].executor.close()
