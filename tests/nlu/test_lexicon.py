"""Danger words: found in order, with gaps and endings, and not where they are denied."""

import pytest

from nlu.keywords import Keywords
from nlu.languages import Languages
from nlu.lexicon import DangerLexicon


@pytest.fixture(scope="module")
def lexicon(languages: Languages) -> DangerLexicon:
    return DangerLexicon(languages)


def _groups(lexicon: DangerLexicon, text: str, tag: str) -> set[str]:
    return {danger.group for danger in lexicon.find(text, {tag}) if not danger.is_negated}


@pytest.mark.parametrize(
    ("tag", "text", "group"),
    [
        ("en", "the exit at the back was locked", "blocked_exit"),
        ("en", "He did not stop touching me", "touching"),
        ("en", "nobody helps, fire!", "fire"),
        ("bn", "গেটে সব সময় তালা", "blocked_exit"),
        ("bn", "agun lagse", "fire"),
        ("vi", "xưởng đang cháy", "fire"),
        ("vi", "xuong dang chay", "fire"),
        ("vi", "không cho ra ngoài", "locked_in"),
    ],
)
def test_finds_a_danger(lexicon: DangerLexicon, tag: str, text: str, group: str) -> None:
    assert group in _groups(lexicon, text, tag)


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("en", "there was no fire"),
        ("en", "we had a fire drill"),
        ("en", "they want to fire me"),
        ("en", "exits are not locked"),
        ("en", "nobody touches us"),
        ("bn", "আগুন লাগেনি"),
        ("bn", "gate e tala nai"),
        ("vi", "máy chạy tốt"),
        ("vi", "cửa thoát hiểm không bị khóa"),
        ("vi", "chả ai bị đánh"),
    ],
)
def test_finds_none_where_it_is_denied_or_means_something_else(lexicon: DangerLexicon, tag: str, text: str) -> None:
    assert _groups(lexicon, text, tag) == set()


def test_words_of_other_languages_are_left_out(lexicon: DangerLexicon) -> None:
    assert _groups(lexicon, "macher dam koto", "bn") == set()


def test_no_language_gives_a_keyword_of_another_a_new_meaning(languages: Languages) -> None:
    keywords = Keywords.of(languages)
    for language in languages.values():
        for meaning, words in language.keywords.items():
            assert {w for w in words if (k := keywords.match(w)) is None or k.meaning != meaning} == set()
