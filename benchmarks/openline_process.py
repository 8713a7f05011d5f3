"""Openline in a process of its own, as `app.py serve` runs it; run as `python -m benchmarks.openline_process`.

A line on standard input moves its clock on: a worker answers a survey once a quarter.
"""

import os
import sys
import threading
from datetime import UTC, datetime, timedelta

import app
from benchmarks.dialogue import SURVEY_KEYS
from storage import schema, surveys
from storage.clock import SystemClock
from storage.database import Database
from storage.models import Factory


class MovableClock:
    """The machine's clock, moved on by whole quarters."""

    def __init__(self) -> None:
        """Begin in the first days of a quarter, so that a run does not cross into the next one by itself."""
        self.shift = datetime(2026, 10, 5, 9, 0, tzinfo=UTC) - SystemClock().now()

    def now(self) -> datetime:
        """Return the moment of the run."""
        return SystemClock().now() + self.shift

    def move(self) -> None:
        """Go to the next quarter."""
        self.shift += timedelta(days=91.25)


def prepare(database: Database, now: datetime) -> None:
    """Make the tables with one factory and the four questions of the dialogue."""
    schema.upgrade(database)
    definition = app.core_survey()
    definition["questions"] = [one for one in definition["questions"] if one["key"] in SURVEY_KEYS]
    with database.transaction() as session:
        surveys.publish(session, definition, now)
        factory = Factory(code="4821", name="Sunrise Garments", country="bd", languages=["en"], created_at=now)
        factory.is_active = True
        session.add(factory)


def main() -> None:
    """Prepare an empty database and serve."""
    tools = app.Tools(os.environ)
    clock = MovableClock()
    tools.clock = clock
    prepare(Database(tools.settings.database_url), clock.now())
    threading.Thread(target=_follow, args=(clock,), daemon=True).start()
    app.main(["serve"], obj=tools)


def _follow(clock: MovableClock) -> None:
    for _ in sys.stdin:
        clock.move()
        print("moved", flush=True)


if __name__ == "__main__":
    main()
