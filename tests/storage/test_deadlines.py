"""When a person must have looked: an hour, a working day, three working days."""

from datetime import UTC, datetime, timedelta

import pytest

from storage.deadlines import look_due_at
from storage.models.enums import Severity

WEDNESDAY = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
THURSDAY = WEDNESDAY + timedelta(days=1)


@pytest.mark.parametrize("country", ["bd", "vn", "ht", None, "zz"])
def test_critical_is_due_in_an_hour_on_any_day(country: str | None) -> None:
    for days in range(7):
        opened_at = WEDNESDAY + timedelta(days=days)
        assert look_due_at(Severity.CRITICAL, opened_at, country) == opened_at + timedelta(hours=1)


@pytest.mark.parametrize(
    ("country", "severity", "days"),
    [
        ("vn", Severity.HIGH, 1),  # Friday
        ("vn", Severity.NORMAL, 5),  # Friday, Monday, Tuesday
        ("bd", Severity.HIGH, 3),  # Sunday: Friday and Saturday are off
        ("bd", Severity.NORMAL, 5),  # Sunday, Monday, Tuesday
        ("np", Severity.HIGH, 1),  # Friday
        ("np", Severity.NORMAL, 4),  # Friday, Sunday, Monday
        (None, Severity.NORMAL, 5),
    ],
)
def test_days_off_of_the_country_do_not_count(country: str | None, severity: Severity, days: int) -> None:
    assert look_due_at(severity, THURSDAY, country) == THURSDAY + timedelta(days=days)


def test_the_day_is_the_countrys_own() -> None:
    # Thursday 20:00 UTC is already Friday, a day off, in Dhaka.
    evening = THURSDAY.replace(hour=20)
    assert look_due_at(Severity.HIGH, evening, "bd") == evening + timedelta(days=2)


def test_the_moment_stays_in_utc() -> None:
    assert look_due_at(Severity.HIGH, WEDNESDAY, "ht").tzinfo is UTC
