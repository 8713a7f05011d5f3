"""Numbers about people: rounded, never of few, never live."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from storage import surveys
from storage.database import Database
from storage.disclosure import ReleasedRow, fixed_table, respondents_per_factory
from storage.models import Answer, Factory, SurveyResponse, SurveyVersion, new_id
from storage.models.enums import ResponseState
from tests.conftest import FixedClock
from tests.factories import create_factory

SETTLED = datetime(2026, 10, 9, tzinfo=UTC)
DEFINITION = {
    "survey": "core",
    "version": 1,
    "questions": [
        {"key": "paid", "kind": "yes_no", "topic": "pay"},
        {"key": "shouted", "kind": "choice", "topic": "safety", "choices": ["never", "sometimes", "often"]},
        {
            "key": "hours",
            "kind": "number",
            "topic": "hours",
            "minimum": 0,
            "maximum": 112,
            "bands": [{"code": "short", "value": 44}, {"code": "long", "value": 66}],
        },
        {"key": "safe", "kind": "scale", "topic": "safety", "minimum": 1, "maximum": 5},
        {"key": "else", "kind": "text", "topic": "safety"},
    ],
}


@pytest.fixture
def version(database: Database) -> SurveyVersion:
    with database.transaction() as session:
        for country in ("bd", "vn"):
            create_factory(session, code=f"990{country == 'bd':d}", country=country)
        return surveys.publish(session, DEFINITION, datetime(2026, 1, 1, tzinfo=UTC))


def answer(
    session: Session,
    version: SurveyVersion,
    number_of_people: int,
    question: str,
    *,
    country: str | None = "bd",
    state: ResponseState = ResponseState.FINISHED,
    factory: Factory | None = None,
    period: str = "2026-Q3",
    touched_at: datetime = datetime(2026, 9, 1, tzinfo=UTC),
    choice: str | None = None,
    number: float | None = None,
    is_skipped: bool = False,
) -> None:
    for _ in range(number_of_people):
        response = SurveyResponse(
            survey_version_id=version.id,
            respondent=new_id(),
            period=period,
            country=country,
            factory_id=factory.id if factory else None,
            language="bn",
            state=state,
            started_on=date(2026, 9, 1),
            touched_at=touched_at,
        )
        session.add(response)
        session.flush()
        session.add(
            Answer(
                response_id=response.id,
                question=question,
                position=0,
                choice=choice,
                number=number,
                is_skipped=is_skipped,
            )
        )
    session.flush()


def told(rows: list[ReleasedRow], question: str, country: str = "bd") -> dict[str, tuple[int | None, int | None]]:
    chosen = [row for row in rows if (row.question, row.country) == (question, country)]
    return {row.answer: (row.respondents, row.share_percent) for row in chosen}


def test_counts_and_shares_are_rounded(database: Database, version: SurveyVersion) -> None:
    with database.transaction() as session:
        answer(session, version, 41, "paid", choice="yes")
        answer(session, version, 22, "paid", choice="no")
        assert told(fixed_table(session, SETTLED), "paid") == {"yes": (65, 60), "no": (65, 30)}


@pytest.mark.parametrize(("yes", "no"), [(9, 0), (0, 9), (5, 4)])
def test_few_and_nobody_look_alike(database: Database, version: SurveyVersion, yes: int, no: int) -> None:
    with database.transaction() as session:
        answer(session, version, yes, "paid", choice="yes")
        answer(session, version, no, "paid", choice="no")
        assert told(fixed_table(session, SETTLED), "paid") == {"yes": (None, None), "no": (None, None)}
        assert set(told(fixed_table(session, SETTLED), "shouted").values()) == {(None, None)}


@pytest.mark.parametrize(("yes", "no"), [(40, 0), (0, 40), (40, 9), (9, 40)])
def test_no_share_tells_of_all_or_of_few(database: Database, version: SurveyVersion, yes: int, no: int) -> None:
    with database.transaction() as session:
        answer(session, version, yes, "paid", choice="yes")
        answer(session, version, no, "paid", choice="no")
        assert {share for _, share in told(fixed_table(session, SETTLED), "paid").values()} == {None}


def test_one_withheld_share_withholds_its_question(database: Database, version: SurveyVersion) -> None:
    with database.transaction() as session:
        answer(session, version, 30, "shouted", choice="never")
        answer(session, version, 30, "shouted", choice="sometimes")
        answer(session, version, 3, "shouted", choice="often")
        assert {share for _, share in told(fixed_table(session, SETTLED), "shouted").values()} == {None}


def test_numbers_and_scales_are_told_in_bands(database: Database, version: SurveyVersion) -> None:
    with database.transaction() as session:
        answer(session, version, 20, "hours", number=48)
        answer(session, version, 20, "hours", number=72)
        answer(session, version, 30, "safe", number=3)
        answer(session, version, 10, "safe", number=4)
        table = fixed_table(session, SETTLED)
    assert told(table, "hours") == {"short": (40, 50), "long": (40, 50)}
    assert told(table, "safe") == {"upper_half": (40, 25), "lower_half": (40, 75)}


def test_free_text_and_skips_are_never_told(database: Database, version: SurveyVersion) -> None:
    with database.transaction() as session:
        answer(session, version, 50, "else", is_skipped=True)
        answer(session, version, 50, "paid", is_skipped=True)
        table = fixed_table(session, SETTLED)
    assert told(table, "else") == {}
    assert told(table, "paid") == {"yes": (None, None), "no": (None, None)}


@pytest.mark.parametrize("now", [SETTLED - timedelta(days=1), datetime(2026, 9, 30, tzinfo=UTC)])
def test_quarter_is_told_when_it_is_settled(database: Database, version: SurveyVersion, now: datetime) -> None:
    with database.transaction() as session:
        answer(session, version, 40, "paid", choice="yes")
        assert fixed_table(session, now) == []
        assert fixed_table(session, SETTLED) != []


def test_unfinished_responses_are_not_told(database: Database, version: SurveyVersion) -> None:
    with database.transaction() as session:
        for state in set(ResponseState) - {ResponseState.FINISHED}:
            answer(session, version, 40, "paid", choice="yes", state=state)
        assert fixed_table(session, SETTLED) == []


def test_countries_stand_apart_and_have_no_total(database: Database, version: SurveyVersion) -> None:
    with database.transaction() as session:
        for country in ("bd", "ht", None):
            answer(session, version, 40, "paid", choice="yes", country=country)
        table = fixed_table(session, SETTLED)
    assert {(row.country, row.respondents) for row in table if row.question == "paid"} == {
        ("bd", 40),
        ("vn", None),
        ("-", 80),
    }


def test_one_answer_more_changes_no_row_but_a_rounded_number(database: Database, version: SurveyVersion) -> None:
    with database.transaction() as session:
        answer(session, version, 40, "paid", choice="yes")
        before = fixed_table(session, SETTLED)
        answer(session, version, 1, "paid", choice="no", country="vn")
        answer(session, version, 1, "shouted", choice="often")
        assert fixed_table(session, SETTLED) == before


def test_progress_is_rounded_and_a_week_late(database: Database, version: SurveyVersion, clock: FixedClock) -> None:
    monday = datetime(2026, 11, 16, tzinfo=UTC)
    with database.transaction() as session:
        many, few = create_factory(session, code="1"), create_factory(session, code="2")
        early = {"period": "2026-Q4", "touched_at": monday - timedelta(seconds=1), "choice": "yes"}
        answer(session, version, 12, "paid", factory=many, **early)  # type: ignore[arg-type]
        answer(session, version, 9, "paid", factory=few, **early)  # type: ignore[arg-type]
        answer(session, version, 9, "paid", factory=few, **{**early, "touched_at": monday})  # type: ignore[arg-type]
        progress = respondents_per_factory(session, [many, few], clock.now())
    assert [(row.code, row.respondents) for row in progress] == [("1", 10), ("2", None)]


def test_empty_database_tells_nothing(database: Database) -> None:
    with database.reading() as session:
        assert fixed_table(session, SETTLED) == []
        assert respondents_per_factory(session, [], SETTLED) == []
