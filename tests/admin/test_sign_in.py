"""Signing in and out: throttled per account and address, ended at once when a person changes."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select

from admin import signin
from storage.database import Database
from storage.models import AuditEntry, Person
from tests.admin.conftest import PASSWORD, Visitor

NEW_PASSWORD = "three quiet green boats"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def own_password(people: dict[str, Person]) -> str:
    return PASSWORD


def change_password(somebody: Visitor, new: str, now: str = PASSWORD) -> int:
    form = {"password": now, "new_password": new, "new_password_confirm": new}
    return somebody.post("/admin/account", **form).status


def test_an_advisor_signs_in_and_sees_the_queue(visitor: Visitor, own_password: str) -> None:
    answer = visitor.sign_in("advisor@example.org", own_password)
    assert (answer.status, answer.location) == (302, "/admin/")
    assert "Review queue" in visitor.get("/admin/").text


def test_capitals_in_the_address_do_not_matter(visitor: Visitor, own_password: str) -> None:
    assert visitor.sign_in("ADVISOR@Example.ORG", own_password).status == 302


@pytest.mark.parametrize(("email", "password"), [("advisor@example.org", "wrong"), ("nobody@example.org", PASSWORD)])
def test_a_wrong_password_and_an_unknown_address_look_the_same(
    visitor: Visitor, own_password: str, email: str, password: str
) -> None:
    answer = visitor.sign_in(email, password)
    assert answer.status == 200
    assert "The e-mail address or the password is not right." in answer.text
    assert visitor.get("/admin/").wants_sign_in


def test_tries_are_limited_per_account_and_address(visitor: Visitor, own_password: str, app: Flask) -> None:
    for _ in range(10):
        assert visitor.sign_in("advisor@example.org", "wrong").status == 200
    assert visitor.sign_in("advisor@example.org").status == 429
    assert visitor.sign_in("admin@example.org").status == 302
    assert Visitor(app.test_client()).sign_in("advisor@example.org", REMOTE_ADDR="192.0.2.7").status == 302


def test_tries_that_succeed_are_not_counted(app: Flask, own_password: str) -> None:
    for _ in range(12):
        assert Visitor(app.test_client()).sign_in("advisor@example.org").status == 302


def test_somebody_disabled_cannot_sign_in_and_is_out_at_once(
    database: Database, visitor: Visitor, people: dict[str, Person]
) -> None:
    visitor.sign_in("advisor@example.org")
    assert visitor.get("/admin/").status == 200
    with database.transaction() as session:
        session.get_one(Person, people["advisor"].id).active = False
    assert visitor.get("/admin/").wants_sign_in
    assert visitor.sign_in("advisor@example.org").status == 200


def test_a_new_password_ends_all_other_sessions(app: Flask, own_password: str) -> None:
    here, elsewhere = Visitor(app.test_client()), Visitor(app.test_client())
    for somebody in (here, elsewhere):
        somebody.sign_in("advisor@example.org")
        somebody.person = Person()
    assert change_password(here, NEW_PASSWORD) == 302
    assert here.get("/admin/").status == 200
    assert elsewhere.get("/admin/").wants_sign_in
    assert Visitor(app.test_client()).sign_in("advisor@example.org").status == 200
    assert Visitor(app.test_client()).sign_in("advisor@example.org", NEW_PASSWORD).status == 302


@pytest.mark.parametrize(("now", "new"), [("wrong", NEW_PASSWORD), (PASSWORD, "short"), (PASSWORD, PASSWORD)])
def test_a_password_is_not_changed_to_a_bad_one(advisor: Visitor, app: Flask, now: str, new: str) -> None:
    assert change_password(advisor, new, now) == 200
    assert Visitor(app.test_client()).sign_in("advisor@example.org").status == 302


def test_a_first_password_must_be_changed_before_anything_else(
    database: Database, visitor: Visitor, people: dict[str, Person]
) -> None:
    with database.transaction() as session:
        session.get_one(Person, people["advisor"].id).must_change_password = True
    visitor.sign_in("advisor@example.org")
    visitor.person = people["advisor"]
    assert visitor.get("/admin/").location == "/admin/account"
    assert change_password(visitor, NEW_PASSWORD) == 302
    assert visitor.get("/admin/").status == 200


def test_signing_out_works_by_a_form_only(advisor: Visitor) -> None:
    assert advisor.get("/admin/sign-out").status == 404
    assert advisor.get("/admin/").status == 200
    advisor.post("/admin/sign-out")
    assert advisor.get("/admin/").wants_sign_in


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_signing_in_never_leads_to_another_site(visitor: Visitor, own_password: str, target: str) -> None:
    form = {"csrf_token": visitor.token(), "email": "advisor@example.org", "password": PASSWORD, "next": target}
    answer = visitor.client.post("/admin/sign-in", query_string={"next": target}, data=form)
    assert re.fullmatch(r"/(?![/\\]).*", answer.location or "/")


def test_signing_in_leads_back_to_the_page_that_was_wanted(visitor: Visitor, own_password: str) -> None:
    wanted = visitor.get("/admin/undelivered")
    assert wanted.location
    form = {"csrf_token": visitor.token(), "email": "advisor@example.org", "password": PASSWORD}
    assert visitor.client.post(wanted.location, data=form).location == "/admin/undelivered"


def test_the_session_cookie_is_for_our_pages_only(visitor: Visitor, own_password: str, app: Flask) -> None:
    cookie = visitor.sign_in("advisor@example.org").response.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie
    signin.configure(app, "https://openline.example")
    assert "Secure" in Visitor(app.test_client()).sign_in("advisor@example.org").response.headers["Set-Cookie"]


def test_nobody_is_remembered_beyond_the_session(visitor: Visitor, own_password: str) -> None:
    form = {"csrf_token": visitor.token(), "email": "advisor@example.org", "password": PASSWORD, "remember": "y"}
    cookies = visitor.client.post("/admin/sign-in", data=form).headers.getlist("Set-Cookie")
    assert all(cookie.startswith("openline_session=") for cookie in cookies)


def test_signing_in_is_in_the_audit(
    visitor: Visitor, people: dict[str, Person], audited: Callable[[], list[tuple[int | None, str, str]]]
) -> None:
    visitor.sign_in("advisor@example.org")
    person_id = people["advisor"].id
    assert audited() == [(person_id, "signed_in", str(person_id))]


def test_a_failed_try_writes_nothing(database: Database, visitor: Visitor, own_password: str) -> None:
    visitor.sign_in("advisor@example.org", "wrong")
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(AuditEntry)) == 0


def test_passwords_are_kept_as_argon2_with_a_salt_of_the_keyring(database: Database, own_password: str) -> None:
    with database.reading() as session:
        kept = session.scalars(select(Person.password)).first()
    assert kept is not None
    assert kept.startswith("$argon2id$")


def test_without_secrets_the_pages_do_not_start() -> None:
    with pytest.raises(RuntimeError, match="SECRET_KEY must be set"):
        signin.configure(Flask("openline"), "https://openline.example")
