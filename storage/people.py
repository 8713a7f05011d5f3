"""People who sign in: made on the command line, with what they may see.

The password comes hashed; how, is the business of the admin pages.
"""

from collections.abc import Iterable
from datetime import datetime

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.database import insert_once
from storage.digits import digits_only
from storage.models import Factory, Person, Role
from storage.scope import EVERYWHERE

ROLES = {
    "admin": "Manages people, factories and surveys; sees everything in her countries.",
    "advisor": "Reads and answers cases in her countries and factories.",
    "surveyor": "Sees surveys and the numbers from them, no case.",
}


class PeopleError(Exception):
    """A person cannot be made so; the text says what to change."""


def create_person(
    session: Session,
    email: str,
    name: str,
    roles: Iterable[str],
    countries: Iterable[str],
    factory_codes: Iterable[str],
    password_hash: str | None,
    now: datetime,
) -> Person:
    """Make a person who may sign in; raise `PeopleError` when something is wrong."""
    address = _address(email)
    if find_by_email(session, address) is not None:
        raise PeopleError("somebody with this e-mail address is there already")
    if not name.strip() or len(name) > 100:
        raise PeopleError("give a name of 1 to 100 letters")
    person = Person(
        email=address, name=name.strip(), password=password_hash, countries=_countries(countries), created_at=now
    )
    person.roles = _roles(session, roles)
    person.factories = _factories(session, factory_codes)
    session.add(person)
    session.flush()
    return person


def find_by_email(session: Session, email: str) -> Person | None:
    """Return the person with this address; capitals do not matter."""
    return session.scalar(select(Person).where(func.lower(Person.email) == email.strip().lower()))


def everybody(session: Session) -> list[Person]:
    """Return all people, those who may not sign in any more too."""
    return list(session.scalars(select(Person).order_by(Person.name, Person.id)))


def _address(email: str) -> str:
    try:
        return validate_email(email.strip(), check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        raise PeopleError("this is not an e-mail address") from None


def _countries(countries: Iterable[str]) -> list[str]:
    codes = sorted({country.strip().lower() for country in countries})
    for code in codes:
        if code != EVERYWHERE and not (len(code) == 2 and code.isascii() and code.isalpha()):
            raise PeopleError("a country is its two-letter code, such as bd, or * for all")
    return codes


def _roles(session: Session, names: Iterable[str]) -> list[Role]:
    wanted = sorted(set(names))
    if not wanted or not set(wanted) <= set(ROLES):
        raise PeopleError(f"give at least one role of: {', '.join(ROLES)}")
    for name in wanted:
        insert_once(session, Role, {"name": name, "description": ROLES[name]})
    return list(session.scalars(select(Role).where(Role.name.in_(wanted))))


def _factories(session: Session, codes: Iterable[str]) -> list[Factory]:
    found = []
    for code in codes:
        factory = session.scalar(select(Factory).where(Factory.code == (digits_only(code) or "")))
        if factory is None:
            raise PeopleError(f"no factory has the code {code[:20]}")
        found.append(factory)
    return found
