"""Pictures from WhatsApp: from the provider's hosts only, looked at, encrypted into the case."""

from collections.abc import Callable
from dataclasses import replace
from time import monotonic, sleep
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from channels import media
from channels.media import Fetcher, MediaRefused, MediaUnreachable, fetch_due, origin
from channels.pictures import redrawn
from channels.services import TWILIO_HOSTS, ChannelServices, TwilioAccount
from storage.cases import NewCase, open_case
from storage.cases.media import keep_media, media_of, open_media
from storage.media import drop_media, put_into_case
from storage.models import Case, CaseMedia, InboxMedia, InboxMessage, OutboxMessage, Worker
from storage.models.enums import Category, InboxState, OutboxKind, Severity
from storage.outbox import Reply
from tests.channels.conftest import ACCOUNT, NUMBER, TOKEN, TwilioPhone, with_
from tests.channels.test_pictures import taken
from tests.conftest import FixedClock

Rows = Callable[[type[Any]], list[Any]]
PICTURE = taken("JPEG")
FILE = f"/2010-04-01/Accounts/{ACCOUNT}/Messages/MM1/Media/ME1"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def fetching(given: ChannelServices, httpserver: HTTPServer) -> ChannelServices:
    """The services with a local server in the provider's place."""
    hosts = (origin(httpserver.url_for("/")), *TWILIO_HOSTS)
    return replace(given, twilio=TwilioAccount(ACCOUNT, (TOKEN,), hosts))


@pytest.fixture
def whatsapp(fetching: ChannelServices) -> TwilioPhone:
    return TwilioPhone(with_(fetching).test_client())


def sends(phone: TwilioPhone, url: str, content_type: str = "image/jpeg", sender: str = f"whatsapp:{NUMBER}") -> None:
    answer = phone.says("look", From=sender, NumMedia="1", MediaUrl0=url, MediaContentType0=content_type)
    assert answer.status_code == 200


def with_a_case(given: ChannelServices, rows: Rows) -> str:
    """Do what the turn does: open a case and put the picture into it."""
    [inbox] = rows(InboxMessage)
    with given.database.transaction() as session:
        worker = session.get_one(Worker, rows(Worker)[0].id)
        new = NewCase(
            conversation_id=inbox.conversation_id,
            worker_pseudonym=worker.pseudonym,
            factory_id=None,
            country="bd",
            category=Category.SAFETY,
            second_category=None,
            severity=Severity.NORMAL,
            language="en",
            confidence=1.0,
            text="look",
            is_draft=False,
        )
        case = open_case(session, given.vault, new, given.clock.now())
        put_into_case(session, given.vault, inbox.id, case.id)
        return case.id


def test_a_picture_reaches_its_case_encrypted_and_leaves_the_provider(
    whatsapp: TwilioPhone, fetching: ChannelServices, httpserver: HTTPServer, rows: Rows
) -> None:
    httpserver.expect_request(FILE, method="GET").respond_with_data(PICTURE, content_type="image/jpeg")
    httpserver.expect_request(FILE, method="DELETE").respond_with_data("", status=204)
    sends(whatsapp, httpserver.url_for(FILE))
    case_id = with_a_case(fetching, rows)
    assert fetch_due(fetching) == 1
    with fetching.database.reading() as session:
        case = session.get_one(Case, case_id)
        [kept] = media_of(session, case)
        assert kept.content_type == "image/jpeg"
        assert open_media(fetching.vault, case, kept) == redrawn("image/jpeg", PICTURE)
        assert b"JFIF" not in kept.content
    assert rows(InboxMedia) == []
    assert [request.method for request, _ in httpserver.log] == ["GET", "DELETE"]
    assert httpserver.log[0][0].authorization is not None


