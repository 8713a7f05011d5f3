"""The only way numbers about people leave: one fixed table, rounded, with small groups withheld.

`app.py export` prints it; surveyors see the progress per factory. A threshold alone is no
protection, so there are no totals, no filters and no second breakdown to subtract from the table.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.models import Answer, Factory, SurveyResponse, SurveyVersion
from storage.models.enums import ResponseState
from storage.surveys import quarter

THRESHOLD = 10
"""No number tells of fewer people than this, nor of all but fewer than this."""
ROUNDING = 5
SETTLED_AFTER = timedelta(days=8)
"""A quarter is told of only when nothing in it changes any more: open responses expire after seven days."""
ANYWHERE = "-"


@dataclass(frozen=True)
class ReleasedRow:
    """One answer to one question in one country and quarter. None: withheld, whether few or nobody."""

    period: str
    country: str
    survey: str
    version: int
    question: str
    answer: str
    respondents: int | None
    share_percent: int | None
    is_example: bool


@dataclass(frozen=True)
class Progress:
    """How many workers of a factory have finished this quarter's survey. None: withheld."""

    code: str
    name: str
    country: str
    respondents: int | None


@dataclass(frozen=True)
class _Cell:
    is_example: bool
    period: str
    country: str
    version_id: str
    question: str


def fixed_table(session: Session, now: datetime) -> list[ReleasedRow]:
    """Return the table: settled quarters only, the same rows whatever the answers were."""
    countries = _countries(session)
    counts = _counts(session, countries, now)
    versions = {version.id: version for version in session.scalars(select(SurveyVersion))}
    told = {(cell.is_example, cell.period, cell.version_id) for cell in counts}
    # A country without answers has its rows too: that it has none is not to be seen.
    blocks = sorted((*block, country) for block in told for country in countries[block[0]])
    rows = []
    for is_example, period, version_id, country in blocks:
        version = versions[version_id]
        for question in version.definition["questions"]:
            cell = _Cell(is_example, period, country, version_id, question["key"])
            rows += _rows(cell, version, question, counts.get(cell, Counter()))
    return rows


def respondents_per_factory(session: Session, factories: Iterable[Factory], now: datetime) -> list[Progress]:
    """Return the progress up to the beginning of this week: a live counter would tell who answered when."""
    monday = (now - timedelta(days=now.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)
    query = (
        select(SurveyResponse.factory_id, func.count())
        .where(SurveyResponse.state == ResponseState.FINISHED, SurveyResponse.period == quarter(now))
        .where(SurveyResponse.touched_at < monday)
        .group_by(SurveyResponse.factory_id)
    )
    counts: dict[str | None, int] = dict(session.execute(query).all())
    return [
        Progress(factory.code, factory.name, factory.country, _told(counts.get(factory.id, 0))) for factory in factories
    ]


def _countries(session: Session) -> dict[bool, set[str]]:
    """Return the programme's countries, of real factories and of examples; all others are told of together."""
    countries: dict[bool, set[str]] = {True: {ANYWHERE}, False: {ANYWHERE}}
    for is_example, country in session.execute(select(Factory.is_example, Factory.country).distinct()):
        countries[is_example].add(country)
    return countries


def _counts(session: Session, countries: dict[bool, set[str]], now: datetime) -> dict[_Cell, Counter[str]]:
    questions = {
        (version.id, question["key"]): question
        for version in session.scalars(select(SurveyVersion))
        for question in version.definition["questions"]
    }
    query = (
        select(SurveyResponse, Answer)
        .join(Answer, Answer.response_id == SurveyResponse.id)
        .where(SurveyResponse.state == ResponseState.FINISHED)
    )
    counts: dict[_Cell, Counter[str]] = defaultdict(Counter)
    for response, answer in session.execute(query):
        if not _is_settled(response.period, now):
            continue
        is_of_programme = response.country in countries[response.is_example]
        country = response.country if response.country and is_of_programme else ANYWHERE
        cell = _Cell(response.is_example, response.period, country, response.survey_version_id, answer.question)
        question = questions.get((response.survey_version_id, answer.question))
        code = _code(question, answer) if question else None
        counts[cell].update([code] if code is not None else [])
    return counts


def _is_settled(period: str, now: datetime) -> bool:
    year, number = int(period[:4]), int(period[-1])
    end = datetime(year + number // 4, number % 4 * 3 + 1, 1, tzinfo=UTC)
    return now >= end + SETTLED_AFTER


def _code(question: dict[str, Any], answer: Answer) -> str | None:
    if question["kind"] == "text":
        return None
    if answer.choice is not None:
        return answer.choice
    if answer.number is None:
        return None
    if "bands" in question:
        return str(min(question["bands"], key=lambda band: abs(band["value"] - answer.number))["code"])
    middle = (question["minimum"] + question["maximum"]) / 2
    return "upper_half" if answer.number > middle else "lower_half"


def _codes(question: dict[str, Any]) -> list[str]:
    if question["kind"] == "yes_no":
        return ["yes", "no"]
    if "choices" in question:
        return list(question["choices"])
    if "bands" in question:
        return [band["code"] for band in question["bands"]]
    return ["upper_half", "lower_half"]


def _rows(cell: _Cell, version: SurveyVersion, question: dict[str, Any], counts: Counter[str]) -> list[ReleasedRow]:
    if question["kind"] == "text":
        return []
    codes = _codes(question)
    total = sum(counts[code] for code in codes)
    # One withheld share could be had by taking the others from a hundred: all, or none.
    is_told = all(THRESHOLD <= counts[code] <= total - THRESHOLD for code in codes)
    return [
        ReleasedRow(
            period=cell.period,
            country=cell.country,
            survey=version.survey,
            version=version.version,
            question=cell.question,
            answer=code,
            respondents=_told(total),
            share_percent=_rounded(100 * _rounded(counts[code]) / _rounded(total)) if is_told else None,
            is_example=cell.is_example,
        )
        for code in codes
    ]


def _told(people: int) -> int | None:
    return _rounded(people) if people >= THRESHOLD else None


def _rounded(number: float) -> int:
    return int(number / ROUNDING + 0.5) * ROUNDING
