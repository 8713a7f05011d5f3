"""What is said to a grievance: safety first, then that it was heard, then the questions."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from bot.casework import report
from bot.current_turn import Turn
from bot.introduction import introduction
from bot.questions.factory import FactoryChoice, FactoryQuestion
from bot.understood import SURE, asks_for_a_word, is_open_text
from bot.wording import Saying
from storage.models import Case
from storage.models.enums import Category

COUNTRIES = Path(__file__).parent / "countries"
STORY = 4
"""From so many words on, an answer can be a story as well."""


def hear(turn: Turn) -> list[Saying]:
    """Open or extend a case with the turn's text; return the whole speech, the introduction included."""
    danger = _safety_first(turn)
    case, is_new = report(turn)
    return [*danger, _thanks(case, is_new=is_new), *introduction(turn, is_greeted=True)]


def hear_in_passing(turn: Turn) -> list[Saying]:
    """Open a case for a problem that is told within an answer; nothing when there is none."""
    is_name = isinstance(turn.asked, FactoryQuestion | FactoryChoice) or asks_for_a_word(turn)
    if turn.understanding.intent != "grievance" or is_name:
        return []
    is_sure = turn.understanding.confidence >= SURE or turn.understanding.is_danger
    is_story = is_sure and len(turn.text.split()) >= STORY
    return hear(turn) if is_story or is_open_text(turn) else []


def emergency_number(country: str | None) -> str | None:
    """Return the number to call in danger, from the country's facts.

    An emergency line is told although nobody has verified the entry: a number that is
    common knowledge serves better than none. `app.py check` names the unverified ones.
    """
    facts = country_facts(country).get("emergency")
    return str(facts["value"]) if facts else None


@cache
def country_facts(country: str | None) -> Mapping[str, Any]:
    """Return what `countries/<cc>.yml` holds; nothing for a country without a file."""
    path = COUNTRIES / f"{country}.yml"
    if country is None or not country.isalpha() or not path.is_file():
        return {}
    facts: Mapping[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    return facts


def _thanks(case: Case, *, is_new: bool) -> Saying:
    if not is_new:
        return Saying("heard_more")
    return Saying("heard_unsure" if case.category is Category.UNSORTED else "heard")


def _safety_first(turn: Turn) -> list[Saying]:
    if not turn.understanding.is_danger:
        return []
    number = emergency_number(turn.worker.country)
    return [Saying("danger_call", {"number": number}) if number else Saying("danger")]
