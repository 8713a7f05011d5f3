"""The whole pipeline on single texts: what each component promises, through the trained model."""

import pytest

from bot.assistant import LONGEST, Assistant


@pytest.mark.parametrize(
    "text", ["STOP", "stop.", "  Stop!! ", "st\u200bop", "বন্ধ", "বন্ধ করুন", "DỪNG LẠI", "dung lai", "ＳＴＯＰ"]
)
def test_a_bare_stop_opts_out(assistant: Assistant, text: str) -> None:
    understood = assistant.understand(text)
    assert (understood.intent, understood.is_keyword, understood.confidence) == ("stop", True, 1.0)


@pytest.mark.parametrize(
    "text", ["please make him stop touching me", "the machine does not stop", "they stop our pay", "গাড়ি বন্ধ থাকে"]
)
def test_a_stop_inside_a_sentence_is_no_keyword(assistant: Assistant, text: str) -> None:
    understood = assistant.understand(text)
    assert not understood.is_keyword
    assert understood.intent != "stop"


@pytest.mark.parametrize("text", ["", "   ", "🙂🙂", "12345", "৪৫", "...", "\u200b", "👍"])
def test_nothing_to_read_is_nothing_confident(assistant: Assistant, text: str) -> None:
    understood = assistant.understand(text)
    assert understood.confidence == 0.0
    assert understood.category is None


EVERY_DIGIT = "".join(sign for sign in map(chr, range(0x20000)) if sign.isdigit())


@pytest.mark.parametrize("text", ["፩", "❷ hours", "ወደ ፭ ሰው", "area in m\u00b2", "\u24ff", EVERY_DIGIT])
def test_no_digit_of_any_script_is_too_strange(assistant: Assistant, text: str) -> None:
    assert assistant.understand(text).redacted == text


def test_start_after_stop_is_known_by_its_keyword(assistant: Assistant) -> None:
    assert assistant.understand("START").keyword == "start"


def test_an_exit_that_is_not_locked_is_no_danger(assistant: Assistant) -> None:
    assert not assistant.understand("exits are open, there is no fire here").is_danger


@pytest.mark.parametrize(
    "text",
    [
        "the fire exit is locked",
        "ফায়ার এক্সিটে তালা",
        "fire exit e tala",
        "cửa thoát hiểm bị khóa",
        "cua thoat hiem bi khoa",
    ],
)
def test_a_locked_exit_is_critical_however_it_is_typed(assistant: Assistant, text: str) -> None:
    understood = assistant.understand(text)
    assert (understood.intent, understood.category, understood.severity) == ("grievance", "safety", "critical")
    assert understood.is_danger


def test_two_problems_are_both_kept_and_the_graver_one_leads(assistant: Assistant) -> None:
    understood = assistant.understand("They did not pay our overtime. Also the manager keeps our passports.")
    assert (understood.category, understood.second_category) == ("forced_labour", "pay")
    assert understood.severity == "critical"


def test_a_story_is_read_for_its_problem(assistant: Assistant) -> None:
    story = (
        "Hello sister, I hope you are well. I work here three years and I like my friends on the line. "
        "Yesterday the supervisor touched me in the store room. Thank you for listening, god bless."
    )
    understood = assistant.understand(story)
    assert (understood.intent, understood.category, understood.severity) == ("grievance", "harassment", "critical")


def test_a_question_about_the_law_is_no_complaint(assistant: Assistant) -> None:
    assert assistant.understand("what does the law say about overtime pay").intent == "rights"


def test_a_broken_rule_put_as_a_question_is_a_grievance(assistant: Assistant) -> None:
    understood = assistant.understand("is it right that he keeps our passport?")
    assert (understood.intent, understood.category) == ("grievance", "forced_labour")


def test_the_workers_own_choice_of_language_wins(assistant: Assistant) -> None:
    understood = assistant.understand("my salary is late again", {"chosen_language": "bn"})
    assert understood.language == "bn"


def test_one_ok_does_not_change_the_language(assistant: Assistant) -> None:
    assert assistant.understand("ok", {"language": "vi"}).language == "vi"


def test_a_clear_switch_of_language_is_followed(assistant: Assistant) -> None:
    assert assistant.understand("tháng này công ty chưa trả lương cho tôi", {"language": "en"}).language == "vi"
    assert assistant.understand("বেতন পাই নাই", {"language": "en"}).language == "bn"


def test_a_script_of_no_language_of_ours_has_no_language(assistant: Assistant) -> None:
    understood = assistant.understand("안녕하세요 월급을 못 받았어요")
    assert (understood.language, understood.script) == (None, "Hang")


def test_the_redacted_text_comes_with_it(assistant: Assistant) -> None:
    understood = assistant.understand("call me 01700000000, salary 12500 taka", {"country": "bd"})
    assert understood.redacted == "call me [phone], salary 12500 taka"


def test_of_a_text_without_end_only_the_beginning_is_read_and_all_of_it_masked(assistant: Assistant) -> None:
    beginning, end = "the exit is locked and they shout " * 150, "call me 01700000000"
    whole, read = assistant.understand(beginning + end), assistant.understand(beginning[:LONGEST])
    assert (whole.intent, whole.category, whole.confidence) == (read.intent, read.category, read.confidence)
    assert whole.redacted == f"{beginning}call me [phone]"
