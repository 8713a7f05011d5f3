"""Forms that come from elsewhere change nothing."""

from typing import Any

import pytest
from flask import Flask

from storage.models import Case
from tests.admin.conftest import Visitor
from tests.admin.routes import ALLOWED, address

CHANGING = sorted(route for route in ALLOWED if not route.endswith(" GET"))


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.mark.parametrize("token", ["none", "wrong", "another session's"])
def test_a_form_without_the_sessions_own_token_is_refused(
    token: str, app: Flask, values: dict[str, Any], advisor: Visitor, admin: Visitor
) -> None:
    form = {"none": {}, "wrong": {"csrf_token": "x"}, "another session's": {"csrf_token": admin.token()}}[token]
    for route in CHANGING:
        answer = advisor.client.open(address(app, route, values), method=route.split()[1], data=form)
        assert (route, answer.status_code) == (route, 400)
        assert "too old" in answer.text


def test_a_forged_change_changes_nothing(case: Case, advisor: Visitor) -> None:
    seen = advisor.seen_of(case.reference)
    advisor.client.post(f"/admin/cases/{case.reference}/status", data={"status": "closed", "seen": seen})
    assert advisor.seen_of(case.reference) == seen


def test_a_form_may_stay_open_as_long_as_the_session(advisor: Visitor, case: Case, app: Flask) -> None:
    assert app.config["WTF_CSRF_TIME_LIMIT"] is None
    advisor.token()
    assert advisor.post(f"/admin/cases/{case.reference}/notes", note="late").status == 302
