"""What the trained model understands of messages it never saw; the figures are held so that they cannot slip."""

from collections.abc import Callable

import pytest
from rapidfuzz import fuzz, process

from bot.assistant import Assistant
from nlu.languages import Languages
from nlu.normalise import clean, fold
from nlu.scripts import script_of
from nlu.understanding import Understanding
from tests.nlu.conftest import HeldBack

Read = list[tuple[HeldBack, Understanding]]
_NEAR_COPY = 90


@pytest.fixture(scope="module")
def read(assistant: Assistant, held_back: list[HeldBack]) -> Read:
    return [(message, assistant.understand(message.text)) for message in held_back]


def _share(read: Read, of: Callable[[HeldBack], object], right: Callable[[HeldBack, Understanding], bool]) -> float:
    asked = [right(message, understood) for message, understood in read if of(message)]
    return sum(asked) / len(asked)


def _named(message: HeldBack) -> str:
    return f"{message.language}-{script_of(message.text)}"


@pytest.mark.parametrize("named", ["bn-Beng", "bn-Latn", "en-Latn", "vi-Latn"])
def test_names_the_language_in_each_script(read: Read, named: str) -> None:
    assert _share(read, lambda m: _named(m) == named, lambda m, u: u.language == m.language) >= 0.95


@pytest.mark.parametrize("named", ["bn-Beng", "bn-Latn", "en-Latn", "vi-Latn"])
def test_finds_the_intent_in_each_script(read: Read, named: str) -> None:
    assert _share(read, lambda m: _named(m) == named, lambda m, u: u.intent == m.intent) >= 0.80


def test_finds_the_category_of_most_grievances(read: Read) -> None:
    assert _share(read, lambda m: m.category, lambda m, u: u.category == m.category) >= 0.85


def test_no_problem_is_taken_for_small_talk(read: Read) -> None:
    assert _share(read, lambda m: m.category, lambda _, u: u.intent == "grievance") >= 0.97


def test_critical_messages_are_critical(read: Read) -> None:
    missed = [m.text for m, u in read if m.severity == "critical" and u.severity != "critical"]
    assert len(missed) <= 0.03 * sum(m.severity == "critical" for m, _ in read), missed


def test_no_critical_message_waits_with_the_ordinary_ones(read: Read) -> None:
    missed = [m.text for m, u in read if m.severity == "critical" and u.severity not in {"critical", "high"}]
    assert missed == []


def test_ordinary_messages_are_seldom_called_critical(read: Read) -> None:
    ordinary = [u for m, u in read if m.severity in {None, "normal"}]
    assert sum(u.severity == "critical" for u in ordinary) <= 0.07 * len(ordinary)


def test_no_sentence_opts_out_that_does_not_mean_it(read: Read, assistant: Assistant, languages: Languages) -> None:
    sentences = [p.text for tag in languages for p in languages[tag].phrases if p.intent == "grievance"][::5]
    opted_out = [text for text in sentences if assistant.understand(text).intent == "stop"]
    opted_out += [m.text for m, u in read if m.intent != "stop" and u.intent == "stop"]
    assert opted_out == []


def test_no_held_back_message_is_a_near_copy_of_a_training_phrase(
    held_back: list[HeldBack], languages: Languages
) -> None:
    known = [fold(clean(p.text)) for language in languages.values() for p in language.phrases]
    copies = [
        (message.text, best[0])
        for message in held_back
        if (best := process.extractOne(fold(clean(message.text)), known, scorer=fuzz.ratio)) and best[1] >= _NEAR_COPY
    ]
    assert copies == []


def test_there_are_eighty_held_back_messages_in_each_language(held_back: list[HeldBack], languages: Languages) -> None:
    assert all(sum(m.language == tag for m in held_back) >= 80 for tag in languages)
