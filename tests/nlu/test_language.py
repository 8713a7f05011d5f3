"""Deciding the language of a conversation from evidence."""

from nlu.language import LanguageDecision, LanguageEvidence, decide


def _evidence(letters: int = 30, *, is_single_word: bool = False, **shares: float) -> LanguageEvidence:
    return LanguageEvidence(shares, "Latn", letters, is_single_word)


def test_the_workers_choice_beats_everything() -> None:
    assert decide(_evidence(vi=1.0), chosen="bn", current="en") == LanguageDecision("bn", 1.0)


def test_the_first_message_decides_by_itself() -> None:
    assert decide(_evidence(vi=0.9, en=0.1)).language == "vi"


def test_a_factorys_language_tips_a_close_call() -> None:
    evidence = _evidence(en=0.52, bn=0.48)
    assert decide(evidence).language == "en"
    assert decide(evidence, usual=["bn"]).language == "bn"


def test_a_clear_switch_is_followed() -> None:
    decision = decide(_evidence(vi=0.99, en=0.01), current="en")
    assert (decision.language, decision.is_doubtful) == ("vi", False)
    assert decision.confidence > 0.9


def test_a_short_word_changes_nothing() -> None:
    decision = decide(_evidence(2, is_single_word=True, vi=0.99, en=0.01), current="en")
    assert (decision.language, decision.is_doubtful) == ("en", False)


def test_a_doubtful_switch_is_reported_and_not_followed() -> None:
    decision = decide(_evidence(vi=0.88, en=0.12), current="en")
    assert (decision.language, decision.is_doubtful) == ("en", True)


def test_a_script_of_one_language_switches_at_once() -> None:
    evidence = LanguageEvidence({"bn": 1.0}, "Beng", 3, is_single_word=True)
    assert decide(evidence, current="en").language == "bn"


def test_an_unknown_script_keeps_the_language_and_says_so() -> None:
    evidence = LanguageEvidence({}, "Hang", 12, is_single_word=False)
    assert decide(evidence, current="en") == LanguageDecision("en", 0.0, is_doubtful=True)


def test_a_text_without_letters_keeps_the_language_without_doubt() -> None:
    assert decide(LanguageEvidence({}, None, 0, is_single_word=True), current="vi") == LanguageDecision("vi", 0.0)
