"""A fixed cast that signs in: an advisor for Bangladesh, an outsider for Viet Nam, a surveyor, an administrator."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from re import search
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_security import hash_password
from werkzeug.test import TestResponse

from admin import AdminServices, create_admin
from channels.segments import count
from nlu.telling import told
from storage.cases.media import keep_media
from storage.database import Database
from storage.models import AuditEntry, Case, Conversation, Factory, InboxMessage, Person, new_id
from storage.models.enums import InboxState
from storage.vault import Vault
from tests.conftest import FixedClock
from tests.factories import create_case, create_conversation, create_factory, create_person, create_worker

PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class SpokenLanguage:
    name: str
    english_name: str
    direction: str = "ltr"
    review: str = "draft"
    telling: tuple[str, ...] = ()

    def told(self, text: str) -> tuple[str, ...]:
        return told(text, self.telling)


LANGUAGES = {
    "bn": SpokenLanguage("বাংলা", "Bangla", telling=("অভিযোগ*",)),
    "ur": SpokenLanguage("اردو", "Urdu", "rtl"),
    "en": SpokenLanguage("English", "English", review="reviewed", telling=("complain*",)),
}


@dataclass(frozen=True)
class Answer:
    """What a visit brought."""

    status: int
    text: str
    location: str | None
    response: TestResponse

    @property
    def wants_sign_in(self) -> bool:
        return self.location is not None and self.location.startswith("/admin/sign-in")


class Visitor:
    """Somebody with a browser; forms she sends carry the token of her own session."""

    def __init__(self, client: FlaskClient, person: Person | None = None) -> None:
        self.client = client
        self.person = person
        self._token: str | None = None

    def get(self, url: str, **options: Any) -> Answer:
        return self._answer(self.client.get(url, **options))

    def post(self, url: str, **form: Any) -> Answer:
        return self._answer(self.client.post(url, data={"csrf_token": self.token(), **form}))

    def token(self) -> str:
        if self._token is None:
            page = self.get("/admin/account" if self.person else "/admin/sign-in").text
            found = search(r'name="csrf_token" value="([^"]+)"', page)
            assert found, "the page has no form"
            self._token = found[1]
        return self._token

    def sign_in(self, email: str, password: str = PASSWORD, **environ: str) -> Answer:
        form = {"csrf_token": self.token(), "email": email, "password": password}
        self._token = None
        return self._answer(self.client.post("/admin/sign-in", data=form, environ_base=environ))

    def seen_of(self, reference: str) -> str:
        """The moment that the forms of a case's page carry."""
        found = search(r'name="seen" value="([^"]+)"', self.get(f"/admin/cases/{reference}").text)
        assert found, "the case's page has no form"
        return found[1]

    def _answer(self, response: TestResponse) -> Answer:
        is_text = (response.mimetype or "").startswith(("text/", "application/json"))
        return Answer(response.status_code, response.text if is_text else "", response.location, response)


@pytest.fixture
def sqlite_url(empty_sqlite: Path, tmp_path: Path) -> str:
    """For tests whose promise does not depend on the database."""
    path = tmp_path / "openline.db"
    shutil.copy(empty_sqlite, path)
    return f"sqlite:///{path}"


@pytest.fixture
def app(database: Database, vault: Vault, clock: FixedClock) -> Flask:
    app = Flask("openline")
    app.config.update(TESTING=True, SECRET_KEY="a secret of the tests", SECURITY_PASSWORD_SALT="a salt of the tests")
    services = AdminServices(
        database=database,
        vault=vault,
        clock=clock,
        count_segments=count,
        redact=lambda text, _country: text.replace("01700000000", "[phone]"),
        languages=LANGUAGES,
        public_url="http://localhost",
    )
    create_admin(app, services)
    return app


@cache
def _password_hash(salt: str) -> str:
    return str(hash_password(PASSWORD))


