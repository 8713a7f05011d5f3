"""The decision: doubt raises severity, a possible problem is never dropped."""

from nlu.lexicon import Danger
from nlu.meaning import Shares
from nlu.triage import UNSORTED, decide

_FIRE = Danger("fire", "safety", "critical", is_negated=False)


def _shares(intents: dict[str, float], categories: dict[str, float] | None = None, **severities: float) -> Shares:
    filled = {"none": 0.0, "normal": 0.0, "high": 0.0, "critical": 0.0, **severities}
    return Shares({"grievance": 0.0, **intents}, categories or {"pay": 0.5, "safety": 0.5}, filled)


def test_a_danger_makes_a_grievance_of_what_looked_like_small_talk() -> None:
    decision = decide(_shares({"out_of_scope": 0.9, "grievance": 0.05}, none=0.9), [_FIRE])
    assert (decision.intent, decision.category, decision.severity) == ("grievance", "safety", "critical")


def test_a_negated_danger_counts_for_nothing() -> None:
    negated = Danger("fire", "safety", "critical", is_negated=True)
    assert decide(_shares({"out_of_scope": 0.9, "grievance": 0.05}, none=0.9), [negated]).intent == "out_of_scope"


def test_a_question_about_the_law_stays_one_though_it_names_a_danger() -> None:
    assert decide(_shares({"rights": 0.9, "grievance": 0.05}, none=0.9), [_FIRE]).intent == "rights"


def test_what_may_be_a_problem_is_one() -> None:
    assert decide(_shares({"help": 0.4, "grievance": 0.35}, normal=1.0), []).intent == "grievance"


def test_a_problem_that_fits_nowhere_is_unsorted() -> None:
    categories = dict.fromkeys("abcdefghij", 0.1)
    assert decide(_shares({"grievance": 0.9}, categories, normal=1.0), []).category == UNSORTED


def test_doubt_raises_severity() -> None:
    assert decide(_shares({"grievance": 0.9}, normal=0.7, critical=0.3), []).severity == "high"
    assert decide(_shares({"grievance": 0.9}, normal=0.5, critical=0.5), []).severity == "critical"


def test_child_labour_is_always_critical() -> None:
    assert decide(_shares({"grievance": 0.9}, {"child_labour": 0.9, "pay": 0.1}, normal=1.0), []).severity == "critical"


def test_an_unsure_stop_opts_nobody_out() -> None:
    assert decide(_shares({"stop": 0.55, "deny": 0.4}, none=1.0), []).intent == "deny"


def test_nothing_clear_is_out_of_scope() -> None:
    assert decide(_shares({"help": 0.2, "greet": 0.19}, none=1.0), []).intent == "out_of_scope"
