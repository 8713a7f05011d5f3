"""The first questions: which language, and whether she agrees to a survey.

Answers stand on the worker's row.
"""

from bot.casework import draft
from bot.current_turn import Turn
from bot.menu import menu
from bot.questions.reading import YES_NO, options, read_option, read_yes_no, titled
from bot.wording import Saying


class LanguageQuestion:
    """Which language she wants; her own choice then always wins."""

    key = "language"

    def say(self, turn: Turn, tries: int) -> Saying:
        """List the languages by their own names, those of her country first."""
        key = "ask_language" if not tries else "ask_language_help"
        return Saying(key, options=titled(turn.wording.languages[tag].name for tag in offered(turn)))

    def read(self, turn: Turn) -> str | None:
        """Return the tag of the language that is named by number, or in any of its names."""
        tags = offered(turn)
        index = read_option(turn, titled(turn.wording.languages[tag].name for tag in tags))
        if index is not None:
            return tags[index]
        named = turn.text.strip().casefold()
        return next((tag for tag in tags if turn.wording.languages[tag].english_name.casefold() == named), None)

    def take(self, turn: Turn, reading: str) -> list[Saying]:
        """Go on in the chosen language."""
        turn.language = turn.worker.language = reading
        turn.worker.language_chosen = True
        turn.memo.language_open = False
        is_first_word = draft(turn) is None and not turn.memo.survey_wanted and not turn.memo.news_open
        return [Saying("language_set"), *([menu(turn)] if is_first_word else [])]

    def skip(self, turn: Turn) -> list[Saying]:
        """Stay with the language that was guessed."""
        turn.memo.language_open = False
        return []


class ConsentQuestion:
    """Whether we may ask the survey's questions."""

    key = "consent"

    def __init__(self, count: int) -> None:
        """Announce `count` questions."""
        self.count = count

    def say(self, turn: Turn, tries: int) -> Saying:
        """Say how many questions, who sees the answers, and that each can be skipped."""
        key = "ask_consent" if not tries else "ask_consent_help"
        return Saying(key, {"count": self.count}, options(turn, YES_NO))

    def read(self, turn: Turn) -> bool | None:
        """Return yes or no."""
        return read_yes_no(turn)

    def take(self, turn: Turn, reading: bool) -> list[Saying]:
        """Remember the consent, or leave her in peace."""
        if not reading:
            return self.skip(turn)
        turn.worker.consented_at = turn.now
        return []

    def skip(self, turn: Turn) -> list[Saying]:
        """No answer is no consent."""
        turn.memo.survey_wanted = False
        return [Saying("survey_declined")]


def offered(turn: Turn) -> list[str]:
    """Return the tags of the languages in the order in which they are listed to this worker."""
    usual = usual_languages(turn.worker.country)
    tags = list(turn.wording.languages)
    return [tag for tag in usual if tag in tags] + [tag for tag in tags if tag not in usual]


def usual_languages(country: str | None) -> tuple[str, ...]:
    """Return the languages most workers of a country's factories write, the commonest first."""
    return COUNTRY_LANGUAGES.get(country or "", ())


COUNTRY_LANGUAGES = {
    "bd": ("bn", "en"),
    "eg": ("ar",),
    "et": ("am", "en"),
    "ht": ("ht", "fr"),
    "id": ("id",),
    "jo": ("ar", "bn", "si", "ne", "hi", "ta"),
    "kh": ("km",),
    "lk": ("si", "ta"),
    "ls": ("st", "en"),
    "mg": ("mg", "fr"),
    "mm": ("my",),
    "ni": ("es",),
    "pk": ("ur",),
    "uz": ("uz",),
    "vn": ("vi",),
}
