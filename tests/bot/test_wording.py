"""Every language says everything, at a price we can pay, and nothing that tells on whoever holds the phone."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from typing import Any

import pytest
import yaml

from bot.menu import LINES
from bot.wording import Wording
from channels.rendering import sms_text
from channels.segments import count
from nlu.keywords import Keywords
from nlu.languages import load_languages
from nlu.normalise import clean
from nlu.telling import told
from storage.models.enums import Category
from storage.outbox import Option, Reply
from tests.bot.named_texts import BOT, named_texts

FOLDER = BOT / "languages"
CHANNELS = BOT.parent / "channels"
TAGS = sorted(path.name for path in FOLDER.iterdir() if path.is_dir())
SURVEYS = {path.stem: yaml.safe_load(path.read_text("utf-8")) for path in sorted((BOT / "surveys").glob("*.yml"))}
SORTED = [category.value for category in Category if category is not Category.UNSORTED]

FAMILIES = {
    "menu_*": [f"menu_{line}" for line in LINES],
    "category_*": [f"category_{category}" for category in SORTED],
    "ask_*": ["ask_now", "ask_safe_to_text"],
    "ask_*_help": ["ask_now_help", "ask_safe_to_text_help"],
}
"""Names that the bot puts together, and what they become."""

# What a text may cost as SMS with its numbered options: segments in GSM-7, in UCS-2. The first line that fits counts.
BUDGET = [
    ("chat_media_refused", 1, 2),
    ("chat_*", 2, 3),  # only on the web page, where length costs a reader's patience
    ("receipt", 1, 2),
    ("menu", 2, 3),
    ("ask_category*", 2, 3),  # eleven lines to choose from
    ("*.yes_no", 1, 1),  # asked most often
    ("*.number", 1, 1),
    ("*", 1, 2),
]

# Texts that may name a subject. Menu, categories and survey questions are the same list for everybody, shown because
# she asked or agreed; consent says what the questions are about; help and privacy answer 'what is this', 'who sees it'.
# All other questions we ask are held to the rule: what happened stands in her words, never in ours.
MAY_TELL = ("menu_*", "category_*", "ask_consent", "help", "privacy")


def load(tag: str, name: str) -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load((FOLDER / tag / f"{name}.yml").read_text("utf-8"))
    return data


def flat(node: Mapping[Any, Any], place: str = "") -> dict[str, str]:
    """Return the texts of a file by their place: `hours_week.bands.to_60`."""
    texts: dict[str, str] = {}
    for key, value in node.items():
        # An unquoted yes or no is a truth value to YAML, and would be lost as a name.
        assert isinstance(key, str), f"put quotes around the key {place}{key}"
        texts |= flat(value, f"{place}{key}.") if isinstance(value, Mapping) else {f"{place}{key}": value}
    return texts


def all_texts(tag: str) -> dict[str, str]:
    surveys = {name: load(tag, f"survey_{name}") for name in SURVEYS}
    return flat(load(tag, "messages")) | {
        f"{name}:{key}": text for name, s in surveys.items() for key, text in flat(s).items()
    }


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"\{\w*\}?|\}", text))


def longest_day(wording: Wording, tag: str) -> str:
    days = (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=number) for number in range(365))
    return max((wording.day(tag, day) for day in days), key=len)


@pytest.fixture(scope="module")
def wording() -> Wording:
    return Wording(load_languages(FOLDER))


@pytest.mark.parametrize("tag", TAGS)
def test_every_language_has_the_texts_of_english_and_no_others(tag: str) -> None:
    assert set(all_texts(tag)) == set(all_texts("en"))


@pytest.mark.parametrize("tag", TAGS)
def test_every_text_says_something_and_has_the_placeholders_of_english(tag: str) -> None:
    english = all_texts("en")
    for key, text in all_texts(tag).items():
        assert isinstance(text, str), key
        assert text.strip() == text != "", key
        assert placeholders(text) == placeholders(english[key]), key


@pytest.mark.parametrize("tag", TAGS)
def test_what_is_loaded_is_what_stands_in_the_files(tag: str, wording: Wording) -> None:
    assert wording.languages[tag].messages == load(tag, "messages")
    assert {name: wording.languages[tag].surveys[name] for name in SURVEYS} == {
        name: load(tag, f"survey_{name}") for name in SURVEYS
    }


@pytest.mark.parametrize("tag", TAGS)
def test_every_question_of_a_survey_has_its_words(tag: str) -> None:
    for name, survey in SURVEYS.items():
        said = load(tag, f"survey_{name}")
        assert list(said) == [question["key"] for question in survey["questions"]]
        for question in survey["questions"]:
            words = said[question["key"]]
            assert words["text"]
            assert list(words.get("choices", {})) == question.get("choices", [])
            assert list(words.get("bands", {})) == [band["code"] for band in question.get("bands", [])]


@pytest.mark.parametrize("tag", TAGS)
def test_options_of_one_list_can_be_told_apart(tag: str) -> None:
    texts, survey = flat(load(tag, "messages")), flat(load(tag, "survey_core"))
    starts = ["menu_", "category_"]
    parts = [f"{question['key']}.{part}." for question in SURVEYS["core"]["questions"] for part in ("choices", "bands")]
    lists = [[text for key, text in texts.items() if key.startswith(start)] for start in starts]
    lists += [[text for key, text in survey.items() if key.startswith(part)] for part in parts]
    assert all(len({clean(text) for text in one}) == len(one) for one in lists)


def said_names() -> set[str]:
    """Return every name the bot says, families unfolded."""
    found = named_texts()
    patterns = {name for name in found if "*" in name}
    assert patterns <= set(FAMILIES), "a new family of names: say in FAMILIES what it becomes"
    return (found - patterns) | {name for family in patterns for name in FAMILIES[family]}


def test_every_text_the_bot_names_exists_and_none_is_unused() -> None:
    known = {key for key in load("en", "messages") if not key.startswith("chat_")}
    assert said_names() == known


def test_every_text_of_the_web_page_exists_and_none_is_unused() -> None:
    paths = [path for path in CHANNELS.rglob("*") if path.suffix in {".py", ".html"}]
    source = "\n".join(path.read_text("utf-8") for path in paths)
    known = {key.removeprefix("chat_") for key in load("en", "messages") if key.startswith("chat_")}
    assert set(re.findall(r"""\bsay\(\s*['"](\w+)['"]""", source)) <= known
    assert {key for key in known if not re.search(rf"""['"](chat_)?{key}['"]""", source)} == set()


