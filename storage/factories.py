"""Factories: found by the code on a poster or by the name a worker writes.

The turn looks them up; `factory_list.py` brings them in.
"""

import re
import unicodedata
from collections.abc import Iterable

from rapidfuzz import fuzz
from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.digits import digits_only
from storage.factory_list import ImportResult, import_csv
from storage.models import Factory, FactoryAlias

__all__ = ["ImportResult", "find_by_code", "fold", "import_csv", "names_of", "search_by_name"]

SEARCH_LIMIT = 5
SEARCH_FLOOR = 55.0
"""Below this a likeness is chance; what is above is still asked back."""
SEARCHED_TEXT = 200

# In every second name: without them "Star Garments" is not like "Moon Garments".
COMMON_WORDS = re.compile(
    r"apparels?|c(ompan)?y|co|corporation|enterprises?|fabrics?|factory|fashions?|garments?|group|industr(y|ies)"
    r"|international|inc|jsc|knit(wears?)?|limited|llc|ltd|manufacturing|mills?|private|pvt|sa|textiles?|the|unit|wear"
    r"|cong|ty|may|cty|tnhh"
)
COMBINING_MARKS = range(0x300, 0x370)


def find_by_code(session: Session, code: str) -> Factory | None:
    """Return the active factory with this code, typed in any script's digits."""
    plain = digits_only(code[:SEARCHED_TEXT])
    if plain is None:
        return None
    return session.scalar(select(Factory).where(Factory.code == plain, Factory.is_active))


def names_of(session: Session, factory_id: str | None) -> list[str]:
    """Return everything a factory is called: code, name, aliases; nothing when there is none."""
    factory = session.get(Factory, factory_id) if factory_id else None
    if factory is None:
        return []
    aliases = session.scalars(select(FactoryAlias.name).where(FactoryAlias.factory_id == factory.id))
    return [factory.code, factory.name, *aliases]


def search_by_name(session: Session, text: str, country: str | None) -> list[tuple[Factory, int]]:
    """Return the active factories whose name or alias is like `text`, with the likeness 0 to 100, best first."""
    wanted = _telling_words(text[:SEARCHED_TEXT])
    if not wanted:
        return []
    names = _names(session, country)
    scored = [(factory, _likeness(wanted, its_names)) for factory, its_names in names.values()]
    found = [(factory, round(score)) for factory, score in scored if score >= SEARCH_FLOOR]
    return sorted(found, key=lambda pair: (-pair[1], pair[0].name))[:SEARCH_LIMIT]


def fold(text: str) -> str:
    """Return `text` without what people leave out when they type: capitals, accents of Latin letters, punctuation."""
    decomposed = unicodedata.normalize("NFKD", text.casefold()).replace("đ", "d")
    letters = (sign for sign in decomposed if ord(sign) not in COMBINING_MARKS)
    spaced = "".join(sign if _is_part_of_word(sign) else " " for sign in letters)
    return " ".join(unicodedata.normalize("NFC", spaced).split())


def _is_part_of_word(sign: str) -> bool:
    # Letters, digits, and the vowel signs of Indic scripts, which are marks.
    return unicodedata.category(sign)[0] in "LMN"


def _telling_words(text: str) -> str:
    return " ".join(word for word in fold(text).split() if not COMMON_WORDS.fullmatch(word))


def _likeness(wanted: str, names: Iterable[str]) -> float:
    return max((fuzz.WRatio(wanted, _telling_words(name) or fold(name)) for name in names), default=0.0)


def _names(session: Session, country: str | None) -> dict[str, tuple[Factory, list[str]]]:
    query = select(Factory, FactoryAlias.name).outerjoin(FactoryAlias, FactoryAlias.factory_id == Factory.id)
    query = query.where(Factory.is_active)
    if country is not None:
        query = query.where(Factory.country == country)
    names: dict[str, tuple[Factory, list[str]]] = {}
    for factory, alias in session.execute(query):
        _, its_names = names.setdefault(factory.id, (factory, [factory.name]))
        if alias is not None:
            its_names.append(alias)
    return names
