"""What a list is narrowed to, read from an address: complete and sensible, or 400.

The frozen results belong to `storage`; the templates keep them in their links.
"""

from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest

from admin.labels import ACTIONS, COUNTRIES
from storage.audit_trail import AuditFilters
from storage.models.enums import CaseStatus, Category, Severity
from storage.queue import NOBODY, CaseFilters, CaseSort, QueueFilters, QueueSort

Args = MultiDict[str, str]
Choice = TypeVar("Choice", bound=StrEnum)

LONGEST_SEARCH = 100
LARGEST_NUMBER = 2**31 - 1


def queue_filters(args: Args) -> QueueFilters:
    """Read the filters of the queue per factory."""
    return QueueFilters(
        country=country(args),
        category=one_of(Category, args, "category"),
        status=one_of(CaseStatus, args, "status"),
        search=search(args),
        sort=one_of(QueueSort, args, "sort") or QueueSort.URGENCY,
    )


def case_filters(args: Args, factory_id: str) -> CaseFilters:
    """Read the filters of the list of a factory's cases."""
    return CaseFilters(
        factory_id=factory_id,
        country=country(args),
        category=one_of(Category, args, "category"),
        severity=one_of(Severity, args, "severity"),
        status=one_of(CaseStatus, args, "status"),
        assignee=NOBODY if args.get("assignee") == "nobody" else number(args, "assignee"),
        sort=one_of(CaseSort, args, "sort") or CaseSort.URGENCY,
    )


def audit_filters(args: Args) -> AuditFilters:
    """Read the filters of the audit."""
    action = args.get("action") or None
    if action is not None and action not in ACTIONS:
        raise BadRequest
    return AuditFilters(person_id=number(args, "person"), action=action, before=_moment(args, "before"))


def one_of(kind: type[Choice], args: Args, name: str) -> Choice | None:
    """Return the member of `kind` that is named, or none."""
    value = args.get(name)
    try:
        return kind(value) if value else None
    except ValueError:
        raise BadRequest from None


def number(args: Args, name: str) -> int | None:
    """Return a positive whole number, or none."""
    value = args.get(name)
    if not value:
        return None
    if not (value.isascii() and value.isdecimal() and 0 < int(value[:12]) <= LARGEST_NUMBER):
        raise BadRequest
    return int(value)


def country(args: Args) -> str | None:
    """Return a country's code, or none."""
    code = args.get("country")
    if code and code not in COUNTRIES:
        raise BadRequest
    return code or None


def search(args: Args) -> str:
    """Return what is searched for."""
    text = args.get("search", "").strip()
    if len(text) > LONGEST_SEARCH or "\x00" in text:
        raise BadRequest
    return text


def _moment(args: Args, name: str) -> datetime | None:
    value = args.get(name)
    try:
        moment = datetime.fromisoformat(value) if value else None
    except ValueError:
        raise BadRequest from None
    if moment is not None and moment.tzinfo is None:
        raise BadRequest
    return moment
