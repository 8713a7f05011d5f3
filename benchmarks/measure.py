"""Holds the conversations and keeps every turn's time; a wrong answer ends the benchmark.

`report.py` makes figures of what comes out.
"""

import http.client
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from benchmarks.dialogue import OPENING, ROUND, ROUNDS, SURVEY_KEYS, Message
from benchmarks.peers import Peer, post

CLIENTS = 4
WARM_UP = 0
"""The worker of the conversation before the measured ones."""
SHORT_CONVERSATIONS = 12
"""For the figure with several clients: each is the opening and one round."""


@dataclass(frozen=True)
class Measured:
    """One peer's times in seconds: by round, each turn of each conversation."""

    name: str
    rounds: list[list[float]]
    seconds_together: float
    turns_together: int
    memory_before: float
    memory_after: float
    rows: dict[str, int]


class WrongAnswer(Exception):
    """A peer did not answer what it must; its figures would mean nothing."""


def measure(peer: Peer, conversations: int) -> Measured:
    """Hold `conversations` of ten rounds one after the other, then shorter ones at once."""
    connection = http.client.HTTPConnection("127.0.0.1", peer.port, timeout=60)
    # The first conversation of a process loads what is loaded late; it is not counted.
    _say_all(peer, connection, WARM_UP, OPENING + ROUND)
    workers = range(1, conversations + 1)
    for worker in workers:
        _say_all(peer, connection, worker, OPENING)
    memory_before = _memory(peer)
    rounds = []
    for _ in range(ROUNDS):
        rounds.append([seconds for worker in workers for seconds in _say_all(peer, connection, worker, ROUND)])
        peer.next_round()
    _check_rows(peer, 1 + conversations * ROUNDS)
    seconds, turns = _together(peer, conversations)
    _check_rows(peer, 1 + conversations * ROUNDS + SHORT_CONVERSATIONS)
    return Measured(peer.name, rounds, seconds, turns, memory_before, _memory(peer), peer.rows())


def _say_all(
    peer: Peer, connection: http.client.HTTPConnection, worker: int, messages: tuple[Message, ...]
) -> list[float]:
    times = []
    for message in messages:
        request = peer.request(worker, message.text)
        began = time.perf_counter()
        answer = post(connection, request)
        times.append(time.perf_counter() - began)
        if not peer.is_right(message, answer):
            raise WrongAnswer(f"{peer.name}, {message.text!r}: {answer.decode()}")
    return times


def _together(peer: Peer, conversations: int) -> tuple[float, int]:
    workers = range(conversations + 1, conversations + 1 + SHORT_CONVERSATIONS)

    def talk(worker: int) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", peer.port, timeout=60)
        return len(_say_all(peer, connection, worker, OPENING + ROUND))

    began = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        turns = sum(pool.map(talk, workers))
    return time.perf_counter() - began, turns


def _check_rows(peer: Peer, rounds: int) -> None:
    expected = {"answers": rounds * len(SURVEY_KEYS), "cases": rounds}
    if peer.rows() != expected:
        raise WrongAnswer(f"{peer.name}: {peer.rows()} rows instead of {expected}")


def _memory(peer: Peer) -> float:
    """Megabytes of all the peer's processes."""
    sizes = []
    for process in peer.processes:
        status = Path(f"/proc/{process.pid}/status")
        lines = status.read_text("ascii").splitlines() if status.is_file() else []
        sizes += [int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS")]
    return sum(sizes)
