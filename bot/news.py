"""What became of her report, told without repeating it.

The same few sentences for every topic: what stands on a phone can be read by others.
"""

from bot.current_turn import Turn
from bot.wording import Saying
from storage.cases import awaits_worker, latest_of
from storage.models import Case
from storage.models.enums import CaseStatus, Severity


def tell_news(turn: Turn) -> list[Saying]:
    """Return the state of her latest case, or that there is none."""
    case = latest_of(turn.session, turn.vault, turn.worker.pseudonym)
    if case is None:
        return [Saying("news_none")]
    return [_news_of(turn, case)]


def _news_of(turn: Turn, case: Case) -> Saying:
    if case.status is CaseStatus.CLOSED:
        return Saying("news_closed")
    if case.status is CaseStatus.RESOLVED:
        return Saying("news_resolved")
    if case.status is CaseStatus.WAITING or awaits_worker(turn.session, case):
        return Saying("news_answered")
    if case.looked_at is not None:
        return Saying("news_seen")
    return waiting(turn, case, "news_wait_hour", "news_wait")


def waiting(turn: Turn, case: Case, hour_key: str, day_key: str) -> Saying:
    """Return when a person reads it: the hour for what cannot wait, else the day."""
    if case.severity is Severity.CRITICAL:
        return Saying(hour_key)
    return Saying(day_key, {"day": turn.wording.day(turn.language, max(case.look_due_at, turn.now))})
