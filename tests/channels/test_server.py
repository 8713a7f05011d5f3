"""A server stops when it is told to, whatever it is doing at that moment."""

import signal
import socket

import pytest
from flask import Flask

from channels.server import serve_until_stopped


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Interrupted:
    """Something that is cleared away at the very moment a signal comes; Python drops what is raised there."""

    def __init__(self, number: signal.Signals) -> None:
        self.number = number

    def __del__(self) -> None:
        signal.raise_signal(self.number)


@pytest.mark.timeout(20)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_is_not_lost_wherever_it_comes(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    said: list[str] = []

    def ready() -> None:
        Interrupted(number)
        said.append("ready")

    serve_until_stopped(Flask("site"), "127.0.0.1", _free_port(), ready, behind_proxy=False)
    assert said == ["ready"]
    assert signal.getsignal(number) is before
