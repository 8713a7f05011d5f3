"""Three addresses for whoever runs the service: it lives, it is ready, its figures.

Public and without personal data. `app.py` hands in what there is to ask.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import cast

from flask import Blueprint, Flask, Response, current_app
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from storage import schema
from storage.database import Database
from storage.models.enums import InboxState, OutboxState
from storage.workload import inbox_by_state, outbox_by_state

EXTENSION = "openline.operations"
TURN_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

operations = Blueprint("operations", __name__)


@dataclass
class Operations:
    """What the three addresses ask."""

    database: Database
    has_model: Callable[[], bool]
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)

    def __post_init__(self) -> None:
        """Begin to count."""
        self._turn_seconds = Histogram(
            "openline_turn_seconds", "Time of one turn", buckets=TURN_SECONDS, registry=self.registry
        )
        self.registry.register(Workload(self.database))

    def observe_turn(self, seconds: float) -> None:
        """Count the time of one turn."""
        self._turn_seconds.observe(seconds)

    def missing(self) -> list[str]:
        """Return one line for each thing without which no message can be handled."""
        try:
            self.database.ping()
            at_head = schema.current(self.database) == schema.head()
        except SQLAlchemyError:
            return ["the database does not answer"]
        lines = [] if at_head else ["the tables are not at this version: run `app.py migrate`"]
        return lines if self.has_model() else [*lines, "the assistant's model is missing: run `app.py train`"]


class Workload(Collector):
    """Counts the two queues when somebody asks."""

    def __init__(self, database: Database) -> None:
        """Count in `database`."""
        self._database = database

    def describe(self) -> list[Metric]:
        """Say nothing beforehand: the database may not have its tables yet."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Yield one gauge for each queue; none while the database does not answer."""
        try:
            with self._database.reading() as session:
                inbox, outbox = inbox_by_state(session), outbox_by_state(session)
        except SQLAlchemyError:
            return
        yield _gauge("openline_inbox_messages", "Messages received, by state", inbox)
        yield _gauge("openline_outbox_messages", "Replies, by state", outbox)


def add_operations(app: Flask, parts: Operations) -> None:
    """Serve the three addresses in `app`."""
    app.extensions[EXTENSION] = parts
    app.register_blueprint(operations)


@operations.get("/healthz")
def health() -> ResponseReturnValue:
    """Say that the process lives."""
    return _plain("alive\n")


@operations.get("/readyz")
def readiness() -> ResponseReturnValue:
    """Say whether messages can be handled, or what is missing."""
    missing = _parts().missing()
    return _plain("".join(f"{line}\n" for line in missing) or "ready\n", 503 if missing else 200)


@operations.get("/metrics")
def metrics() -> ResponseReturnValue:
    """Give the figures in Prometheus' form."""
    return Response(generate_latest(_parts().registry), content_type=CONTENT_TYPE_LATEST)


def _parts() -> Operations:
    return cast(Operations, current_app.extensions[EXTENSION])


def _plain(text: str, status: int = 200) -> Response:
    return Response(text, status, content_type="text/plain; charset=utf-8")


def _gauge(name: str, what: str, counts: Mapping[InboxState, int] | Mapping[OutboxState, int]) -> GaugeMetricFamily:
    gauge = GaugeMetricFamily(name, what, labels=["state"])
    for state, count in counts.items():
        gauge.add_metric([str(state)], count)
    return gauge
