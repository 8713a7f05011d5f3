"""The words of the field as the pages show them.

Templates reach these through `presentation.py`; each enum must be complete, and a test holds that.
"""

from collections.abc import Mapping
from typing import Any

from storage.models.enums import CaseStatus, Category, EventKind, OutboxKind, OutboxState, Severity
from storage.scope import EVERYWHERE

CATEGORIES: dict[Category, str] = {
    Category.PAY: "Pay",
    Category.HOURS: "Working hours",
    Category.SAFETY: "Safety and health",
    Category.HARASSMENT: "Harassment and violence",
    Category.DISCRIMINATION: "Discrimination",
    Category.CHILD_LABOUR: "Child labour",
    Category.FORCED_LABOUR: "Forced labour",
    Category.ASSOCIATION: "Freedom of association",
    Category.CONTRACT: "Contract and dismissal",
    Category.FACILITIES: "Facilities",
    Category.OTHER: "Other",
    Category.UNSORTED: "Not sorted yet",
}
SEVERITIES: dict[Severity, str] = {
    Severity.CRITICAL: "Critical",
    Severity.HIGH: "High",
    Severity.NORMAL: "Normal",
}
STATUSES: dict[CaseStatus, str] = {
    CaseStatus.NEW: "New",
    CaseStatus.IN_PROGRESS: "In progress",
    CaseStatus.WAITING: "Waiting for the worker",
    CaseStatus.RESOLVED: "Resolved",
    CaseStatus.CLOSED: "Closed",
}
EVENTS: dict[EventKind, str] = {
    EventKind.OPENED: "The worker reported it",
    EventKind.ADDED: "The worker wrote more",
    EventKind.SORTED: "Sorted",
    EventKind.DETAILED: "The worker gave a detail",
    EventKind.ASSIGNED: "Assigned",
    EventKind.STATUS: "Status changed",
    EventKind.NOTE: "Internal note",
    EventKind.REPLIED: "Reply to the worker",
}
DELIVERIES: dict[OutboxState, str] = {
    OutboxState.PENDING: "on its way",
    OutboxState.SENDING: "being sent",
    OutboxState.SENT: "sent",
    OutboxState.DELIVERED: "delivered",
    OutboxState.FAILED: "not delivered",
    OutboxState.UNKNOWN: "outcome unknown",
}
KINDS: dict[OutboxKind, str] = {
    OutboxKind.REPLY: "answer of the assistant",
    OutboxKind.ADVISOR: "an advisor's reply",
    OutboxKind.NOTICE: "notice",
    OutboxKind.OPT_OUT: "confirmation of STOP",
}
FAILURES: dict[str, str] = {
    "opted_out": "she asked for no more messages",
    "no_contact": "her number is not kept any more",
    "does_not_open": "the keys file lacks the key that closed it",
    "interrupted": "the service stopped in the middle of sending",
}
ROLES: dict[str, str] = {
    "admin": "Administrator",
    "advisor": "Advisor",
    "surveyor": "Surveyor",
}
ACTIONS: dict[str, str] = {
    "signed_in": "signed in",
    "changed_password": "changed her password",
    "read_case": "read a case",
    "read_media": "opened a picture or recording",
    "read_failed": "read a message that failed",
    "assigned": "assigned a case",
    "changed_status": "changed a case's status",
    "sorted": "sorted a case",
    "noted": "wrote a note",
    "replied": "replied to a worker",
    "retried": "had a message tried again",
    "added_person": "added a person",
    "disabled_person": "disabled a person",
    "enabled_person": "enabled a person",
    "reset_password": "set a new first password",
}
CHANNELS: dict[str, str] = {
    "sms": "SMS",
    "whatsapp": "WhatsApp",
    "web": "web chat",
    "simulator": "simulated phone",
    "converse": "terminal",
}
COUNTRIES: dict[str, str] = {
    "bd": "Bangladesh",
    "kh": "Cambodia",
    "eg": "Egypt",
    "et": "Ethiopia",
    "ht": "Haiti",
    "id": "Indonesia",
    "in": "India",
    "jo": "Jordan",
    "lk": "Sri Lanka",
    "ls": "Lesotho",
    "mg": "Madagascar",
    "mm": "Myanmar",
    "ni": "Nicaragua",
    "np": "Nepal",
    "pk": "Pakistan",
    "uz": "Uzbekistan",
    "vn": "Viet Nam",
}


def label_of(labels: Mapping[Any, str], value: str) -> str:
    """Return the label of `value`, or the value itself made readable when we have none."""
    return labels.get(value) or str(value).replace("_", " ")


def country_name(code: str | None) -> str:
    """Return a country's English name."""
    if code is None:
        return "Country not known"
    return "All countries" if code == EVERYWHERE else COUNTRIES.get(code, code.upper())


def channel_name(channel: str) -> str:
    """Return how a worker writes to us, for advisors."""
    return CHANNELS.get(channel, "SMS" if channel.startswith("gateway:") else channel)
