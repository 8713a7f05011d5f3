"""By when a person must have looked at a case.

`cases/` asks it at the opening and when a case grows worse; the worker is told the same day.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from storage.models.enums import Severity

CRITICAL_WITHIN = timedelta(hours=1)
WORKING_DAYS = {Severity.HIGH: 1, Severity.NORMAL: 3}

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = range(7)
SATURDAY_SUNDAY = frozenset({SATURDAY, SUNDAY})
FRIDAY_SATURDAY = frozenset({FRIDAY, SATURDAY})

# The days on which an advisor's office is closed, which is not when a factory is: in
# Bangladesh factories close on Friday, offices on Friday and Saturday.
CALENDARS: dict[str, tuple[str, frozenset[int]]] = {
    "bd": ("Asia/Dhaka", FRIDAY_SATURDAY),
    "eg": ("Africa/Cairo", FRIDAY_SATURDAY),
    "et": ("Africa/Addis_Ababa", SATURDAY_SUNDAY),
    "ht": ("America/Port-au-Prince", SATURDAY_SUNDAY),
    "id": ("Asia/Jakarta", SATURDAY_SUNDAY),
    "in": ("Asia/Kolkata", SATURDAY_SUNDAY),
    "jo": ("Asia/Amman", FRIDAY_SATURDAY),
    "kh": ("Asia/Phnom_Penh", SATURDAY_SUNDAY),
    "lk": ("Asia/Colombo", SATURDAY_SUNDAY),
    "ls": ("Africa/Maseru", SATURDAY_SUNDAY),
    "mg": ("Indian/Antananarivo", SATURDAY_SUNDAY),
    "mm": ("Asia/Yangon", SATURDAY_SUNDAY),
    "ni": ("America/Managua", SATURDAY_SUNDAY),
    "np": ("Asia/Kathmandu", frozenset({SATURDAY})),
    "pk": ("Asia/Karachi", SATURDAY_SUNDAY),
    "uz": ("Asia/Tashkent", SATURDAY_SUNDAY),
    "vn": ("Asia/Ho_Chi_Minh", SATURDAY_SUNDAY),
}
ELSEWHERE = ("UTC", SATURDAY_SUNDAY)


def look_due_at(severity: Severity, opened_at: datetime, country: str | None) -> datetime:
    """Return the moment, in the zone of `opened_at`; days off do not count, public holidays do."""
    if severity is Severity.CRITICAL:
        return opened_at + CRITICAL_WITHIN
    zone, days_off = CALENDARS.get(country or "", ELSEWHERE)
    local = opened_at.astimezone(ZoneInfo(zone))
    for _ in range(WORKING_DAYS[severity]):
        local = _next_working_day(local, days_off)
    return local.astimezone(opened_at.tzinfo)


def _next_working_day(moment: datetime, days_off: frozenset[int]) -> datetime:
    moment += timedelta(days=1)
    while moment.weekday() in days_off:
        moment += timedelta(days=1)
    return moment
