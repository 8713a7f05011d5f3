"""What one may not see is not there, however it is asked for."""

import re
from typing import Any

import pytest
from flask import Flask

from admin.access import allow
from storage.database import Database
from storage.models import Case, Factory, Person
from tests.admin.conftest import Visitor


def test_a_view_that_names_no_role_is_closed(app: Flask, admin: Visitor) -> None:
    app.view_functions["admin.people.list_people"] = lambda: "open"
    assert admin.get("/admin/people").status == 404
    app.view_functions["admin.people.list_people"] = allow("admin")(lambda: "open")
    assert admin.get("/admin/people").text == "open"


def test_what_is_forbidden_looks_like_what_is_not_there(
    case: Case, outsider: Visitor, surveyor: Visitor, admin: Visitor
) -> None:
    for somebody in (outsider, surveyor, admin):
        forbidden = somebody.get(f"/admin/cases/{case.reference}")
        unknown = somebody.get("/admin/cases/XXXX-XXXX")
        assert (forbidden.status, without_token(forbidden.text)) == (unknown.status, without_token(unknown.text))


def without_token(page: str) -> str:
    """Leave out the token against forgery: it carries the second in which the page was made."""
    page, count = re.subn(r'(?<=name="csrf_token" value=")[^"]+', "", page)
    assert count
    return page


@pytest.mark.parametrize("reference", ["XXXX-XXXX", "0", "%00", "../people", "a" * 5000, "' OR 1=1 --", "%F0%9F%92%A9"])
def test_malformed_references_are_not_found(advisor: Visitor, reference: str) -> None:
    assert advisor.get(f"/admin/cases/{reference}").status == 404
    assert advisor.post(f"/admin/cases/{reference}/status", status="closed").status in {400, 404}
    assert advisor.get(f"/admin/factories/{reference}/cases").status == 404


def test_media_of_another_case_is_not_found(
    case: Case, values: dict[str, Any], advisor: Visitor, no_such_id: str
) -> None:
    assert advisor.get(f"/admin/cases/{case.reference}/media/{values['media_id']}").status == 200
    assert advisor.get(f"/admin/cases/{case.reference}/media/{no_such_id}").status == 404


def test_access_that_is_taken_away_ends_with_the_next_request(
    database: Database, case: Case, advisor: Visitor, people: dict[str, Person]
) -> None:
    assert advisor.get(f"/admin/cases/{case.reference}").status == 200
    with database.transaction() as session:
        session.get_one(Person, people["advisor"].id).countries = ["ht"]
    assert advisor.get(f"/admin/cases/{case.reference}").status == 404


def test_a_single_factory_is_enough(
    database: Database, case: Case, factory: Factory, outsider: Visitor, people: dict[str, Person]
) -> None:
    with database.transaction() as session:
        person = session.get_one(Person, people["outsider"].id)
        person.factories.append(session.get_one(Factory, factory.id))
    assert outsider.get(f"/admin/cases/{case.reference}").status == 200
