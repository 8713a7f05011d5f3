"""Which factory she works in: by the poster's number, or by name with a confirmation.

The answer stands on the worker's row, and on the case that waits for it.
"""

from dataclasses import dataclass

from bot.casework import draft, place_case
from bot.current_turn import Turn
from bot.questions.reading import options, read_option, read_yes_no, titled
from bot.wording import Saying
from storage.digits import digits_only
from storage.factories import find_by_code, search_by_name
from storage.models import Factory

LIKELY = 70
"""Score, of 100, from which a factory's name is worth asking about."""
CANDIDATES = 3
LONGEST_NAME = 60


@dataclass(frozen=True)
class Named:
    """What she wrote points to these factories; `is_sure` when it was the number of one."""

    factory_ids: tuple[str, ...]
    is_sure: bool


class FactoryQuestion:
    """Where she works, asked openly."""

    key = "factory"

    def say(self, turn: Turn, tries: int) -> Saying:
        """Ask for the number on the poster or the name."""
        return Saying(("ask_factory", "ask_factory_help", "ask_factory_menu")[min(tries, 2)])

    def read(self, turn: Turn) -> Named | None:
        """Return the factory with this number, or those with a name like it."""
        text = turn.text.strip()
        code = digits_only(text)
        if code is not None:
            factory = find_by_code(turn.session, code)
            return Named((factory.id,), is_sure=True) if factory else None
        if not any(letter.isalpha() for letter in text) or len(text) > LONGEST_NAME:
            return None
        found = search_by_name(turn.session, text, turn.worker.country)
        likely = tuple(factory.id for factory, score in found if score >= LIKELY)
        return Named(likely[:CANDIDATES], is_sure=False) if likely else None

    def take(self, turn: Turn, reading: Named) -> list[Saying]:
        """Settle on the factory, or have her choose."""
        if reading.is_sure:
            return [settle_factory(turn, turn.session.get_one(Factory, reading.factory_ids[0]))]
        turn.memo.candidates = list(reading.factory_ids)
        return []

    def skip(self, turn: Turn) -> list[Saying]:
        """She would rather not say."""
        turn.worker.factory_declined = True
        return [Saying("okay")]


class FactoryChoice:
    """Which of the factories with such a name she means."""

    key = "factory_which"

    def say(self, turn: Turn, tries: int) -> Saying:
        """List them; these are names she wrote herself a moment ago."""
        key = "ask_factory_which" if not tries else "ask_factory_which_help"
        return Saying(key, options=titled(self._titles(turn)))

    def read(self, turn: Turn) -> int | Named | None:
        """Return the index of the line she chose, or what else she names; no is the last line, yes a single name."""
        titles = self._titles(turn)
        chosen = read_option(turn, titled(titles))
        if chosen is not None:
            return chosen
        says_yes = read_yes_no(turn)
        if says_yes is False or (says_yes and len(titles) == 2):
            return 0 if says_yes else len(titles) - 1
        return FactoryQuestion().read(turn)

    def take(self, turn: Turn, reading: int | Named) -> list[Saying]:
        """Settle on the chosen one; 'none of these' asks anew, and so does one that was closed meanwhile."""
        if isinstance(reading, Named):
            return FactoryQuestion().take(turn, reading)
        factories = candidates(turn)
        turn.memo.candidates = []
        if reading >= len(factories):
            return []
        if not factories[reading].is_active:
            turn.memo.question, turn.memo.tries = FactoryQuestion.key, 1
            return []
        return [settle_factory(turn, factories[reading])]

    def skip(self, turn: Turn) -> list[Saying]:
        """She would rather not say."""
        turn.memo.candidates = []
        turn.worker.factory_declined = True
        return [Saying("okay")]

    def _titles(self, turn: Turn) -> list[str]:
        return [factory.name for factory in candidates(turn)] + [options(turn, ("factory_none",))[0].title]


def candidates(turn: Turn) -> list[Factory]:
    """Return the factories she was shown, all in their places; none when the list cannot be shown again."""
    found = [turn.session.get(Factory, factory_id) for factory_id in turn.memo.candidates]
    there = [factory for factory in found if factory is not None]
    return there if len(there) == len(found) else []


def settle_factory(turn: Turn, factory: Factory) -> Saying:
    """Remember where she works; a case that waits for it moves to that factory's queue."""
    turn.worker.factory_id = factory.id
    turn.worker.factory_declined = False
    turn.worker.country = factory.country
    turn.memo.candidates = []
    turn.changed()
    case = draft(turn)
    if case is not None:
        place_case(turn, case, factory)
    return Saying("factory_set")
