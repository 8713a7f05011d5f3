"""How a reply would reach the worker of a case, without her number.

The advisors' page shows it before an answer is written.
"""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from storage.cases.casework import conversation_of
from storage.models import Case, Conversation, Worker
from storage.vault import Vault
from storage.workers import PULLED_CHANNELS, is_opted_out


@dataclass(frozen=True)
class Way:
    """The channel she writes on, and whether anything may be sent there."""

    channel: str
    wants_no_messages: bool

    @property
    def waits_for_her(self) -> bool:
        """Whether a reply stays here until she comes back to her own page."""
        return self.channel in PULLED_CHANNELS


def way_to_worker(session: Session, vault: Vault, case: Case) -> Way | None:
    """Return the way back to the worker; none when the case was erased or her conversation is gone."""
    conversation_id = conversation_of(vault, case)
    conversation = session.get(Conversation, conversation_id) if conversation_id else None
    if conversation is None:
        return None
    worker = session.get_one(Worker, conversation.worker_id)
    return Way(conversation.channel, is_opted_out(session, vault, worker))
