"""The tables, a small family per file. `enums.py` has the words a column may hold."""

from storage.models.base import Base, new_id
from storage.models.cases import Case, CaseEvent, CaseMedia, CaseMessage
from storage.models.factories import Factory, FactoryAlias
from storage.models.messages import InboxMedia, InboxMessage, OutboxMessage
from storage.models.people import AuditEntry, Person, Role
from storage.models.surveys import Answer, SurveyResponse, SurveyVersion
from storage.models.workers import Contact, Conversation, OptOut, TrackerState, Worker

__all__ = [
    "Answer",
    "AuditEntry",
    "Base",
    "Case",
    "CaseEvent",
    "CaseMedia",
    "CaseMessage",
    "Contact",
    "Conversation",
    "Factory",
    "FactoryAlias",
    "InboxMedia",
    "InboxMessage",
    "OptOut",
    "OutboxMessage",
    "Person",
    "Role",
    "SurveyResponse",
    "SurveyVersion",
    "TrackerState",
    "Worker",
    "new_id",
]
