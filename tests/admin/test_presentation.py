"""Every word a page may need is there, pictures say what they show, ages are coarse."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admin import charts, labels, neutral, presentation
from admin.forms import text
from nlu.languages import load_language
from nlu.telling import told
from storage.deadlines import CALENDARS
from storage.models.enums import CaseStatus, Category, EventKind, OutboxKind, OutboxState, Severity
from storage.people import ROLES
from tests.admin.conftest import Visitor

ENGLISH = Path(__file__).parents[2] / "bot" / "languages" / "en"
NOW = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.mark.parametrize(
    ("labels_", "kind"),
    [
        (labels.CATEGORIES, Category),
        (labels.SEVERITIES, Severity),
        (labels.STATUSES, CaseStatus),
        (labels.EVENTS, EventKind),
        (labels.DELIVERIES, OutboxState),
        (labels.KINDS, OutboxKind),
    ],
)
def test_every_value_has_a_label(labels_: Mapping[Any, str], kind: type[StrEnum]) -> None:
    assert set(labels_) == set(kind)


def test_every_role_and_country_has_a_label() -> None:
    assert set(labels.ROLES) == set(ROLES)
    assert set(CALENDARS) <= set(labels.COUNTRIES)


def test_every_category_has_a_colour() -> None:
    css = (Path(presentation.__file__).parent / "static" / "admin.css").read_text("utf-8")
    assert [category for category in Category if f".cat-{category} " not in css] == []


@given(st.dictionaries(st.sampled_from(list(Category)), st.integers(0, 10_000)))
def test_a_bar_never_leaves_its_frame_and_counts_right(by_category: dict[str, int]) -> None:
    total = sum(by_category.values())
    parts = charts.slices(by_category, total)
    assert sum(part.count for part in parts) == total
    assert all(part.width > 0 for part in parts)
    assert sum(part.width for part in parts) <= charts.WIDTH + 0.1


def test_an_empty_bar_says_so() -> None:
    assert 'aria-label="No open cases"' in charts.category_bar({}, 0)


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (timedelta(seconds=5), "under 1 h ago"),
        (timedelta(hours=1), "1 h ago"),
        (timedelta(hours=47, minutes=59), "47 h ago"),
        (timedelta(hours=48), "2 days ago"),
        (timedelta(days=400), "400 days ago"),
    ],
)
def test_ages_are_told_in_hours_then_days(length: timedelta, said: str) -> None:
    assert presentation.ago(NOW - length, NOW) == said


def test_deadlines_are_told_before_and_after() -> None:
    assert presentation.due(NOW + timedelta(hours=3), NOW) == "due in 3 h"
    assert presentation.due(NOW - timedelta(days=3), NOW) == "overdue by 3 days"


@given(st.text(), st.text())
def test_hints_hold_any_text(words: str, name: str) -> None:
    neutral.hints(words, names=[name], reference="K7QF-2M9D", telling=told(words, [name]))


def test_a_neutral_text_gives_no_hint() -> None:
    words = "We are working on it. You will hear from us by Tuesday. Send 5 for news."
    telling = load_language(ENGLISH).told(words)
    assert neutral.hints(words, names=["4821", "Padma Knitwear Ltd"], reference="K7QF-2M9D", telling=telling) == ()


def test_languages_show_who_has_reviewed_them(admin: Visitor) -> None:
    page = admin.get("/admin/languages").text
    assert page.index("Bangla") < page.index("English")
    assert page.count(">draft<") == 2
    assert page.count(">reviewed<") == 1


def test_surveyors_see_no_small_numbers(surveyor: Visitor, factory: object) -> None:
    page = surveyor.get("/admin/surveys").text
    assert "Padma Knitwear" in page
    assert "too few to show" in page


def test_without_factories_the_surveys_say_what_to_do(surveyor: Visitor) -> None:
    assert "None of your factories is in the programme yet." in surveyor.get("/admin/surveys").text


def test_a_failure_shows_a_page_that_needs_no_database(advisor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    advisor.client.application.config.update(TESTING=False, PROPAGATE_EXCEPTIONS=False)
    monkeypatch.setattr("admin.queue.factory_queue", None)
    answer = advisor.get("/admin/")
    assert answer.status == 500
    assert "Nothing was changed. Try again in a minute" in answer.text
    assert "TypeError" not in answer.text


def test_a_typed_text_is_made_tidy(advisor: Visitor) -> None:
    with advisor.client.application.test_request_context(
        method="POST", data={"note": " e\u0301\r\nb\x00\x1b[1m\u202e "}
    ):
        assert text("note", 100) == "é\nb[1m\u202e"
