"""What Twilio's answer to a send means: sent, never again, later, or nobody knows."""

import pytest
from pytest_httpserver import HTTPServer

from channels.base import SendError
from channels.twilio import TwilioChannel
from tests.channels.conftest import ACCOUNT, NUMBER, PUBLIC_URL, TOKEN

PATH = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"


def send(server: HTTPServer, status: int, body: str) -> str:
    server.expect_request(PATH).respond_with_data(body, status=status)
    address = server.url_for("").rstrip("/")
    return TwilioChannel("sms", ACCOUNT, TOKEN, "MG" + "0" * 32, PUBLIC_URL, address).send(NUMBER, "hello", "f" * 32)


def test_an_id_means_sent_through_the_messaging_service(httpserver: HTTPServer) -> None:
    assert send(httpserver, 201, '{"sid": "SM1"}') == "SM1"
    form = httpserver.log[0][0].form
    assert form["MessagingServiceSid"] == "MG" + "0" * 32
    assert "From" not in form


@pytest.mark.parametrize(
    ("status", "body", "code", "permanent", "unknown"),
    [
        (400, '{"code": 21610}', "twilio_21610", True, False),
        (400, '{"code": 21211}', "twilio_21211", True, False),
        (400, "nonsense", "http_400", True, False),
        (302, "", "http_302", True, False),
        (429, '{"code": 20429}', "twilio_20429", False, False),
        (401, '{"code": 20003}', "twilio_20003", False, False),
        (500, "<html>oops</html>", "http_500", False, False),
        (503, "", "http_503", False, False),
        (504, "", "http_504", False, True),
        (201, "nonsense", "http_201", False, True),
        (201, '["a list"]', "http_201", False, True),
        (201, '{"sid": 7}', "http_201", False, True),
    ],
)
def test_every_other_answer_has_one_meaning(
    httpserver: HTTPServer, status: int, body: str, code: str, permanent: bool, unknown: bool
) -> None:
    with pytest.raises(SendError) as caught:
        send(httpserver, status, body)
    error = caught.value
    assert (error.code, error.permanent, error.unknown) == (code, permanent, unknown)
