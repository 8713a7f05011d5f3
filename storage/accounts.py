"""What changes about a person who signs in: her password, her session key, whether she may.

The session key is what a session cookie stands for: a new one ends every session at once.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.models import Case, Person, Role, new_id
from storage.scope import EVERYWHERE


def find_by_session_key(session: Session, key: str) -> Person | None:
    """Return the person whom a session cookie stands for."""
    return session.scalar(select(Person).where(Person.fs_uniquifier == key))


def set_password(
    session: Session, person_id: int, password_hash: str | None, *, session_key: str, must_change: bool
) -> None:
    """Keep a new password (its hash) and the session key that goes with it."""
    person = session.get_one(Person, person_id)
    person.password = password_hash
    person.fs_uniquifier = session_key
    person.must_change_password = must_change


def set_first_password(person: Person, password_hash: str) -> None:
    """Give a password for one time; every session of hers ends."""
    person.password = password_hash
    person.fs_uniquifier = new_id()
    person.must_change_password = True


def set_active(person: Person, *, is_active: bool) -> None:
    """Let a person sign in, or not any more; every session of hers ends."""
    person.active = is_active
    person.fs_uniquifier = new_id()


def advisors_of(session: Session, case: Case) -> list[Person]:
    """Return the advisors who may see this case, by name."""
    query = (
        select(Person).where(Person.active, Person.roles.any(Role.name == "advisor")).order_by(Person.name, Person.id)
    )
    return [person for person in session.scalars(query) if _sees(person, case)]


def _sees(person: Person, case: Case) -> bool:
    in_country = EVERYWHERE in person.countries or case.country in person.countries
    return in_country or case.factory_id in {factory.id for factory in person.factories}
