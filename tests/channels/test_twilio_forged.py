"""Requests that Twilio did not send: 403, an empty answer, nothing stored."""

import itertools
from collections.abc import Callable

import pytest

from channels.services import ChannelServices
from tests.channels.conftest import ACCOUNT, PUBLIC_URL, TwilioPhone, with_

Counts = Callable[[], tuple[int, int]]
PATH = "/channels/twilio/messages"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture(autouse=True)
def _nothing_is_stored(counts: Counts) -> object:
    yield
    assert counts() == (0, 0)


def refused(status: int, body: bytes) -> bool:
    return (status, body) == (403, b"")


@pytest.mark.parametrize("path", [PATH, "/channels/twilio/status"])
@pytest.mark.parametrize("signature", [None, "", "x", "A" * 27 + "=", "ö" * 28, "A" * 10_000, "v1,abc", "\u0661" * 28])
def test_a_missing_or_wrong_signature(phone: TwilioPhone, path: str, signature: str | None) -> None:
    headers = {} if signature is None else {"X-Twilio-Signature": signature.encode().decode("latin-1")}
    answer = phone.posts(phone.form("hello"), path, headers=headers)
    assert refused(answer.status_code, answer.data)


@pytest.mark.parametrize(
    "signed_url",
    [
        f"{PUBLIC_URL}/channels/twilio/status",
        f"http://openline.example{PATH}",
        f"https://other.example{PATH}",
        f"https://openline.example:8443{PATH}",
        f"{PUBLIC_URL}{PATH}?a=b",
        f"{PUBLIC_URL}{PATH}/",
    ],
)
def test_a_signature_for_another_address(phone: TwilioPhone, signed_url: str) -> None:
    answer = phone.posts(phone.form("hello"), signed_url=signed_url)
    assert refused(answer.status_code, answer.data)


def test_a_signature_with_another_key(phone: TwilioPhone) -> None:
    answer = phone.posts(phone.form("hello"), token="guessed")
    assert refused(answer.status_code, answer.data)


def test_hosts_named_by_the_request_are_ignored(phone: TwilioPhone) -> None:
    form = phone.form("hello")
    answer = phone.client.post(
        PATH,
        data=form,
        headers={"X-Forwarded-Host": "openline.example", "X-Forwarded-Proto": "https", "Host": "openline.example"},
    )
    assert refused(answer.status_code, answer.data)


def test_an_altered_byte(phone: TwilioPhone) -> None:
    form = phone.form("hello")
    answer = phone.posts({**form, "Body": "hellp"}, signed=form)
    assert refused(answer.status_code, answer.data)


def test_another_account(phone: TwilioPhone) -> None:
    answer = phone.says("hello", AccountSid="AC" + "1" * 32)
    assert refused(answer.status_code, answer.data)


def glued(form: dict[str, str]) -> list[dict[str, str]]:
    """Forms with the same signature in which a field has swallowed the next one."""
    names = sorted(form)
    forms = []
    for name, following in itertools.pairwise(names):
        joined = {**form, name: form[name] + following + form[following]}
        del joined[following]
        forms.append(joined)
    return forms


def shifted(form: dict[str, str]) -> list[dict[str, str]]:
    """Forms with the same signature in which a letter went from a name to its value, or back."""
    forms = []
    for name, value in form.items():
        rest = {other: text for other, text in form.items() if other != name}
        forms.append({**rest, name[:-1]: name[-1] + value})
        if value:
            forms.append({**rest, name + value[0]: value[1:]})
    return forms


def torn(form: dict[str, str]) -> list[dict[str, str]]:
    """Forms with the same signature in which the text goes on as another field."""
    text = form["Body"]
    cuts = [place for place, sign in enumerate(text) if "Body" < f"{sign}" < "From" and place]
    return [
        {**form, "Body": text[:cut], text[cut:end]: text[end:]} for cut in cuts for end in range(cut + 1, len(text) + 1)
    ]


def test_fields_with_their_edges_moved_though_the_signature_fits(phone: TwilioPhone) -> None:
    original = phone.form("hello Dear Friend, Come", ProfileName="Rina", MessageType="text", FromCity="DHAKA")
    forged = glued(original) + shifted(original) + torn(original)
    assert len(forged) > 50
    for form in forged:
        answer = phone.posts(form, signed=original)
        assert refused(answer.status_code, answer.data), form


@pytest.mark.parametrize("name", ["From", "Body", "MessageSid", "FromCity"])
def test_a_name_twice(phone: TwilioPhone, name: str) -> None:
    form = phone.form("hello")
    answer = phone.posts([*form.items(), (name, form[name])], signed=form)
    assert refused(answer.status_code, answer.data)


@pytest.mark.parametrize("name", ["", " ", "Bo\x00dy", "a b", "x" * 100])
def test_a_name_that_is_none(phone: TwilioPhone, name: str) -> None:
    answer = phone.says("hello", **{name: "x"})
    assert refused(answer.status_code, answer.data)


@pytest.mark.parametrize(
    "changes",
    [
        {"MessageSid": "SM1"},
        {"From": ""},
        {"From": "x" * 65},
        {"NumMedia": "many"},
        {"NumMedia": "1"},
        {"OptOutType": "MAYBE"},
        {"Body": "x" * 10_001},
    ],
)
def test_values_that_twilio_does_not_send(phone: TwilioPhone, changes: dict[str, str]) -> None:
    answer = phone.says("hello", **changes)
    assert refused(answer.status_code, answer.data)


@pytest.mark.parametrize("missing", ["MessageSid", "AccountSid", "From", "To", "Body"])
def test_a_field_too_few(phone: TwilioPhone, missing: str) -> None:
    form = phone.form("hello")
    del form[missing]
    answer = phone.posts(form)
    assert refused(answer.status_code, answer.data)


def test_no_parameters_at_all(phone: TwilioPhone) -> None:
    answer = phone.posts({})
    assert refused(answer.status_code, answer.data)


@pytest.mark.parametrize("method", ["get", "put", "delete", "patch"])
def test_other_methods(phone: TwilioPhone, method: str) -> None:
    answer = getattr(phone.client, method)(PATH, query_string=phone.form("hello"))
    assert answer.status_code in {403, 405}


def test_another_kind_of_body(phone: TwilioPhone) -> None:
    headers = {"X-Twilio-Signature": "A" * 27 + "="}
    for answer in (
        phone.client.post(PATH, json=phone.form("hello"), headers=headers),
        phone.client.post(PATH, data=b"\xff\xfe\x00", headers=headers),
        phone.client.post(PATH, data=b"Body=%FF%FE", headers=headers, content_type="application/x-www-form-urlencoded"),
        phone.client.post(PATH, data=phone.form("hello"), headers=headers, content_type="multipart/form-data"),
    ):
        assert refused(answer.status_code, answer.data)


@pytest.mark.parametrize(
    ("body", "status"), [(b"Body=" + b"x" * 1_000_000, 413), (b"&".join(b"a%d=1" % n for n in range(2000)), 400)]
)
def test_large_bodies_are_refused_unread(phone: TwilioPhone, body: bytes, status: int) -> None:
    answer = phone.client.post(PATH, data=body, content_type="application/x-www-form-urlencoded")
    assert (answer.status_code, answer.data) == (status, b"")


def test_everything_when_twilio_is_not_configured(given: ChannelServices) -> None:
    client = TwilioPhone(with_(given, twilio=None).test_client())
    answer = client.posts(client.form("hello", AccountSid=ACCOUNT))
    assert refused(answer.status_code, answer.data)
