"""Workers who write through signed webhooks while the service dies and comes back, and the provider that sends.

Each worker follows a script; what she writes is sent again, with the same id, until it is acknowledged.
"""

import itertools
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import requests
from twilio.request_validator import RequestValidator

from tests.line import ENVIRONMENT, WEBHOOK

GIVES_UP = 0.25
"""Share of the workers' providers that do not repeat a message whose connection broke."""

GRIEVANCE = "our wages are two months late and nobody tells us why"
SCRIPTS: dict[str, tuple[str, ...]] = {
    "survey": ("JOIN 4821", "1", "1", "2", "60", "1", "4", "PRIVACY", "1", "2", "3", "skip", "thanks"),
    "grievance": (GRIEVANCE, "4821", "1", "1", "skip", "STATUS", "skip", "thank you"),
    "both": ("JOIN 4821", "1", "1", GRIEVANCE, "1", "1", "skip", "2", "60", "BACK", "55", "1", "HELP"),
    "commands": ("hello", "HELP", "STOP", "hello", "START", "PRIVACY", "SURVEY"),
}


@dataclass
class Worker:
    """One worker: what she wrote so far, and what was answered in the responses."""

    script: str
    number: str
    sids: list[str]
    acknowledged: int = 0
    has_given_up: bool = False
    heard: list[str] = field(default_factory=list)
    """References of the replies that came in responses."""

    @property
    def texts(self) -> tuple[str, ...]:
        """What she has to say."""
        return SCRIPTS[self.script]

    @property
    def is_done(self) -> bool:
        """Nothing more comes from her."""
        return self.has_given_up or self.acknowledged == len(self.texts)


class Line:
    """The provider's side: posts signed webhooks to wherever the service is, takes what the service sends."""

    def __init__(self, seed: int) -> None:
        self.port = 0
        self.is_over, self.broken = threading.Event(), 0
        self.sent: Counter[str] = Counter()
        self.workers: list[Worker] = []
        self._ids = itertools.count(1)
        self._random = random.Random(seed)  # noqa: S311 - chooses, guards nothing
        self._lock = threading.Lock()

    def new_worker(self, script: str | None = None) -> Worker:
        """Somebody who never wrote before."""
        with self._lock:
            number = next(self._ids)
            chosen = script or self._random.choice(sorted(SCRIPTS))
            sids = [f"SM{number:016x}{position:016x}" for position in range(len(SCRIPTS[chosen]))]
            worker = Worker(chosen, f"+88017{number:08d}", sids)
            self.workers.append(worker)
            return worker

    def keep_writing(self) -> None:
        """One worker after the other, until it is over; the last one says all she has to say."""
        while not self.is_over.is_set():
            self.tell(self.new_worker())

    def tell(self, worker: Worker) -> None:
        """Send all of a worker's messages, one after the other as a person does."""
        while not worker.is_done:
            self.send_next(worker)

    def send_next(self, worker: Worker) -> None:
        """Post her next message until it is acknowledged, or once more never."""
        sid, text = worker.sids[worker.acknowledged], worker.texts[worker.acknowledged]
        while (answer := self._post(worker.number, sid, text)) is None:
            with self._lock:
                worker.has_given_up = not self.is_over.is_set() and self._random.random() < GIVES_UP
            if worker.has_given_up:
                return
            time.sleep(0.05)
        worker.heard += answer
        worker.acknowledged += 1

    def _post(self, number: str, sid: str, text: str) -> tuple[str, ...] | None:
        form = {"AccountSid": ENVIRONMENT["TWILIO_ACCOUNT_SID"], "Body": text, "From": number, "MessageSid": sid}
        form |= {"NumMedia": "0", "To": ENVIRONMENT["TWILIO_FROM"]}
        validator = RequestValidator(ENVIRONMENT["TWILIO_AUTH_TOKEN"])
        signature = validator.compute_signature(ENVIRONMENT["PUBLIC_URL"] + WEBHOOK, form)
        address, headers = f"http://127.0.0.1:{self.port}{WEBHOOK}", {"X-Twilio-Signature": signature}
        try:
            response = requests.post(address, data=form, headers=headers, timeout=30)
        except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
            self.broken += 1
            return None
        assert response.status_code == 200, response.status_code
        return tuple(_references(response.text))

    @contextmanager
    def provider(self) -> Iterator[str]:
        """Run the provider's interface; yield its address."""
        line = self

        class Interface(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                [callback] = parse_qs(body)["StatusCallback"]
                with line._lock:
                    line.sent.update(parse_qs(urlsplit(callback).query)["reference"])
                    sid = f"SM{next(line._ids):032x}"
                self.send_response(201)
                self.end_headers()
                self.wfile.write(json.dumps({"sid": sid}).encode())

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Interface)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        server.server_close()


def _references(twiml: str) -> Iterator[str]:
    for message in ElementTree.fromstring(twiml).iter("Message"):  # noqa: S314 - our own answer
        [listed] = parse_qs(urlsplit(message.get("statusCallback") or "").query)["reference"]
        yield from listed.split(".")
