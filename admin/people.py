"""Who signs in, and what each may see. Only administrators come here; each change is in the audit."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import hash_password

from admin.access import ADMIN, allow, me
from admin.forms import text
from admin.labels import COUNTRIES
from admin.services import services
from storage import accounts, audit, people
from storage.models import Person
from storage.scope import EVERYWHERE

blueprint = Blueprint("people", __name__)

FIRST_PASSWORD_BYTES = 12


@dataclass(frozen=True)
class FirstPassword:
    """A password that is shown once."""

    email: str
    password: str


@dataclass(frozen=True)
class Typed:
    """What was typed into the form for a new person."""

    name: str = ""
    email: str = ""
    roles: tuple[str, ...] = ("advisor",)
    countries: tuple[str, ...] = ()
    factories: str = ""

    @classmethod
    def from_form(cls) -> "Typed":
        """Read the form."""
        return cls(
            name=text("name", 100),
            email=text("email", 254),
            roles=tuple(request.form.getlist("role")),
            countries=tuple(request.form.getlist("country")),
            factories=text("factories", 400),
        )


@blueprint.get("/people")
@allow(ADMIN)
def list_people() -> ResponseReturnValue:
    """Show everybody."""
    return _page()


@blueprint.post("/people")
@allow(ADMIN)
def add_person() -> ResponseReturnValue:
    """Add a person and show her first password, once."""
    typed, password, now = Typed.from_form(), _new_password(), services().clock.now()
    hashed = hash_password(password)
    try:
        with services().database.transaction() as session:
            person = people.create_person(
                session, typed.email, typed.name, typed.roles, typed.countries, typed.factories.split(), hashed, now
            )
            person.must_change_password = True
            audit.record(session, me().id, "added_person", "person", str(person.id), now)
            email = person.email
    except people.PeopleError as error:
        return _page(typed=typed, complaints=[f"Nobody was added: {error}."]), 400
    return _page(first_password=FirstPassword(email, password))


@blueprint.post("/people/<int(max=2147483647):person_id>/disable")
@allow(ADMIN)
def disable_person(person_id: int) -> ResponseReturnValue:
    """Let somebody not sign in any more, from the next click on."""
    name = _change(person_id, "disabled_person", lambda person: accounts.set_active(person, is_active=False))
    flash(f"{name} cannot sign in any more.", "success")
    return redirect(url_for("admin.people.list_people"))


@blueprint.post("/people/<int(max=2147483647):person_id>/enable")
@allow(ADMIN)
def enable_person(person_id: int) -> ResponseReturnValue:
    """Let somebody sign in again."""
    name = _change(person_id, "enabled_person", lambda person: accounts.set_active(person, is_active=True))
    flash(f"{name} can sign in again.", "success")
    return redirect(url_for("admin.people.list_people"))


@blueprint.post("/people/<int(max=2147483647):person_id>/password")
@allow(ADMIN)
def reset_password(person_id: int) -> ResponseReturnValue:
    """Give somebody a new first password, shown once."""
    password = _new_password()
    hashed, shown = hash_password(password), []

    def give(person: Person) -> None:
        accounts.set_first_password(person, hashed)
        shown.append(FirstPassword(person.email, password))

    _change(person_id, "reset_password", give)
    return _page(first_password=shown[0])


def _change(person_id: int, action: str, do: Callable[[Person], None]) -> str:
    # Nobody locks herself out: another administrator has to do it.
    if person_id == me().id:
        abort(404)
    with services().database.transaction() as session:
        person = session.get(Person, person_id)
        if person is None:
            abort(404)
        do(person)
        audit.record(session, me().id, action, "person", str(person_id), services().clock.now())
        return person.name


def _new_password() -> str:
    return secrets.token_urlsafe(FIRST_PASSWORD_BYTES)


def _page(
    *, typed: Typed | None = None, complaints: list[str] | None = None, first_password: FirstPassword | None = None
) -> str:
    with services().database.reading() as session:
        return render_template(
            "admin/people.html",
            people=people.everybody(session),
            typed=typed or Typed(),
            complaints=complaints,
            first_password=first_password,
            countries={EVERYWHERE: "All countries", **COUNTRIES},
        )
