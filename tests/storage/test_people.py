"""People who sign in, what they may see, what they looked at."""

from typing import Any

import pytest
from sqlalchemy import func, select

from storage import audit
from storage.database import Database
from storage.models import AuditEntry, Person
from storage.people import PeopleError, create_person, everybody, find_by_email
from storage.scope import Scope
from tests.conftest import FixedClock
from tests.factories import create_factory

AMINA: dict[str, Any] = {
    "email": "Amina@Example.org",
    "name": "Amina",
    "roles": ["advisor"],
    "countries": ["BD"],
    "factory_codes": [],
    "password_hash": "$argon2id$x",
}


def test_person_is_made_with_roles_countries_and_factories(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        factory = create_factory(session, code="0482", country="vn")
        person = create_person(
            session, **{**AMINA, "roles": ["admin", "advisor"], "factory_codes": ["০৪৮২"]}, now=clock.now()
        )
        assert (person.email, person.countries, person.factories) == ("amina@example.org", ["bd"], [factory])
        assert {role.name for role in person.roles} == {"admin", "advisor"}
        assert person.active
        assert not person.must_change_password
        assert Scope.of(person) == Scope(frozenset({"bd"}), frozenset({factory.id}))
        assert everybody(session) == [person]


def test_star_stands_for_all_countries(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        person = create_person(session, **{**AMINA, "countries": ["*"]}, now=clock.now())
        assert Scope.of(person) == Scope.everything()


@pytest.mark.parametrize(
    "changes",
    [
        {"email": "no address"},
        {"email": ""},
        {"email": "amina@example.org\nBcc: x@example.org"},
        {"name": "  "},
        {"name": "x" * 101},
        {"roles": []},
        {"roles": ["root"]},
        {"countries": ["Bangladesh"]},
        {"factory_codes": ["9999"]},
        {"factory_codes": ["x"]},
    ],
)
def test_wrong_person_is_refused(database: Database, clock: FixedClock, changes: dict[str, Any]) -> None:
    with database.transaction() as session:
        with pytest.raises(PeopleError):
            create_person(session, **{**AMINA, **changes}, now=clock.now())
        assert session.scalar(select(func.count()).select_from(Person)) == 0


def test_address_is_taken_once_whatever_its_capitals(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        person = create_person(session, **AMINA, now=clock.now())
        with pytest.raises(PeopleError, match="already"):
            create_person(session, **{**AMINA, "email": "AMINA@example.ORG"}, now=clock.now())
        assert find_by_email(session, " AMINA@example.org ") is person
        assert find_by_email(session, "%") is None


def test_a_look_is_kept(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        person = create_person(session, **AMINA, now=clock.now())
        audit.record(session, person.id, "viewed", "case", "0" * 32, clock.now())
    with database.reading() as session:
        entry = session.scalars(select(AuditEntry)).one()
        assert (entry.person_id, entry.action, entry.subject_kind, entry.at) == (
            person.id,
            "viewed",
            "case",
            clock.now(),
        )
