"""Holds the conversations and keeps every turn's time; a wrong answer ends the benchmark.

`report.py` makes figures of what comes out.
"""

import http.client
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from benchmarks.dialogue import OPENING, ROUND, ROUNDS, SURVEY_KEYS, Message
from benchmarks.peers import Peer, post

CLIENTS = 4
WARM_UP = range(9001, 9004)
"""The workers of the conversations before the measured ones."""
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


def measure(peers: Sequence[Peer], conversations: int, say: Callable[[str], None]) -> list[Measured]:
    """Hold `conversations` of ten rounds with each peer, then shorter ones at once.

    Worker by worker the peers take turns, so that what else the machine does slows all of them alike.
    """
    clients = [Client(peer, conversations) for peer in peers]
    for client in clients:
        client.open()
    for number in range(1, ROUNDS + 1):
        say(f"round {number} of {ROUNDS} ...")
        for worker in range(1, conversations + 1):
            for client in clients:
                client.hold_round(worker)
        for client in clients:
            client.end_round()
    say(f"{CLIENTS} clients at once ...")
    return [client.finish() for client in clients]


class Client:
    """Talks to one peer, over one connection, for several workers."""

    def __init__(self, peer: Peer, conversations: int) -> None:
        """Begin with nothing said."""
        self.peer, self.workers = peer, range(1, conversations + 1)
        self.connection = http.client.HTTPConnection("127.0.0.1", peer.port, timeout=60)
        self.rounds: list[list[float]] = [[]]
        self.memory_before = 0.0

    def open(self) -> None:
        """Say what comes before the first round."""
        # The first conversations of a process load what is loaded late; they are not counted.
        for worker in WARM_UP:
            _say_all(self.peer, self.connection, worker, OPENING + ROUND)
        for worker in self.workers:
            _say_all(self.peer, self.connection, worker, OPENING)
        self.memory_before = _memory(self.peer)

    def hold_round(self, worker: int) -> None:
        """Hold one worker's part of a round."""
        self.rounds[-1] += _say_all(self.peer, self.connection, worker, ROUND)

    def end_round(self) -> None:
        """Go on to the next one."""
        self.rounds.append([])
        self.peer.next_round()

    def finish(self) -> Measured:
        """Let several clients talk at once, count the rows, and return the figures."""
        before = len(WARM_UP) + len(self.workers) * ROUNDS
        _check_rows(self.peer, before)
        seconds, turns = _together(self.peer, len(self.workers))
        _check_rows(self.peer, before + SHORT_CONVERSATIONS)
        rows, memory = self.peer.rows(), _memory(self.peer)
        return Measured(self.peer.name, self.rounds[:ROUNDS], seconds, turns, self.memory_before, memory, rows)


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
