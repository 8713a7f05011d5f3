"""Language folders: what is wrong with one is said with file and place."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from nlu.languages import CATEGORIES, INTENTS, LanguageFolderError, Languages, load_language, load_languages
from tests.nlu.conftest import LANGUAGES


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(LANGUAGES / "en", tmp_path / "en"))


@pytest.mark.parametrize(
    ("name", "change", "problem"),
    [
        ("words.yml", lambda text: text.replace('"no", "n"', "no, n"), "words.yml: deny must be a list of texts"),
        (
            "language.yml",
            lambda text: text.replace("tag: en", "tag: fr"),
            "language.yml: tag must be the folder's name",
        ),
        ("language.yml", lambda text: text.replace("ltr", "up"), "direction must be one of ltr, rtl, not 'up'"),
        ("keywords.yml", lambda text: text + "\nhalt: [HALT]", "keywords.yml: halt is no keyword's meaning"),
        (
            "training.yml",
            lambda text: text.replace("category: hours", "category: time"),
            "metadata.category must be one of",
        ),
        (
            "danger.yml",
            lambda text: text.replace("severity: critical", "severity: dire", 1),
            "fire.severity must be one of",
        ),
        ("danger.yml", lambda _: "fire: [", "danger.yml: cannot be read as YAML"),
        ("words.yml", lambda text: text.replace("one: 1,", "one: many,"), "numbers.one must be a word"),
    ],
)
def test_names_file_and_place_of_a_mistake(folder: Path, name: str, change: Callable[[str], str], problem: str) -> None:
    path = folder / name
    path.write_text(change(path.read_text("utf-8")), "utf-8")
    with pytest.raises(LanguageFolderError) as caught:
        load_language(folder)
    assert problem in str(caught.value)


def test_names_a_missing_file(folder: Path) -> None:
    (folder / "danger.yml").unlink()
    with pytest.raises(LanguageFolderError, match=r"danger\.yml: the file is missing"):
        load_language(folder)


def test_refuses_a_folder_without_languages(tmp_path: Path) -> None:
    with pytest.raises(LanguageFolderError, match="no language folder found"):
        load_languages(tmp_path)


def test_each_language_has_phrases_for_everything(languages: Languages) -> None:
    for language in languages.values():
        assert {phrase.intent for phrase in language.phrases} == set(INTENTS)
        assert {phrase.category for phrase in language.phrases} - {None} == set(CATEGORIES)
        assert len(language.phrases) >= 350


def test_no_phrase_means_two_things(languages: Languages) -> None:
    for language in languages.values():
        meanings: dict[str, set[tuple[str, str | None]]] = {}
        for phrase in language.phrases:
            meanings.setdefault(phrase.text.casefold(), set()).add((phrase.intent, phrase.category))
        assert [text for text, known in meanings.items() if len(known) > 1] == []


def test_each_language_has_the_keywords_it_must(languages: Languages) -> None:
    for language in languages.values():
        assert {"stop", "start", "help"} <= set(language.keywords)
