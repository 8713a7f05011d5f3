"""Grievance cases: a worker opens one, advisors work on it, both talk through it.

`opening.py` is called in a worker's turn, `casework.py` by the advisors' pages,
`reading.py` by both, `receipts.py` by the web chat. Which cases a person may see
at all is decided in `storage/queue.py`.
"""

from storage.cases.casework import (
    NoRoute,
    UnknownPerson,
    add_note,
    assign,
    change_status,
    conversation_of,
    erase_case,
    mark_looked,
    reply,
)
from storage.cases.opening import (
    NewCase,
    add_worker_message,
    finish_draft,
    open_case,
    set_detail,
    set_factory,
    sort_case,
)
from storage.cases.reading import (
    Happened,
    Said,
    advised_in,
    awaits_worker,
    draft_of,
    events,
    latest_of,
    messages,
    open_of,
)
from storage.cases.receipts import find_by_receipt, issue_receipt
from storage.deadlines import look_due_at

__all__ = [
    "Happened",
    "NewCase",
    "NoRoute",
    "Said",
    "UnknownPerson",
    "add_note",
    "add_worker_message",
    "advised_in",
    "assign",
    "awaits_worker",
    "change_status",
    "conversation_of",
    "draft_of",
    "erase_case",
    "events",
    "find_by_receipt",
    "finish_draft",
    "issue_receipt",
    "latest_of",
    "look_due_at",
    "mark_looked",
    "messages",
    "open_case",
    "open_of",
    "reply",
    "set_detail",
    "set_factory",
    "sort_case",
]