def test_a_file_is_kept_once_though_the_service_was_killed_while_keeping_it(
    whatsapp: TwilioPhone, fetching: ChannelServices, httpserver: HTTPServer, rows: Rows, clock: FixedClock
) -> None:
    def kept_then_killed(*arguments: Any) -> None:
        keep_media(*arguments)
        raise KeyboardInterrupt

    httpserver.expect_request(FILE).respond_with_data(PICTURE, content_type="image/jpeg")
    sends(whatsapp, httpserver.url_for(FILE))
    with_a_case(fetching, rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(media, "keep_media", kept_then_killed)
        with pytest.raises(KeyboardInterrupt):
            fetch_due(fetching)
    assert (len(rows(CaseMedia)), len(rows(InboxMedia))) == (0, 1)
    clock.advance(minutes=3)
    fetch_due(fetching)
    assert (len(rows(CaseMedia)), len(rows(InboxMedia))) == (1, 0)


def test_nothing_is_said_of_a_file_that_another_process_has_kept(
    whatsapp: TwilioPhone, fetching: ChannelServices, httpserver: HTTPServer, rows: Rows, clock: FixedClock
) -> None:
    def kept_meanwhile(_: Request) -> Response:
        with fetching.database.transaction() as session:
            drop_media(session, rows(InboxMedia)[0].id)
        return Response(b"no picture")

    httpserver.expect_request(FILE).respond_with_handler(kept_meanwhile)
    sends(whatsapp, httpserver.url_for(FILE))
    with_a_case(fetching, rows)
    fetch_due(fetching)
    assert notices(fetching, rows) == []


def test_the_password_does_not_follow_a_redirect_to_the_store(
    whatsapp: TwilioPhone, fetching: ChannelServices, httpserver: HTTPServer, rows: Rows
) -> None:
    httpserver.expect_request(FILE).respond_with_data("", status=307, headers={"Location": "/store/ME1"})
    httpserver.expect_request("/store/ME1").respond_with_data(PICTURE)
    sends(whatsapp, httpserver.url_for(FILE))
    with_a_case(fetching, rows)
    fetch_due(fetching)
    assert len(rows(CaseMedia)) == 1
    assert [bool(request.authorization) for request, _ in httpserver.log[:2]] == [True, False]


@pytest.mark.parametrize(
    ("content", "headers"),
    [
        (b"<html>hello</html>", {}),
        (b"MZ" + bytes(500), {}),
        (b"%PDF-1.7" + bytes(500), {"Content-Type": "image/jpeg"}),
        (PICTURE + bytes(5 * 1024 * 1024), {}),
        (b"", {}),
    ],
)
def test_what_is_no_picture_is_refused_kindly(
    whatsapp: TwilioPhone,
    fetching: ChannelServices,
    httpserver: HTTPServer,
    rows: Rows,
    content: bytes,
    headers: dict[str, str],
) -> None:
    httpserver.expect_request(FILE).respond_with_data(content, headers=headers)
    sends(whatsapp, httpserver.url_for(FILE))
    with_a_case(fetching, rows)
    fetch_due(fetching)
    assert (rows(CaseMedia), rows(InboxMedia)) == ([], [])
    assert notices(fetching, rows) == ["Please tell us in words."]


def notices(given: ChannelServices, rows: Rows) -> list[str]:
    found = [row for row in rows(OutboxMessage) if row.kind is OutboxKind.NOTICE]
    return [Reply.from_json(given.vault.open_text("outbox.body", row.reference, row.body)).text for row in found]


@pytest.mark.parametrize(
    "address",
    [
        "http://169.254.169.254/latest/meta-data",
        "http://127.0.0.1:1/x",
        "http://[::1]/x",
        "http://2130706433/x",
        "file:///etc/passwd",
        "https://api.twilio.com.evil.example/x",
        "https://api.twilio.com@evil.example/x",
        "https://api.twilio.com:8443/x",
        "http://api.twilio.com/x",
        "gopher://api.twilio.com/x",
        "//api.twilio.com/x",
        "https://[broken/x",
    ],
)
def test_nothing_is_fetched_from_elsewhere(
    whatsapp: TwilioPhone, fetching: ChannelServices, rows: Rows, address: str
) -> None:
    with pytest.raises(MediaRefused):
        Fetcher(frozenset(TWILIO_HOSTS)).fetch(address)
    sends(whatsapp, address)
    assert rows(InboxMedia) == []
    assert notices(fetching, rows) == ["Please tell us in words."]


@pytest.mark.parametrize("target", ["http://169.254.169.254/", "file:///etc/passwd", "//evil.example/x"])
def test_a_redirect_to_elsewhere_is_not_followed(httpserver: HTTPServer, target: str) -> None:
    httpserver.expect_request("/a").respond_with_data("", status=302, headers={"Location": target})
    with pytest.raises(MediaRefused):
        Fetcher(frozenset({origin(httpserver.url_for("/"))})).fetch(httpserver.url_for("/a"))


def test_redirects_in_a_circle_end(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/a").respond_with_data("", status=302, headers={"Location": "/a"})
    with pytest.raises(MediaRefused):
        Fetcher(frozenset({origin(httpserver.url_for("/"))})).fetch(httpserver.url_for("/a"))
    assert len(httpserver.log) == media.MOST_REDIRECTS + 1


def test_a_slow_server_is_left(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media, "LONGEST_SECONDS", 0.3)

    def drip(_: Request) -> Response:
        return Response((b"x" * 10 for _ in iter_slowly()), content_type="image/jpeg")

    httpserver.expect_request("/a").respond_with_handler(drip)
    start = monotonic()
    with pytest.raises(MediaUnreachable):
        Fetcher(frozenset({origin(httpserver.url_for("/"))})).fetch(httpserver.url_for("/a"))
    assert monotonic() - start < 2


def iter_slowly() -> Any:
    for _ in range(15):
        sleep(0.1)
        yield None


def test_a_file_that_does_not_come_is_tried_again_and_then_given_up(
    whatsapp: TwilioPhone, fetching: ChannelServices, httpserver: HTTPServer, rows: Rows, clock: FixedClock
) -> None:
    httpserver.expect_request(FILE).respond_with_data("", status=500)
    sends(whatsapp, httpserver.url_for(FILE))
    with_a_case(fetching, rows)
    assert fetch_due(fetching) == 1
    assert fetch_due(fetching) == 0
    for _ in range(10):
        clock.advance(minutes=3)
        fetch_due(fetching)
    assert rows(InboxMedia) == []
    assert notices(fetching, rows) == ["Please tell us in words."]


@pytest.mark.parametrize(
    ("content_type", "sender"),
    [("video/mp4", f"whatsapp:{NUMBER}"), ("application/pdf", f"whatsapp:{NUMBER}"), ("image/jpeg", NUMBER)],
)
def test_other_kinds_and_pictures_by_sms_are_refused_kindly_and_the_words_kept(
    whatsapp: TwilioPhone, fetching: ChannelServices, rows: Rows, content_type: str, sender: str
) -> None:
    sends(whatsapp, f"https://api.twilio.com{FILE}", content_type, sender)
    assert rows(InboxMedia) == []
    assert len(rows(InboxMessage)) == 1
    assert notices(fetching, rows) == ["Please tell us in words."]


def test_what_no_turn_put_into_a_case_is_forgotten_after_a_day(
    whatsapp: TwilioPhone, fetching: ChannelServices, rows: Rows, clock: FixedClock
) -> None:
    sends(whatsapp, f"https://api.twilio.com{FILE}")
    assert len(rows(InboxMedia)) == 1
    clock.advance(days=1, seconds=1)
    fetch_due(fetching)
    assert rows(InboxMedia) == []


def test_the_files_of_a_message_that_waits_for_its_turn_wait_with_it(
    whatsapp: TwilioPhone, fetching: ChannelServices, rows: Rows, clock: FixedClock
) -> None:
    sends(whatsapp, f"https://api.twilio.com{FILE}")
    with fetching.database.transaction() as session:
        session.query(InboxMessage).one().state = InboxState.FAILED
    clock.advance(days=2)
    fetch_due(fetching)
    assert len(rows(InboxMedia)) == 1
    clock.advance(days=30)
    fetch_due(fetching)
    assert rows(InboxMedia) == []


def test_a_file_that_breaks_off_is_tried_again(httpserver: HTTPServer) -> None:
    def break_off(_request: Request) -> Response:
        return Response(iter([PICTURE]), headers={"Content-Length": str(10 * len(PICTURE))}, direct_passthrough=True)

    httpserver.expect_request(FILE).respond_with_handler(break_off)
    fetcher = Fetcher(frozenset({origin(httpserver.url_for("/"))}))
    with pytest.raises(MediaUnreachable):
        fetcher.fetch(httpserver.url_for(FILE))
