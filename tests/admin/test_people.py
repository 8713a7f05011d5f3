"""Administrators add and disable people; what they do is in the audit, and nobody locks herself out."""

import re
from collections.abc import Callable

import pytest
from flask import Flask

from storage.database import Database
from storage.models import Case, Factory, Person
from storage.people import find_by_email
from tests.admin.conftest import PASSWORD, Visitor

NEW = {"name": "Nasrin", "email": "Nasrin@Example.org", "role": "advisor", "country": "bd", "factories": ""}


def first_password(page: str) -> str:
    [password] = re.findall(r'<code class="secret">([^<]+)</code>', page)
    return str(password)


def test_somebody_added_signs_in_and_chooses_a_password(admin: Visitor, visitor: Visitor) -> None:
    page = admin.post("/admin/people", **NEW).text
    assert visitor.sign_in("nasrin@example.org", first_password(page)).status == 302
    assert visitor.get("/admin/").location == "/admin/account"


def test_somebody_added_sees_what_was_given_to_her(admin: Visitor, database: Database, factory: Factory) -> None:
    admin.post("/admin/people", **{**NEW, "country": "ht", "factories": factory.code})
    with database.reading() as session:
        person = find_by_email(session, "nasrin@example.org")
        assert person is not None
        assert (person.countries, [one.code for one in person.factories]) == (["ht"], [factory.code])
        assert [role.name for role in person.roles] == ["advisor"]


@pytest.mark.parametrize(
    ("change", "advice"),
    [
        ({"email": "nobody"}, "this is not an e-mail address"),
        ({"email": "advisor@example.org"}, "somebody with this e-mail address is there already"),
        ({"name": " "}, "give a name"),
        ({"role": "owner"}, "give at least one role"),
        ({"factories": "9999"}, "no factory has the code 9999"),
        ({"country": "xyz"}, "a country is its two-letter code"),
    ],
)
def test_a_mistake_adds_nobody_and_says_what_to_change(
    admin: Visitor, database: Database, change: dict[str, str], advice: str
) -> None:
    answer = admin.post("/admin/people", **{**NEW, **change})
    assert answer.status == 400
    assert advice in answer.text
    with database.reading() as session:
        assert session.query(Person).count() == 4


def test_a_disabled_person_is_out_at_once_and_comes_back_when_enabled(
    admin: Visitor, advisor: Visitor, people: dict[str, Person], app: Flask
) -> None:
    person_id = people["advisor"].id
    admin.post(f"/admin/people/{person_id}/disable")
    assert advisor.get("/admin/").wants_sign_in
    admin.post(f"/admin/people/{person_id}/enable")
    assert advisor.get("/admin/").wants_sign_in
    assert Visitor(app.test_client()).sign_in("advisor@example.org").status == 302


def test_a_new_first_password_ends_her_sessions(
    admin: Visitor, advisor: Visitor, people: dict[str, Person], app: Flask
) -> None:
    password = first_password(admin.post(f"/admin/people/{people['advisor'].id}/password").text)
    assert advisor.get("/admin/").wants_sign_in
    assert Visitor(app.test_client()).sign_in("advisor@example.org", PASSWORD).status == 200
    assert Visitor(app.test_client()).sign_in("advisor@example.org", password).status == 302


@pytest.mark.parametrize("action", ["disable", "enable", "password"])
def test_nobody_locks_herself_out(admin: Visitor, people: dict[str, Person], action: str) -> None:
    assert admin.post(f"/admin/people/{people['admin'].id}/{action}").status == 404
    assert admin.get("/admin/people").status == 200


def test_people_who_are_not_there_are_not_found(admin: Visitor) -> None:
    for person_id in ("0", "99999", "99999999999999999999", "-1", "x"):
        assert admin.post(f"/admin/people/{person_id}/disable").status == 404


def test_each_change_is_in_the_audit_and_an_administrator_reads_it(
    admin: Visitor, people: dict[str, Person], audited: Callable[[], list[tuple[int | None, str, str]]]
) -> None:
    admin.post("/admin/people", **NEW)
    admin.post(f"/admin/people/{people['advisor'].id}/disable")
    assert [action for _, action, _ in audited()] == ["added_person", "disabled_person"]
    page = admin.get("/admin/audit").text
    assert "disabled a person" in page
    assert "advisor" in page


def test_the_audit_names_cases_and_shows_no_words(
    admin: Visitor, advisor: Visitor, case: Case, people: dict[str, Person]
) -> None:
    reference = case.reference
    advisor.get(f"/admin/cases/{reference}")
    page = admin.get(f"/admin/audit?person={people['advisor'].id}&action=read_case").text
    assert reference in page
    assert "বেতন" not in page
    assert "No entry fits." in admin.get("/admin/audit?action=replied").text


@pytest.mark.parametrize("query", ["person=x", "person=0", "action=look", "before=soon", "before=2026-11-18"])
def test_nonsense_about_the_audit_is_refused(admin: Visitor, query: str) -> None:
    assert admin.get(f"/admin/audit?{query}").status == 400


def test_names_of_people_are_inert(admin: Visitor) -> None:
    page = admin.post("/admin/people", **{**NEW, "name": "<script>alert(1)</script>"}).text
    assert "<script>alert" not in page
