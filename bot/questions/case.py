"""What is asked about a grievance after her own words: the answers stand on the case.

The case is in the queue before the first of these is asked; none of them can lose it.
"""

from argon2 import PasswordHasher

from bot.casework import draft, sort_case_as
from bot.current_turn import Turn
from bot.questions.reading import YES_NO, options, read_option, read_yes_no
from bot.wording import Saying
from nlu.normalise import clean, fold
from storage.cases import set_detail
from storage.models import Case
from storage.models.enums import Category
from storage.outbox import Option

SORTED = tuple(category for category in Category if category is not Category.UNSORTED)
SHORTEST_WORD = 4
LONGEST_WORD = 40


class CategoryQuestion:
    """What it is about; asked only when we are unsure."""

    key = "case_category"

    def say(self, turn: Turn, tries: int) -> Saying:
        """List the categories."""
        return Saying("ask_category" if not tries else "ask_category_help", options=self._options(turn))

    def read(self, turn: Turn) -> str | None:
        """Return the category's code."""
        index = read_option(turn, self._options(turn))
        return SORTED[index].value if index is not None else None

    def take(self, turn: Turn, reading: str) -> list[Saying]:
        """Sort the case as she says."""
        case = _open_draft(turn)
        sort_case_as(turn, case, Category(reading))
        set_detail(turn.session, case, "category", reading, turn.now)
        return []

    def skip(self, turn: Turn) -> list[Saying]:
        """Leave the sorting to an advisor."""
        set_detail(turn.session, _open_draft(turn), "category", "skipped", turn.now)
        return []

    def _options(self, turn: Turn) -> tuple[Option, ...]:
        return options(turn, [f"category_{category.value}" for category in SORTED])


class CaseYesNo:
    """A question about the case that is answered with yes or no."""

    def __init__(self, detail: str) -> None:
        """Ask `ask_<detail>` and keep the answer as the case's detail of this name."""
        self.detail = detail
        self.key = f"case_{detail}"

    def say(self, turn: Turn, tries: int) -> Saying:
        """Ask, then ask with a hint."""
        return Saying(f"ask_{self.detail}" if not tries else f"ask_{self.detail}_help", options=options(turn, YES_NO))

    def read(self, turn: Turn) -> bool | None:
        """Return yes or no."""
        return read_yes_no(turn)

    def take(self, turn: Turn, reading: bool) -> list[Saying]:
        """Keep the answer."""
        set_detail(turn.session, _open_draft(turn), self.detail, "yes" if reading else "no", turn.now)
        return []

    def skip(self, turn: Turn) -> list[Saying]:
        """Not answered; whoever reads the case sees that. Words that say no yes to 'is it safe' are a no."""
        is_doubtful = self.detail == "safe_to_text" and turn.understanding.intent != "skip"
        set_detail(turn.session, _open_draft(turn), self.detail, "no" if is_doubtful else "skipped", turn.now)
        return []


class WordQuestion:
    """A word of her own that must be given before news of a case is told on this phone."""

    key = "case_word"

    def say(self, turn: Turn, tries: int) -> Saying:
        """Offer it."""
        return Saying("ask_word" if not tries else "ask_word_help")

    def read(self, turn: Turn) -> str | None:
        """Return the word: a single one, long enough."""
        return word_of(turn.text)

    def take(self, turn: Turn, reading: str) -> list[Saying]:
        """Keep its hash on the worker's row."""
        turn.worker.word_hash = PasswordHasher().hash(reading)
        set_detail(turn.session, _open_draft(turn), "word", "yes", turn.now)
        return [Saying("word_set")]

    def skip(self, turn: Turn) -> list[Saying]:
        """Go without."""
        set_detail(turn.session, _open_draft(turn), "word", "skipped", turn.now)
        return []


def word_of(text: str) -> str | None:
    """Return a text as a secret word in its simplest spelling; none when it cannot be one."""
    # Without marks and in one spelling: another keyboard must not lock her out.
    word = fold(clean(text))
    is_one = len(word.split()) == 1 and SHORTEST_WORD <= len(word) <= LONGEST_WORD
    return word if is_one else None


def _open_draft(turn: Turn) -> Case:
    case = draft(turn)
    if case is None:
        raise LookupError("no case waits for this answer")
    return case
