"""Who may open what, route by route; what one may not see is not there."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from admin.access import allow
from storage.database import Database
from storage.models import Case, Factory, Person
from tests.admin.conftest import Visitor
from tests.admin.routes import ALLOWED, address, routes

ROLES = ("-", "surveyor", "advisor", "outsider", "admin")


def test_every_route_is_in_the_data_file(app: Flask) -> None:
    assert set(routes(app)) == set(ALLOWED)


@pytest.mark.parametrize("route", sorted(ALLOWED))
def test_each_route_is_open_to_exactly_those_named(
    route: str, app: Flask, values: dict[str, Any], visitor: Visitor, enter: Callable[[str], Visitor]
) -> None:
    url = address(app, route, values)
    opened = [role for role in ROLES if _opens(visitor if role == "-" else enter(role), route.split()[1], url)]
    assert opened == [role for role in ROLES if role in ALLOWED[route]]


def _opens(somebody: Visitor, method: str, url: str) -> bool:
    token = {"X-CSRFToken": somebody.token()}
    response = somebody.client.open(url, method=method, headers=token, buffered=True)
    goes_to_sign_in = (response.location or "").startswith("/admin/sign-in")
    assert response.status_code < 500
    return response.status_code != 404 and not goes_to_sign_in


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
        assert (forbidden.status, forbidden.text) == (unknown.status, unknown.text)


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
