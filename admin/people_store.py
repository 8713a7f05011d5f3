"""Flask-Security's view of our people: a copy of a row for reading, a short transaction for each change.

Nothing stays attached to a session, so no page is rendered while a write lock is held.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from flask import g
from flask_security import RoleMixin, UserDatastore, UserMixin

from admin.services import services
from storage import accounts, people
from storage.models import Person, Role
from storage.scope import Scope


@dataclass(eq=False)
class RoleName(RoleMixin):
    """A role as Flask-Security asks for it."""

    name: str
    permissions: list[str] = field(default_factory=list)


@dataclass(eq=False)
class SignedIn(UserMixin):
    """Somebody who signs in, as she was when the request began."""

    id: int
    email: str
    name: str
    password: str | None = field(repr=False)
    active: bool
    fs_uniquifier: str = field(repr=False)
    must_change_password: bool
    roles: list[RoleName]
    scope: Scope

    @classmethod
    def of(cls, person: Person) -> "SignedIn":
        """Copy what the pages need from the row."""
        return cls(
            id=person.id,
            email=person.email,
            name=person.name,
            password=person.password,
            active=person.active,
            fs_uniquifier=person.fs_uniquifier,
            must_change_password=person.must_change_password,
            roles=[RoleName(role.name) for role in person.roles],
            scope=Scope.of(person),
        )

    def has_any(self, roles: Iterable[str]) -> bool:
        """Say whether she has one of `roles`."""
        return not {role.name for role in self.roles}.isdisjoint(roles)


class PeopleStore(UserDatastore):
    """Finds people for Flask-Security and writes back what it changed: password, session key."""

    def __init__(self) -> None:
        """Use our own tables; tokens and passkeys are not offered."""
        super().__init__(Person, Role)

    def find_user(self, case_insensitive: bool = False, **wanted: Any) -> SignedIn | None:
        """Return the person with this e-mail address or session key."""
        with services().database.reading() as session:
            if "email" in wanted:
                person = people.find_by_email(session, wanted["email"])
            else:
                person = accounts.find_by_session_key(session, wanted.get("fs_uniquifier", ""))
            return SignedIn.of(person) if person else None

    def find_role(self, role: str) -> RoleName | None:
        """Return the role; people get theirs through `storage.people` alone."""
        return RoleName(role)

    def put(self, model: SignedIn) -> SignedIn:
        """Note somebody whose password or session key changed; `commit` writes it."""
        g.changed_person = model
        return model

    def commit(self) -> None:
        """Write what `put` noted."""
        changed: SignedIn | None = g.pop("changed_person", None)
        if changed is None:
            return
        with services().database.transaction() as session:
            accounts.set_password(
                session,
                changed.id,
                changed.password,
                session_key=changed.fs_uniquifier,
                must_change=changed.must_change_password,
            )
