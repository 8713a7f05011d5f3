"""Bare keywords (STOP, HELP, ...) in every language: they count as the whole message only, never inside a sentence.

Looked at before anything else; what provider rules demand of STOP does not depend on a learned model.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nlu.languages import INTENTS, Languages
from nlu.normalise import clean, fold, words_of


@dataclass(frozen=True)
class Keyword:
    """A keyword's meaning, and the languages that have it."""

    meaning: str
    languages: tuple[str, ...]

    @property
    def intent(self) -> str:
        """START undoes a STOP; to the dialogue it is a greeting."""
        return self.meaning if self.meaning in INTENTS else "greet"


class Keywords:
    """The keywords of all languages."""

    def __init__(self, keywords: Mapping[str, Keyword]) -> None:
        """Take keywords by their normalised form."""
        self._keywords = dict(keywords)

    @classmethod
    def of(cls, languages: Languages) -> "Keywords":
        """Collect them; where two languages disagree, the alphabetically first one keeps the word."""
        found: dict[str, Keyword] = {}
        for tag, language in languages.items():
            for meaning, words in language.keywords.items():
                for word in words:
                    known = found.get(_form(word), Keyword(meaning, ()))
                    found[_form(word)] = Keyword(known.meaning, (*known.languages, tag))
        return cls(found)

    def match(self, text: str) -> Keyword | None:
        """The keyword this text is, or None."""
        return self._keywords.get(_form(text))

    def as_data(self) -> dict[str, tuple[str, Sequence[str]]]:
        """For storing in the model."""
        return {form: (keyword.meaning, keyword.languages) for form, keyword in self._keywords.items()}

    @classmethod
    def from_data(cls, data: Mapping[str, tuple[str, Sequence[str]]]) -> "Keywords":
        """Read back what `as_data` gave."""
        return cls({form: Keyword(meaning, tuple(tags)) for form, (meaning, tags) in data.items()})


def _form(text: str) -> str:
    return fold(" ".join(words_of(clean(text))))
