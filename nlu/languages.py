"""The language folders (`bot/languages/<tag>/`) as checked, frozen objects.

Read when the model is trained and when the bot starts; what a native reviewer corrects is only ever there.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from nlu.telling import told

INTENTS = (
    "greet", "affirm", "deny", "stop", "help", "skip", "back", "repeat", "privacy", "rights", "status", "human",
    "language", "thanks", "survey", "grievance", "out_of_scope",
)  # fmt: skip
CATEGORIES = (
    "pay", "hours", "safety", "harassment", "discrimination", "child_labour", "forced_labour", "association",
    "contract", "facilities", "other",
)  # fmt: skip
SEVERITIES = ("normal", "high", "critical")
# START is no intent of its own: it undoes a STOP before the dialogue begins.
KEYWORDS = (*INTENTS, "start")


class LanguageFolderError(ValueError):
    """A language folder that cannot be used; the message names file and place."""


@dataclass(frozen=True)
class Phrase:
    """One training phrase with what it means."""

    text: str
    intent: str
    category: str | None = None
    severity: str | None = None


@dataclass(frozen=True)
class DangerGroup:
    """Words that show one kind of danger, and what a case with them is."""

    name: str
    category: str
    severity: str
    phrases: tuple[str, ...]
    exceptions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Negation:
    """Words that turn a danger into its absence, and turns of speech in which they do not."""

    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Words:
    """The small words that answers are made of. Each is itself alone, so that what is made of it can be kept."""

    affirm: tuple[str, ...]
    deny: tuple[str, ...]
    scale: tuple[tuple[str, ...], ...]
    numbers: Mapping[str, float]
    multipliers: Mapping[str, int]
    half_before: tuple[str, ...]
    half_after: tuple[str, ...]
    units: tuple[str, ...]
    about: tuple[str, ...]
    ranges: tuple[str, ...]
    decimal: str
    identity: tuple[str, ...]
    phone: tuple[str, ...]
    negation: Negation


@dataclass(frozen=True)
class Language:
    """One language folder."""

    tag: str
    name: str
    english_name: str
    scripts: tuple[str, ...]
    direction: str
    review: str
    reviewers: tuple[str, ...]
    phrases: tuple[Phrase, ...]
    keywords: Mapping[str, tuple[str, ...]]
    danger: tuple[DangerGroup, ...]
    words: Words
    telling: tuple[str, ...]
    """Words that tell whoever holds the phone what she writes about; see `telling.py`."""
    messages: Mapping[str, Any] = field(default_factory=dict)
    surveys: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def told(self, text: str) -> tuple[str, ...]:
        """Return the telling words that are in a text."""
        return told(text, self.telling)


class Languages(Mapping[str, Language]):
    """All languages by tag."""

    def __init__(self, languages: Mapping[str, Language]) -> None:
        """Keep the languages in the order of their tags."""
        self._languages = dict(sorted(languages.items()))

    def __getitem__(self, tag: str) -> Language:
        return self._languages[tag]

    def __iter__(self) -> Iterator[str]:
        return iter(self._languages)

    def __len__(self) -> int:
        return len(self._languages)


def load_languages(folder: Path) -> Languages:
    """Read every language folder below `folder`; raises LanguageFolderError naming the first bad file."""
    folders = sorted(path for path in folder.glob("*") if path.is_dir()) if folder.is_dir() else []
    if not folders:
        msg = f"{folder}: no language folder found"
        raise LanguageFolderError(msg)
    return Languages({path.name: load_language(path) for path in folders})


def load_language(folder: Path) -> Language:
    """Read one language folder."""
    about = _Reader(folder / "language.yml")
    if about.text("tag") != folder.name:
        about.fail("tag", f"must be the folder's name, '{folder.name}'")
    return Language(
        tag=folder.name,
        name=about.text("name"),
        english_name=about.text("english_name"),
        scripts=about.texts("scripts"),
        direction=about.one_of("direction", ("ltr", "rtl")),
        review=about.one_of("review", ("draft", "reviewed")),
        reviewers=about.texts("reviewers", needed=False),
        phrases=tuple(_phrases(_Reader(folder / "training.yml"), folder.name)),
        keywords=_keywords(_Reader(folder / "keywords.yml")),
        danger=tuple(_danger(_Reader(folder / "danger.yml"))),
        words=_words(_Reader(folder / "words.yml")),
        telling=_Reader(folder / "telling.yml").texts("words"),
        messages=_optional(folder / "messages.yml"),
        surveys={p.stem.removeprefix("survey_"): _optional(p) for p in sorted(folder.glob("survey_*.yml"))},
    )


class _Reader:
    """A YAML mapping whose every access says what is wrong and where."""

    def __init__(self, path: Path, data: Any = None, place: str = "") -> None:
        self.path, self.place = path, place
        self.data: dict[Any, Any] = _read(path) if data is None else data
        if not isinstance(self.data, dict):
            self.fail("", "must hold keys and values")

    def fail(self, key: object, problem: str) -> None:
        where = ".".join(str(part) for part in (self.place, key) if part != "")
        msg = f"{self.path}: {where or 'the file'} {problem}"
        raise LanguageFolderError(msg)

    def text(self, key: str) -> str:
        value = self.data.get(key)
        if not isinstance(value, str) or not value.strip():
            self.fail(key, "must be a text")
        return str(value).strip()

    def one_of(self, key: str, allowed: tuple[str, ...]) -> str:
        value = self.text(key)
        if value not in allowed:
            self.fail(key, f"must be one of {', '.join(allowed)}, not '{value}'")
        return value

    def texts(self, key: object, *, needed: bool = True) -> tuple[str, ...]:
        value = self.data.get(key)
        if value is None and not needed:
            return ()
        # An unquoted `no` or `on` is a truth value to YAML, and would be lost as a word.
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.fail(key, "must be a list of texts (put words like 'no', 'on' or numbers in quotes)")
        return tuple(value or ())

    def numbers(self, key: str) -> dict[str, float]:
        value = self.data.get(key)
        if not isinstance(value, dict):
            self.fail(key, "must give a number for each word")
        for word, number in (value or {}).items():
            if not isinstance(word, str) or not isinstance(number, int | float) or isinstance(number, bool):
                self.fail(f"{key}.{word}", "must be a word (in quotes if need be) with a number")
        return dict(value or {})

    def inner(self, key: str) -> "_Reader":
        return _Reader(self.path, self.data.get(key) or {}, f"{self.place}.{key}".strip("."))


def _read(path: Path) -> Any:
    if not path.is_file():
        msg = f"{path}: the file is missing"
        raise LanguageFolderError(msg)
    try:
        return yaml.load(path.read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe
    except (yaml.YAMLError, UnicodeDecodeError) as problem:
        msg = f"{path}: cannot be read as YAML ({problem})"
        raise LanguageFolderError(msg) from problem


def _optional(path: Path) -> dict[str, Any]:
    return _Reader(path).data if path.is_file() else {}


def _phrases(reader: _Reader, tag: str) -> Iterator[Phrase]:
    for number, data in enumerate(reader.data.get("nlu") or [], start=1):
        block = _Reader(reader.path, data, f"block {number}")
        about = block.inner("metadata")
        if about.text("language") != tag:
            about.fail("language", f"must be '{tag}'")
        intent = block.one_of("intent", INTENTS)
        category, severity = _grievance(about) if intent == "grievance" else (None, None)
        for line in block.text("examples").splitlines():
            yield Phrase(line.removeprefix("-").strip(), intent, category, severity)


def _grievance(about: _Reader) -> tuple[str, str]:
    return about.one_of("category", CATEGORIES), about.one_of("severity", SEVERITIES)


def _keywords(reader: _Reader) -> dict[str, tuple[str, ...]]:
    for key in reader.data:
        if key not in KEYWORDS:
            reader.fail(key, f"is no keyword's meaning; known are {', '.join(KEYWORDS)}")
    return {key: reader.texts(key) for key in reader.data}


def _danger(reader: _Reader) -> Iterator[DangerGroup]:
    for name in reader.data:
        group = reader.inner(name)
        yield DangerGroup(
            name,
            group.one_of("category", CATEGORIES),
            group.one_of("severity", SEVERITIES),
            group.texts("phrases"),
            group.texts("exceptions", needed=False),
        )


def _words(reader: _Reader) -> Words:
    scale = _Reader(reader.path, reader.data.get("scale"), "scale")
    negation = reader.inner("negation")
    return Words(
        affirm=reader.texts("affirm"),
        deny=reader.texts("deny"),
        scale=tuple(scale.texts(step) for step in range(1, 6)),
        numbers=reader.numbers("numbers"),
        multipliers={word: int(value) for word, value in reader.numbers("multipliers").items()},
        half_before=reader.texts("half_before", needed=False),
        half_after=reader.texts("half_after", needed=False),
        units=reader.texts("units"),
        about=reader.texts("about"),
        ranges=reader.texts("ranges"),
        decimal=reader.one_of("decimal", (".", ",")),
        identity=reader.texts("identity"),
        phone=reader.texts("phone"),
        negation=Negation(negation.texts("before"), negation.texts("after"), negation.texts("unless", needed=False)),
    )
