"""From a turn to a case: opened at once with her own words, asked about afterwards.

A message that may be a grievance becomes part of a case before anything else is said.
"""

from datetime import timedelta

from bot.current_turn import Turn
from storage import cases
from storage.cases import NewCase
from storage.cases.opening import URGENCY
from storage.models import Case, Factory
from storage.models.enums import Category, OutboxKind, Severity

SAME_STORY = timedelta(hours=48)
"""Within this time more words on the same subject belong to the case she opened."""

SAME_WORRY = timedelta(days=14)
"""Within this time words that are hardly a problem by themselves ('nobody called me') belong to a case that is open."""

LIKELY_PROBLEM = 0.45
"""Confidence from which a text is a problem by itself; in a first message less is enough."""

SURE_CATEGORY = 0.5
"""Confidence from which the category is not asked."""

ZERO_TOLERANCE = frozenset({Category.CHILD_LABOUR, Category.FORCED_LABOUR})


def draft(turn: Turn) -> Case | None:
    """Return the case that still has questions."""
    case = turn.recall("draft", lambda: cases.draft_of(turn.session, turn.vault, turn.worker.pseudonym))
    return case if case is not None and case.is_draft else None


def advised_case(turn: Turn) -> Case | None:
    """Return the case that an advisor wrote about, if her words are the last thing we said in this conversation."""
    if turn.last_said is not OutboxKind.ADVISOR:
        return None
    return turn.recall(
        "advised",
        lambda: cases.advised_in(turn.session, turn.vault, turn.worker.pseudonym, turn.conversation.id),
    )


def report(turn: Turn, *, category: Category | None = None) -> tuple[Case, bool]:
    """Put the turn's text into a case; return it and whether it is a new one.

    `category` is given where the text is a question or a wish, not a grievance.
    """
    turn.changed()
    understood = category or Category(turn.understanding.category or Category.UNSORTED)
    case = _case_to_add_to(turn, understood)
    if case is None:
        case = cases.open_case(turn.session, turn.vault, _new_case(turn, understood), turn.now)
        turn.changed("draft")
        if category is not None or _is_sure(turn, understood):
            cases.set_detail(turn.session, case, "category", "understood", turn.now)
        turn.case_id = case.id
        return case, True
    keep_words(turn, case)
    _sort_up(turn, case, understood)
    return case, False


def keep_words(turn: Turn, case: Case) -> None:
    """Put the turn's text into a case as it is, without reading anything into it."""
    cases.add_worker_message(turn.session, turn.vault, case, turn.understanding.redacted, turn.language, turn.now)
    turn.case_id = case.id


def sort_case_as(turn: Turn, case: Case, category: Category) -> None:
    """Set the category the worker chose; what is zero tolerance is critical whatever the words were."""
    severity = Severity.CRITICAL if category in ZERO_TOLERANCE else case.severity
    cases.sort_case(turn.session, case, category, severity, None, turn.now)


def place_case(turn: Turn, case: Case, factory: Factory) -> None:
    """Move the case to the queue of `factory`."""
    cases.set_factory(turn.session, case, factory.id, turn.now)


def _case_to_add_to(turn: Turn, category: Category) -> Case | None:
    advised = advised_case(turn)
    if advised is not None:
        return advised
    open_cases = cases.open_of(turn.session, turn.vault, turn.worker.pseudonym)
    for case in open_cases:
        if case.is_draft or cases.awaits_worker(turn.session, case) or _goes_on(turn, case, category):
            return case
    return None


def _goes_on(turn: Turn, case: Case, category: Category) -> bool:
    age, understanding = turn.now - case.opened_at, turn.understanding
    is_same = category in {case.category, case.second_category, Category.UNSORTED}
    is_vague = understanding.confidence < LIKELY_PROBLEM and not understanding.names_danger
    return (is_same and age <= SAME_STORY) or (is_vague and age <= SAME_WORRY)


def _new_case(turn: Turn, category: Category) -> NewCase:
    understanding = turn.understanding
    second = understanding.second_category
    return NewCase(
        conversation_id=turn.conversation.id,
        worker_pseudonym=turn.worker.pseudonym,
        factory_id=turn.worker.factory_id,
        country=turn.worker.country,
        category=category,
        second_category=Category(second) if second else None,
        severity=Severity(understanding.severity or Severity.NORMAL),
        language=turn.language,
        confidence=understanding.category_confidence,
        text=understanding.redacted,
        is_draft=True,
    )


def _sort_up(turn: Turn, case: Case, category: Category) -> None:
    """More words may make a case graver or sort it, never milder."""
    said = Severity(turn.understanding.severity or Severity.NORMAL)
    severity = max(case.severity, said, key=URGENCY.__getitem__)
    is_graver = URGENCY[said] > URGENCY[case.severity]
    is_clearer = case.is_draft and "category" not in case.details and _is_sure(turn, category)
    takes_over = is_clearer or is_graver or case.category is Category.UNSORTED
    if category is Category.UNSORTED or not takes_over:
        first, second = case.category, category
    else:
        first, second = category, case.category
    cases.sort_case(turn.session, case, first, severity, None, turn.now)
    if is_clearer:
        cases.set_detail(turn.session, case, "category", "understood", turn.now)
    if second not in {first, Category.UNSORTED} and case.second_category is None:
        case.second_category = second


def _is_sure(turn: Turn, category: Category) -> bool:
    return category is not Category.UNSORTED and turn.understanding.category_confidence >= SURE_CATEGORY