def options_of(tag: str, key: str) -> list[str]:
    """Return what stands below a text as numbered lines."""
    texts = load(tag, "messages")
    if key == "menu":
        return [texts[name] for name in FAMILIES["menu_*"]]
    if key.startswith("ask_category"):
        return [texts[name] for name in FAMILIES["category_*"]]
    is_yes_no = key.removesuffix("_help") in {"ask_consent", "ask_now", "ask_safe_to_text"}
    return [texts["yes"], texts["no"]] if is_yes_no else []


def sent(tag: str, wording: Wording) -> dict[str, str]:
    """Return every text as an SMS; a survey's questions under their kind, as `core.hours_week.number`."""
    filled = {"count": 12, "number": "999", "receipt": "1234 5678 9012 3452", "day": longest_day(wording, tag)}
    messages = {key: text for key, text in load(tag, "messages").items() if not key.startswith(("menu_", "category_"))}
    found = {key: _numbered(wording.text(tag, key, filled), options_of(tag, key)) for key in messages}
    for name, survey in SURVEYS.items():
        for question in survey["questions"]:
            found |= _asked(tag, load(tag, f"survey_{name}")[question["key"]], f"{name}.{question['key']}", question)
    return found


def _asked(tag: str, words: dict[str, Any], place: str, question: dict[str, Any]) -> dict[str, str]:
    messages = load(tag, "messages")
    below = (
        [messages["yes"], messages["no"]] if question["kind"] == "yes_no" else list(words.get("choices", {}).values())
    )
    found = {f"{place}.{question['kind']}": _numbered(words["text"], below)}
    if "help" in words:
        found[f"{place}.help"] = _numbered(words["help"], below)
    if "bands" in words:
        found[f"{place}.bands"] = _numbered(messages["try_menu"], list(words["bands"].values()))
    return found


def _numbered(text: str, titles: list[str]) -> str:
    return sms_text(Reply(text, tuple(Option(str(number), title) for number, title in enumerate(titles, start=1))))


@pytest.mark.parametrize("tag", TAGS)
def test_no_text_costs_more_than_its_budget(tag: str, wording: Wording) -> None:
    over = []
    for key, text in sent(tag, wording).items():
        gsm, ucs = next((gsm, ucs) for pattern, gsm, ucs in BUDGET if fnmatchcase(key, pattern))
        counted = count(text)
        if counted.segments > (gsm if counted.encoding == "GSM-7" else ucs):
            over.append(f"{key}: {counted.units} units, {counted.segments} segments")
    assert over == []


def test_english_needs_no_dear_alphabet(wording: Wording) -> None:
    assert [key for key, text in sent("en", wording).items() if count(text).encoding != "GSM-7"] == []


@pytest.mark.parametrize("tag", TAGS)
def test_letters_are_written_in_their_shortest_form(tag: str) -> None:
    """A letter and its mark as two signs cost twice. (Bangla's own normal form is the longer one.)"""
    texts = all_texts(tag)
    assert [key for key, text in texts.items() if len(text) > len(unicodedata.normalize("NFC", text))] == []


@pytest.mark.parametrize("tag", TAGS)
def test_texts_do_not_tell_what_she_writes_about(tag: str) -> None:
    words = load(tag, "telling")["words"]
    bound = {
        key: text for key, text in load(tag, "messages").items() if not any(fnmatchcase(key, may) for may in MAY_TELL)
    }
    assert {key: found for key, text in bound.items() if (found := told(text, words))} == {}


@pytest.mark.parametrize("tag", TAGS)
def test_the_list_of_telling_words_finds_them_where_they_are(tag: str) -> None:
    texts, words = load(tag, "messages"), load(tag, "telling")["words"]
    assert told(texts["help"], words)
    assert told(texts["privacy"], words)
    assert told(texts["category_pay"], words)


@pytest.mark.parametrize("tag", TAGS)
def test_keywords_that_texts_name_are_understood(tag: str, wording: Wording) -> None:
    keywords, local = Keywords.of(wording.languages), wording.languages[tag].keywords
    either = load(tag, "telling")["or"]
    joined = re.compile(rf"\b([A-Z]{{4,}}) {either} (?=(.+))")
    for key, text in all_texts(tag).items():
        for word in re.findall(r"\b[A-Z]{4,}\b", text):
            assert keywords.match(word) is not None, f"{key}: {word}"
        for word, rest in joined.findall(text):
            keyword = keywords.match(word)
            assert keyword is not None
            assert clean(rest).startswith(tuple(map(clean, local[keyword.meaning]))), f"{key}: no local word for {word}"
