"""The few addresses that answer somebody who is not signed in. A new one that is not listed here fails."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from app import Parts, Settings, create_app
from bot.wording import Wording
from storage.database import Database
from storage.keys import new_keyring
from storage.models import InboxMessage
from storage.vault import Vault
from tests.conftest import FixedClock
from tests.line import ENVIRONMENT

PUBLIC = {
    "GET /healthz",
    "GET /readyz",
    "GET /metrics",
    "GET /chat",
    "GET /chat/<code>",
    "GET /chat/lines",
    "POST /chat",
    "POST /chat/<code>",
    "POST /chat/exit",
    "POST /chat/receipt",
    "GET /admin/sign-in",
    "POST /admin/sign-in",
    "GET /admin/static/<path:filename>",
    "GET /bootstrap/static/<path:filename>",
    "GET /chat/static/<path:filename>",
}
SIGNED = {
    "GET /channels/twilio/messages",
    "POST /channels/twilio/messages",
    "GET /channels/twilio/status",
    "POST /channels/twilio/status",
    "GET /channels/gateway/<name>/messages",
    "POST /channels/gateway/<name>/messages",
}
"""Open to providers, who prove themselves with each request."""
DEVELOPMENT = {"GET /dev/phone", "POST /dev/phone", "GET /dev/phone/static/<path:filename>"}
PRODUCTION = {
    "OPENLINE_ENV": "production",
    "OPENLINE_KEYS_FILE": "/etc/openline/keys.json",
}


@pytest.fixture
def vault() -> Vault:
    return Vault(new_keyring("production"))


@pytest.fixture
def make(database: Database, vault: Vault, clock: FixedClock, wording: Wording) -> Callable[..., Flask]:
    def app(**changes: str) -> Flask:
        settings = Settings.from_env({**ENVIRONMENT, **changes})
        return create_app(Parts(settings, database, vault, wording, None, clock))

    return app


def _routes(app: Flask) -> dict[str, tuple[Rule, str]]:
    return {
        f"{method} {rule.rule}": (rule, method)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def _visit(app: Flask, rule: Rule, method: str) -> TestResponse:
    url = rule.build(dict.fromkeys(rule.arguments, "1"), append_unknown=False)
    assert url is not None
    return app.test_client().open(url[1], method=method)


def test_what_is_not_listed_refuses_somebody_who_is_not_signed_in(make: Callable[..., Flask]) -> None:
    app = make()
    for name, (rule, method) in _routes(app).items():
        if name in PUBLIC | SIGNED | DEVELOPMENT:
            continue
        response = _visit(app, rule, method)
        to_sign_in = response.status_code == 302 and response.headers["Location"].startswith("/admin/sign-in")
        # A form without its session's token is refused before anything else.
        assert to_sign_in or (method != "GET" and response.status_code == 400), name


def test_every_listed_address_is_there(make: Callable[..., Flask]) -> None:
    assert set(_routes(make())) >= PUBLIC | SIGNED | DEVELOPMENT


def test_webhooks_refuse_who_does_not_prove_it_is_the_provider(make: Callable[..., Flask]) -> None:
    app = make()
    statuses = {_visit(app, *_routes(app)[name]).status_code for name in SIGNED}
    assert statuses <= {403, 404}


def test_the_simulated_phone_is_not_there_in_production(make: Callable[..., Flask]) -> None:
    app = make(**PRODUCTION)
    assert set(_routes(app)).isdisjoint(DEVELOPMENT)
    assert app.test_client().get("/dev/phone").status_code == 404


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "TRACE"])
def test_every_answer_has_safe_headers_and_echoes_nothing(make: Callable[..., Flask], method: str) -> None:
    app = make()
    marker = "zz-nobody-said-this-zz"
    urls = ["/", "/chat", "/admin/", "/admin/sign-in", "/healthz", f"/{marker}?q={marker}"]
    for url in urls:
        response = app.test_client().open(url, method=method)
        headers = response.headers
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"], url
        assert "unsafe" not in headers["Content-Security-Policy"], url
        assert headers["X-Content-Type-Options"] == "nosniff", url
        assert headers["Referrer-Policy"] == "no-referrer", url
        assert "no-store" in headers["Cache-Control"], url
        assert marker not in response.text, url


def test_an_error_nobody_expected_says_what_to_do_and_is_logged_by_name(
    make: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    app = make()
    monkeypatch.setitem(app.view_functions, "operations.health", lambda: 1 / 0)
    response = app.test_client().get("/healthz")
    assert (response.status_code, response.text) == (500, "Something went wrong on our side. Try again in a minute.\n")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert [record.getMessage() for record in caplog.records] == ["a page ended in an error: operations.health"]


def test_a_form_without_its_pages_token_changes_nothing(make: Callable[..., Flask], database: Database) -> None:
    client = make().test_client()
    for url in ("/chat", "/chat/4821", "/dev/phone", "/admin/sign-in"):
        assert client.post(url, data={"message": "hello", "number": "+8801700000000"}).status_code == 400, url
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(InboxMessage)) == 0


def test_more_than_anybody_types_is_refused(make: Callable[..., Flask]) -> None:
    response = make().test_client().post("/admin/sign-in", data={"email": "x" * 300_000})
    assert response.status_code == 413
