"""Who may open what, route by route: the routes equal the data file."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from tests.admin.conftest import Visitor
from tests.admin.routes import ALLOWED, address, routes

ROLES = ("-", "surveyor", "advisor", "outsider", "admin")


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


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
