"""Answers as workers type them, and texts that must not pass for one."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nlu.languages import Languages
from nlu.numbers import parse_choice, parse_number, parse_scale, parse_yes_no


@pytest.mark.parametrize(
    ("tag", "text", "value"),
    [
        ("en", "48", 48),
        ("en", "❹❽", 48),
        ("en", "forty-eight hours", 48),
        ("en", "five-six", 5.5),
        ("en", "seven and a half hours", 7.5),
        ("en", "about 60 hours", 60),
        ("en", "12,500", 12500),
        ("en", "12.5k", 12500),
        ("en", "twenty five", 25),
        ("en", "two hundred", 200),
        ("en", "10-12", 11),
        ("en", "10 to 12 hours", 11),
        ("en", "I work 72 hours a week", 72),
        ("bn", "৪৮", 48),
        ("bn", "১২,৫০০ টাকা", 12500),
        ("bn", "1,25,000", 125000),
        ("bn", "12 hazar", 12000),
        ("bn", "sare baro hazar taka", 12500),
        ("bn", "সাড়ে সাত", 7.5),
        ("bn", "বারো হাজার পাঁচ শ", 12500),
        ("bn", "আটচল্লিশ ঘণ্টা", 48),
        ("bn", "ষাট থেকে সত্তর", 65),
        ("bn", "10 12 ghonta", 11),
        ("vi", "7.500.000", 7500000),
        ("vi", "12,5k", 12500),
        ("vi", "7 triệu rưỡi", 7500000),
        ("vi", "7 trieu 5", 7500000),
        ("vi", "7tr5", 7500000),
        ("vi", "bảy triệu năm trăm nghìn", 7500000),
        ("vi", "hai mươi lăm", 25),
        ("vi", "khoảng 60 tiếng", 60),
        ("vi", "em làm 60 tiếng", 60),
        ("vi", "em lam 60 tieng", 60),
        ("vi", "hai muoi lam", 25),
        ("vi", "một trăm hai mươi", 120),
    ],
)
def test_reads_a_number(languages: Languages, tag: str, text: str, value: float) -> None:
    assert parse_number(text, languages[tag].words) == value


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("en", "10 people fainted"), ("en", "10 to 8"), ("en", "8am to 8pm"), ("en", "8:30"), ("en", ""),
        ("en", "line 4 is on fire"), ("en", "no idea"), ("en", "1 2 3 4"), ("bn", "১০ জন অজ্ঞান হইছে"),
        ("vi", "10 người ngất xỉu"), ("en", "12345 " * 20), ("en", "-"), ("en", "and a half"),
    ],
)  # fmt: skip
def test_takes_nothing_else_for_a_number(languages: Languages, tag: str, text: str) -> None:
    assert parse_number(text, languages[tag].words) is None


@pytest.mark.parametrize("tag", ["en", "bn", "vi"])
def test_every_number_word_up_to_a_hundred_means_itself(languages: Languages, tag: str) -> None:
    words = languages[tag].words
    # 'lam' alone is work to a Vietnamese without marks; as a number it follows another.
    alone = {word: value for word, value in words.numbers.items() if word != "lăm"}
    assert {word: parse_number(word, words) for word in alone} == alone


@pytest.mark.parametrize(
    ("tag", "text", "value"),
    [
        ("en", "Yes!", True), ("en", "yes always", True), ("en", "no, never", False), ("en", "nope", False),
        ("en", "👍", True), ("bn", "হ্যাঁ", True), ("bn", "জি ঠিক আছে", True), ("bn", "না", False),
        ("bn", "ji na", False), ("vi", "có", True), ("vi", "dạ không", False), ("vi", "chưa bao giờ", False),
        ("en", "yes they beat us", None), ("en", "no water here", None), ("en", "maybe", None), ("en", "yes no", None),
        ("en", "", None),
    ],
)  # fmt: skip
def test_reads_yes_and_no(languages: Languages, tag: str, text: str, value: bool | None) -> None:
    assert parse_yes_no(text, languages[tag].words) is value


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("en", "safe not at all"),
        ("bn", "নিরাপদ একদম না"),
        ("bn", "ha ekdom na"),
        ("bn", "ekhono na"),
        ("bn", "হচ্ছে না"),
        ("vi", "an toàn không bao giờ"),
    ],
)
def test_a_yes_that_ends_in_a_no_is_no_yes(languages: Languages, tag: str, text: str) -> None:
    assert parse_yes_no(text, languages[tag].words) is not True


@pytest.mark.parametrize(
    ("tag", "text", "value"),
    [
        ("en", "4", 4), ("en", "4/5", 4), ("en", "four", 4), ("en", "always", 5), ("en", "6", None),
        ("en", "4.5", None), ("bn", "৩", 3), ("bn", "মাঝে মাঝে", 3), ("vi", "không bao giờ", 1),
        ("vi", "thinh thoang", 3),
        ("en", "always they shout", None),
    ],
)  # fmt: skip
def test_reads_a_step_of_a_scale(languages: Languages, tag: str, text: str, value: int | None) -> None:
    assert parse_scale(text, languages[tag].words) == value


@pytest.mark.parametrize(
    ("text", "index"),
    [("2", 1), ("2)", 1), ("(3)", 2), ("option 1", 0), ("union", 2), ("Human resource", 1), ("4", None), ("0", None)],
)
def test_reads_a_choice(languages: Languages, text: str, index: int | None) -> None:
    titles = ["My supervisor", "Human resources", "Union", "My supervisors boss"][:3]
    assert parse_choice(text, titles, languages["en"].words) == index


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=60))
def test_no_text_breaks_a_parser(languages: Languages, text: str) -> None:
    for language in languages.values():
        number = parse_number(text, language.words)
        assert number is None or number >= 0
        assert parse_yes_no(text, language.words) in {True, False, None}
        assert parse_scale(text, language.words) in {None, 1, 2, 3, 4, 5}
        assert parse_choice(text, ["One", "Two"], language.words) in {None, 0, 1}