@pytest.fixture
def people(app: Flask, database: Database) -> dict[str, Person]:
    with app.app_context():
        hashed = _password_hash(app.config["SECURITY_PASSWORD_SALT"])
    cast = {
        "advisor": (("advisor",), ["bd"]),
        "outsider": (("advisor",), ["vn"]),
        "surveyor": (("surveyor",), ["bd"]),
        "admin": (("admin",), ["*"]),
    }
    with database.transaction() as session:
        return {
            name: create_person(
                session, roles=roles, countries=countries, email=f"{name}@example.org", name=name, password=hashed
            )
            for name, (roles, countries) in cast.items()
        }


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    """Nobody yet."""
    return Visitor(app.test_client())


@pytest.fixture
def enter(app: Flask, people: dict[str, Person]) -> Callable[[str], Visitor]:
    """Lets one of the cast in, with the session that signing in would have given her."""

    def signed_in(name: str) -> Visitor:
        client = app.test_client()
        with client.session_transaction() as session:
            session["_user_id"] = people[name].fs_uniquifier
            session["_fresh"] = True
        return Visitor(client, people[name])

    return signed_in


@pytest.fixture
def advisor(enter: Callable[[str], Visitor]) -> Visitor:
    return enter("advisor")


@pytest.fixture
def outsider(enter: Callable[[str], Visitor]) -> Visitor:
    return enter("outsider")


@pytest.fixture
def surveyor(enter: Callable[[str], Visitor]) -> Visitor:
    return enter("surveyor")


@pytest.fixture
def admin(enter: Callable[[str], Visitor]) -> Visitor:
    return enter("admin")


@pytest.fixture
def visits(
    visitor: Visitor, advisor: Visitor, outsider: Visitor, surveyor: Visitor, admin: Visitor
) -> Callable[..., None]:
    """Visits a page as everybody; only those named get it, for all others it is not there."""
    everybody = {"advisor": advisor, "outsider": outsider, "surveyor": surveyor, "admin": admin}

    def check(url: str, *, allowed: list[str]) -> None:
        assert visitor.get(url).wants_sign_in
        statuses = {name: somebody.get(url).status for name, somebody in everybody.items()}
        assert statuses == {name: 200 if name in allowed else 404 for name in everybody}

    return check


@pytest.fixture
def factory(database: Database) -> Factory:
    with database.transaction() as session:
        return create_factory(session, aliases=("Padma Tower",))


@pytest.fixture
def conversation(database: Database, vault: Vault) -> Conversation:
    with database.transaction() as session:
        return create_conversation(session, vault, worker=create_worker(session, vault))


@pytest.fixture
def case(database: Database, vault: Vault, factory: Factory, conversation: Conversation) -> Case:
    with database.transaction() as session:
        return create_case(session, vault, factory=factory, conversation=conversation, country="bd")


@pytest.fixture
def stored(database: Database) -> Callable[[Case], Case]:
    """The row as it is now."""

    def again(case: Case) -> Case:
        with database.reading() as session:
            row = session.get_one(Case, case.id)
            session.expunge(row)
        return row

    return again


@pytest.fixture
def audited(database: Database) -> Callable[[], list[tuple[int | None, str, str]]]:
    """Who did what with what, the oldest first."""

    def entries() -> list[tuple[int | None, str, str]]:
        with database.reading() as session:
            rows = session.query(AuditEntry).order_by(AuditEntry.at).all()
            return [(row.person_id, row.action, row.subject_id) for row in rows]

    return entries


@pytest.fixture
def no_such_id() -> str:
    return new_id()


@pytest.fixture
def values(
    database: Database, vault: Vault, clock: FixedClock, factory: Factory, case: Case, conversation: Conversation
) -> dict[str, Any]:
    """Something real for each part of an address."""
    row_key = new_id()
    with database.transaction() as session:
        media = keep_media(session, vault, case, "image/png", b"picture", clock.now())
        colleague = create_person(session, email="colleague@example.org")
        session.add(
            InboxMessage(
                channel="sms",
                provider_key="0" * 64,
                conversation_id=conversation.id,
                row_key=row_key,
                body=vault.close_text("inbox.body", row_key, "text"),
                state=InboxState.FAILED,
                received_at=clock.now(),
            )
        )
        return {
            "reference": case.reference,
            "factory_id": factory.id,
            "media_id": media.id,
            "person_id": colleague.id,
            "row_key": row_key,
            "path": "no/such/page",
            "filename": "admin.css",
        }
