"""The words of the field that a column may hold (see `docs/taxonomy.md`).

Their labels for people are in the templates and language folders.
"""

from enum import StrEnum


class InboxState(StrEnum):
    """Where a received message stands."""

    RECEIVED = "received"
    DONE = "done"
    FAILED = "failed"  # given up after the last attempt; advisors see it


class OutboxState(StrEnum):
    """Where a reply stands; it never moves back."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    UNKNOWN = "unknown"  # the provider may have it: never sent again blindly


class OutboxKind(StrEnum):
    """Why a reply leaves."""

    REPLY = "reply"  # an answer in the turn
    ADVISOR = "advisor"  # a person wrote it
    NOTICE = "notice"  # the system began
    OPT_OUT = "opt_out"  # the one confirmation that may follow a STOP


class ProviderOptOut(StrEnum):
    """What the provider's own keyword handling already did."""

    STOP = "stop"
    START = "start"
    HELP = "help"


class Category(StrEnum):
    """What a grievance is about."""

    PAY = "pay"
    HOURS = "hours"
    SAFETY = "safety"
    HARASSMENT = "harassment"
    DISCRIMINATION = "discrimination"
    CHILD_LABOUR = "child_labour"
    FORCED_LABOUR = "forced_labour"
    ASSOCIATION = "association"
    CONTRACT = "contract"
    FACILITIES = "facilities"
    OTHER = "other"
    UNSORTED = "unsorted"  # may be a grievance; a person has to say


class Severity(StrEnum):
    """How soon a person must look."""

    CRITICAL = "critical"
    HIGH = "high"
    NORMAL = "normal"


class CaseStatus(StrEnum):
    """Where a case stands. Everything but `CLOSED` is open."""

    NEW = "new"
    IN_PROGRESS = "in_progress"
    WAITING = "waiting"  # for the worker
    RESOLVED = "resolved"  # the advisor says so; the worker has not confirmed
    CLOSED = "closed"


class Author(StrEnum):
    """Who wrote a message of a case."""

    WORKER = "worker"
    ADVISOR = "advisor"


class EventKind(StrEnum):
    """What happened to a case."""

    OPENED = "opened"
    ADDED = "added"  # the worker wrote more
    SORTED = "sorted"  # category or severity set or changed
    DETAILED = "detailed"  # the worker said when, where, whether safe
    ASSIGNED = "assigned"
    STATUS = "status"
    NOTE = "note"
    REPLIED = "replied"


class ResponseState(StrEnum):
    """Where one worker's response to a survey stands."""

    OPEN = "open"
    FINISHED = "finished"
    STOPPED = "stopped"
    EXPIRED = "expired"
