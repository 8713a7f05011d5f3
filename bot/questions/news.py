"""Her word, asked before any fact of a case is told on a phone."""

from datetime import timedelta

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from bot.current_turn import Turn
from bot.news import tell_news
from bot.questions.case import word_of
from bot.wording import Saying

TRIES_A_DAY = 5

NO_WORD = "$argon2id$v=19$m=65536,t=3,p=4$Z1d5cVJtb2ZQb0tYV2l1Zg$Y3d0d0hVY2tSbkhwVnhQcEJ3cW9nZm5xV2N5d2NpR3g"
"""Hash of nothing anybody could type: a number without a word takes as long and gets the same answers."""


class NewsWordQuestion:
    """The word she chose when she reported."""

    key = "news_word"

    def say(self, turn: Turn, tries: int) -> Saying:
        """Ask for it, without saying what for."""
        return Saying("ask_news_word" if not tries else "ask_news_word_help")

    def read(self, turn: Turn) -> bool | None:
        """Return true for the right word, none for anything else."""
        word = word_of(turn.text)
        if word is None or is_locked(turn):
            return None
        try:
            PasswordHasher().verify(turn.worker.word_hash or NO_WORD, word)
        except VerificationError:
            return None
        return True

    def take(self, turn: Turn, reading: bool) -> list[Saying]:
        """Tell the news."""
        turn.memo.news_open = False
        turn.worker.word_tries = 0
        return tell_news(turn)

    def skip(self, turn: Turn) -> list[Saying]:
        """Whoever has no word for this number hears what a stranger would hear."""
        turn.memo.news_open = False
        return [Saying("news_none")]


def is_locked(turn: Turn) -> bool:
    """Say whether too many wrong words came today."""
    worker = turn.worker
    is_today = worker.word_tried_at is not None and turn.now - worker.word_tried_at < timedelta(days=1)
    return is_today and worker.word_tries >= TRIES_A_DAY


def count_wrong_word(turn: Turn) -> None:
    """Remember a wrong word; after a day the count starts anew."""
    worker = turn.worker
    if worker.word_tried_at is None or turn.now - worker.word_tried_at >= timedelta(days=1):
        worker.word_tries = 0
    worker.word_tries += 1
    worker.word_tried_at = turn.now
