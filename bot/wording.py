"""From the name of a text and a language to what is sent.

Rasa asks `Wording` for every text an action utters; languages without a text of
their own fall back to English, which the check of the folders does not let happen.
"""

# Before anything of Rasa: this loader of scikit-learn models walks every module that is loaded,
# and importing it while there are few saves two seconds at each start.
import skops.io  # noqa: F401

# isort: split
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from rasa.core.nlg.generator import NaturalLanguageGenerator

from nlu.languages import Languages, load_languages
from storage.outbox import Option

FALLBACK = "en"


@dataclass(frozen=True)
class Saying:
    """A text to say, by name: `messages.yml`'s key, or `survey.question.part`."""

    key: str
    values: Mapping[str, object] = field(default_factory=dict)
    options: tuple[Option, ...] = ()


class MissingText(KeyError):
    """No language folder has a text of this name."""


class Wording(NaturalLanguageGenerator):
    """The texts of all languages."""

    def __init__(self, languages: Languages) -> None:
        """Use the folders that were loaded."""
        self.languages = languages

    async def generate(self, utter_action: str, tracker: object, output_channel: str, **kwargs: Any) -> dict[str, Any]:
        """Return the text in the language that the action passed along; raise `MissingText` rather than be silent."""
        language = str(kwargs.get("language", FALLBACK))
        return {"text": self.text(language, utter_action, kwargs.get("values") or {})}

    def text(self, language: str, key: str, values: Mapping[str, object] | None = None) -> str:
        """Return the text named `key`, its placeholders filled with `values`."""
        template = self._find(language, key) or self._find(FALLBACK, key)
        if template is None:
            raise MissingText(key)
        return _fill(template, values or {})

    def has(self, language: str, key: str) -> bool:
        """Say whether there is a text of this name."""
        return (self._find(language, key) or self._find(FALLBACK, key)) is not None

    def day(self, language: str, moment: datetime) -> str:
        """Return a day as people say it, such as `Tuesday 24 November`."""
        try:
            locale = Locale.parse(language)
        except (UnknownLocaleError, ValueError):
            locale = Locale.parse(FALLBACK)
        return format_date(moment, "EEEE d MMMM", locale=locale)

    def _find(self, language: str, key: str) -> str | None:
        folder = self.languages.get(language)
        if folder is None:
            return None
        first, _, rest = key.partition(".")
        node: Any = folder.surveys.get(first) if rest else folder.messages
        for part in (rest or first).split("."):
            node = node.get(part) if isinstance(node, Mapping) else None
        return node if isinstance(node, str) else None


def load_wording() -> Wording:
    """Return the texts of every folder in `bot/languages/`."""
    return Wording(load_languages(Path(__file__).parent / "languages"))


def _fill(template: str, values: Mapping[str, object]) -> str:
    # Not str.format: a brace in a value or a translation must not be evaluated.
    for name, value in values.items():
        template = template.replace("{" + name + "}", str(value))
    return template
