"""The page of a case: the worker's words, inert and in their own direction; each look is in the audit."""

import re
from collections.abc import Callable

import pytest

from storage.cases import add_worker_message, erase_case, set_detail
from storage.cases.media import keep_media
from storage.database import Database
from storage.models import Case, Conversation, Factory, Person
from storage.vault import Vault
from tests.admin.conftest import Visitor
from tests.conftest import FixedClock
from tests.factories import create_case

Audited = Callable[[], list[tuple[int | None, str, str]]]

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</textarea><svg onload=alert(1)>",
    "{{ config }} {% import os %}",
    "javascript:alert(1)",
    "<!--",
    "<a href='//evil.example'>",
    '=HYPERLINK("http://evil.example")',
    "\u202egnirts\u202c <b>",
]


@pytest.fixture
def says(database: Database, vault: Vault, factory: Factory, conversation: Conversation) -> Callable[..., Case]:
    """A case in which the worker says something."""

    def open_with(text: str, language: str = "bn") -> Case:
        with database.transaction() as session:
            return create_case(session, vault, factory=factory, conversation=conversation, text=text, language=language)

    return open_with


def test_only_advisors_of_the_country_read_it(case: Case, visits: Callable[..., None]) -> None:
    visits(f"/admin/cases/{case.reference}", allowed=["advisor"])


def test_shows_the_words_and_names_their_language(case: Case, advisor: Visitor) -> None:
    page = advisor.get(f"/admin/cases/{case.reference}").text
    assert '<div class="words" dir="ltr" lang="bn">গত মাসের বেতন পাইনি</div>' in page
    assert 'Bangla <bdi class="own" lang="bn">বাংলা</bdi>' in page


@pytest.mark.parametrize(
    ("language", "direction"), [("ur", "rtl"), ("en", "ltr"), ("ar", "rtl"), ("xx", "auto"), ("und", "auto")]
)
def test_words_run_in_their_own_direction(
    says: Callable[..., Case], advisor: Visitor, language: str, direction: str
) -> None:
    page = advisor.get(f"/admin/cases/{says('کارڈ', language).reference}").text
    assert f'<div class="words" dir="{direction}" lang="{language}">کارڈ</div>' in page


def test_a_language_without_a_folder_is_named_all_the_same(says: Callable[..., Case], advisor: Visitor) -> None:
    assert "Haitian Creole" in advisor.get(f"/admin/cases/{says('Yo pa peye nou', 'ht').reference}").text


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_are_inert(says: Callable[..., Case], advisor: Visitor, text: str) -> None:
    page = advisor.get(f"/admin/cases/{says(text).reference}").text
    [shown] = re.findall(r'<div class="words"[^>]*>([^<]*)</div>', page.split('class="talk"')[1])[:1]
    assert not set("<>\"'") & set(shown)
    assert "secret of the tests" not in page


def test_every_look_is_in_the_audit(case: Case, advisor: Visitor, people: dict[str, Person], audited: Audited) -> None:
    for _ in range(2):
        advisor.get(f"/admin/cases/{case.reference}")
    assert audited() == [(people["advisor"].id, "read_case", case.id)] * 2


def test_a_refused_look_shows_nothing_and_counts_as_none(
    case: Case, outsider: Visitor, stored: Callable[[Case], Case], audited: Audited
) -> None:
    outsider.get(f"/admin/cases/{case.reference}")
    assert audited() == []
    assert stored(case).looked_at is None


def test_the_first_look_stops_the_deadline(case: Case, advisor: Visitor, stored: Callable[[Case], Case]) -> None:
    advisor.get(f"/admin/cases/{case.reference}")
    assert stored(case).looked_at is not None


def test_lists_show_no_words(case: Case, advisor: Visitor, audited: Audited) -> None:
    for url in ("/admin/", f"/admin/factories/{case.factory_id}/cases"):
        assert "বেতন" not in advisor.get(url).text
    assert audited() == []


def test_says_when_a_text_is_not_safe(database: Database, case: Case, advisor: Visitor, clock: FixedClock) -> None:
    assert "Not safe to text." not in advisor.get(f"/admin/cases/{case.reference}").text
    with database.transaction() as session:
        set_detail(session, session.get_one(Case, case.id), "safe_to_text", "no", clock.now())
    assert "Not safe to text." in advisor.get(f"/admin/cases/{case.reference}").text


def test_pictures_are_shown_and_everything_else_is_downloaded(
    database: Database, vault: Vault, case: Case, advisor: Visitor, clock: FixedClock, audited: Audited
) -> None:
    with database.transaction() as session:
        picture = keep_media(session, vault, case, "image/png", b"\x89PNG", clock.now())
        page = keep_media(session, vault, case, "text/html", b"<script>", clock.now())
    shown = advisor.get(f"/admin/cases/{case.reference}/media/{picture.id}").response
    assert (shown.data, shown.mimetype, shown.headers["Content-Disposition"]) == (b"\x89PNG", "image/png", "inline")
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    kept = advisor.get(f"/admin/cases/{case.reference}/media/{page.id}").response
    assert kept.mimetype == "application/octet-stream"
    assert kept.headers["Content-Disposition"].startswith("attachment")
    assert [action for _, action, _ in audited()] == ["read_media", "read_media"]


def test_an_erased_case_keeps_its_time_line_only(
    database: Database, vault: Vault, case: Case, advisor: Visitor, clock: FixedClock
) -> None:
    with database.transaction() as session:
        row = session.get_one(Case, case.id)
        add_worker_message(session, vault, row, "আরো", "bn", clock.now())
        erase_case(session, row)
    page = advisor.get(f"/admin/cases/{case.reference}").text
    assert "The words of this case were erased." in page
    assert "There is no way back to this worker any more." in page
    assert "The worker wrote more" in page
