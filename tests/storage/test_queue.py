"""The review queue: what waits, in which order, and only what a person may see."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from storage import cases
from storage.database import Database
from storage.inbox import InboundMessage, accept
from storage.models import Factory, InboxMessage
from storage.models.enums import CaseStatus, Category, InboxState, Severity
from storage.queue import (
    NO_FACTORY,
    NOBODY,
    PAGE_SIZE,
    CaseFilters,
    CaseSort,
    FactoryRow,
    QueueFilters,
    QueueSort,
    Scope,
    cases_of,
    count_by_status,
    factories_in,
    factory_queue,
    failed_turns,
    find_case,
    find_factory,
)
from storage.vault import Vault
from tests.conftest import FixedClock
from tests.factories import create_case, create_factory, create_person, create_worker

ALL = Scope.everything()


def codes(rows: list[FactoryRow]) -> list[str]:
    return [row.code for row in rows]


def queue(database: Database, now: datetime, scope: Scope = ALL, **filters: Any) -> list[FactoryRow]:
    with database.reading() as session:
        return factory_queue(session, scope, QueueFilters(**filters), now)


def test_empty_database_has_an_empty_queue(database: Database, vault: Vault, clock: FixedClock) -> None:
    assert queue(database, clock.now()) == []
    with database.reading() as session:
        page = cases_of(session, ALL, CaseFilters(), 7)
        assert (page.items, page.number, page.pages, page.total) == ([], 1, 1, 0)
        assert set(count_by_status(session, ALL, CaseFilters()).values()) == {0}
        assert failed_turns(session, vault, ALL, 10) == []
        assert factories_in(session, ALL) == []


def test_a_factorys_row_counts_its_open_cases(database: Database, vault: Vault, clock: FixedClock) -> None:
    now = clock.now()
    with database.transaction() as session:
        factory = create_factory(session, code="4821")
        for category, severity, days in [
            (Category.SAFETY, Severity.CRITICAL, 0),
            (Category.PAY, Severity.HIGH, 2),
            (Category.PAY, Severity.NORMAL, 10),
            (Category.UNSORTED, Severity.NORMAL, 1),
        ]:
            opened_at = now - timedelta(days=days)
            create_case(session, vault, factory=factory, category=category, severity=severity, now=opened_at)
        closed = create_case(session, vault, factory=factory)
        cases.change_status(session, closed, CaseStatus.CLOSED, None, now)
    [row] = queue(database, now)
    assert (row.code, row.name, row.country) == ("4821", "Padma Knitwear", "bd")
    assert (row.open, row.critical, row.high, row.normal, row.unsorted) == (4, 1, 1, 2, 1)
    assert (row.oldest_hours, row.new_this_week, row.overdue) == (240, 3, 2)
    assert row.by_category == {"safety": 1, "pay": 2, "unsorted": 1}


def test_cases_without_a_factory_form_one_row_a_country(database: Database, vault: Vault, clock: FixedClock) -> None:
    with database.transaction() as session:
        for country in ("bd", "bd", "vn", None):
            create_case(session, vault, country=country)
    rows = queue(database, clock.now())
    assert {(row.code, row.country, row.open) for row in rows} == {("-", "bd", 2), ("-", "vn", 1), ("-", None, 1)}


@pytest.fixture
def three(database: Database, vault: Vault, clock: FixedClock) -> Database:
    """1: critical and fresh; 2: overdue; 3: fresh and two of them."""
    now = clock.now()
    with database.transaction() as session:
        one = create_factory(session, code="1", name="Zeta", country="bd")
        two = create_factory(session, code="2", name="Hòa Bình", country="vn")
        three = create_factory(session, code="3", name="Alpha", country="ht")
        create_case(session, vault, factory=one, severity=Severity.CRITICAL, category=Category.SAFETY, now=now)
        create_case(session, vault, factory=two, now=now - timedelta(days=20))
        create_case(session, vault, factory=three, now=now, category=Category.HOURS)
        create_case(session, vault, factory=three, now=now, status=CaseStatus.WAITING)
    return database


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        (QueueSort.URGENCY, ["1", "2", "3"]),
        (QueueSort.OPEN, ["3", "1", "2"]),
        (QueueSort.OLDEST, ["2", "1", "3"]),
        (QueueSort.NEW, ["3", "1", "2"]),
        (QueueSort.NAME, ["3", "2", "1"]),
    ],
)
def test_queue_is_ordered_as_asked(three: Database, clock: FixedClock, sort: QueueSort, expected: list[str]) -> None:
    assert codes(queue(three, clock.now(), sort=sort)) == expected


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"country": "vn"}, ["2"]),
        ({"category": Category.HOURS}, ["3"]),
        ({"status": CaseStatus.WAITING}, ["3"]),
        ({"status": CaseStatus.CLOSED}, []),
        ({"search": "hoa binh"}, ["2"]),
        ({"search": "ALPHA"}, ["3"]),
        ({"search": "১"}, ["1"]),
        ({"search": "%"}, ["1", "2", "3"]),
        ({"search": "' OR 1=1"}, []),
        ({"country": "xx"}, []),
    ],
)
def test_queue_is_narrowed(three: Database, clock: FixedClock, filters: dict[str, Any], expected: list[str]) -> None:
    assert codes(queue(three, clock.now(), **filters)) == expected


def test_queue_takes_one_query_however_many_factories(three: Database, clock: FixedClock) -> None:
    statements: list[str] = []
    event.listen(three.engine, "before_cursor_execute", lambda *call: statements.append(call[2]))
    queue(three, clock.now())
    assert len([statement for statement in statements if "SELECT" in statement]) == 1


def test_person_sees_her_countries_and_factories_only(three: Database, vault: Vault, clock: FixedClock) -> None:
    with three.transaction() as session:
        one = session.query(Factory).filter_by(code="1").one()
        create_case(session, vault, country=None)
        person = create_person(session, countries=["vn"])
        person.factories = [one]
        session.flush()
        scope = Scope.of(person)
        seen = cases_of(session, scope, CaseFilters(), 1)
        assert {case.country for case in seen.items} == {"bd", "vn"}
        assert seen.total == 2
        assert sum(count_by_status(session, scope, CaseFilters()).values()) == 2
        assert {factory.code for factory in factories_in(session, scope)} == {"1", "2"}
    assert codes(queue(three, clock.now(), scope)) == ["1", "2"]


@pytest.mark.parametrize("changes", [{"countries": []}, {"countries": ["*"], "active": False}, {"countries": ["xx"]}])
def test_person_without_anything_sees_nothing(three: Database, clock: FixedClock, changes: dict[str, Any]) -> None:
    with three.transaction() as session:
        scope = Scope.of(create_person(session, **changes))
        assert cases_of(session, scope, CaseFilters(), 1).total == 0
        assert factories_in(session, scope) == []
    assert queue(three, clock.now(), scope) == []


def test_case_and_factory_out_of_scope_are_not_found(database: Database, vault: Vault) -> None:
    with database.transaction() as session:
        factory = create_factory(session, country="bd")
        case = create_case(session, vault, factory=factory)
        elsewhere = Scope(countries=frozenset({"vn"}))
        assert find_case(session, ALL, case.id) is case
        assert find_case(session, elsewhere, case.id) is None
        assert find_factory(session, elsewhere, factory.id) is None
        for strange in ("", "0" * 32, "x" * 5_000, "'; DROP TABLE cases"):
            assert find_case(session, ALL, strange) is None
            assert find_factory(session, ALL, strange) is None


def test_list_is_narrowed_by_everything_at_once(database: Database, vault: Vault, clock: FixedClock) -> None:
    with database.transaction() as session:
        factory, advisor = create_factory(session), create_person(session)
        wanted = create_case(session, vault, factory=factory, severity=Severity.HIGH, category=Category.HOURS)
        wanted.assignee_id = advisor.id
        unnamed = create_case(session, vault)
        session.flush()

        def found(**filters: Any) -> list[str]:
            return [case.id for case in cases_of(session, ALL, CaseFilters(**filters), 1).items]

        high = {"category": Category.HOURS, "severity": Severity.HIGH, "country": "bd"}
        assert found(factory_id=factory.id, **high) == [wanted.id]
        assert found(assignee=advisor.id) == [wanted.id]
        assert found(assignee=NOBODY) == [unnamed.id]
        assert found(factory_id=NO_FACTORY) == [unnamed.id]
        assert found(factory_id="unknown") == []
        assert found(status=CaseStatus.NEW, category=Category.SAFETY) == []


def test_most_urgent_case_comes_first(database: Database, vault: Vault, clock: FixedClock) -> None:
    now = clock.now()
    with database.transaction() as session:
        for reference, severity, days in [
            ("new-normal", Severity.NORMAL, 0),
            ("old-normal", Severity.NORMAL, 30),
            ("new-critical", Severity.CRITICAL, 0),
            ("high", Severity.HIGH, 1),
            ("seen-critical", Severity.CRITICAL, 20),
        ]:
            looked_at = now if reference == "seen-critical" else None
            opened_at = now - timedelta(days=days)
            create_case(session, vault, severity=severity, now=opened_at, reference=reference, looked_at=looked_at)

        def order(sort: CaseSort) -> list[str]:
            return [case.reference for case in cases_of(session, ALL, CaseFilters(sort=sort), 1).items]

        assert order(CaseSort.URGENCY) == ["new-critical", "seen-critical", "high", "old-normal", "new-normal"]
        assert order(CaseSort.OLDEST)[:2] == ["old-normal", "seen-critical"]
        assert order(CaseSort.NEWEST)[-1] == "old-normal"
        assert order(CaseSort.UPDATED)[-1] == "old-normal"


def test_pages_hold_every_case_once(database: Database, vault: Vault, clock: FixedClock) -> None:
    with database.transaction() as session:
        made = {create_case(session, vault).id for _ in range(PAGE_SIZE + 3)}
        first, second = (cases_of(session, ALL, CaseFilters(), number) for number in (1, 2))
        assert (first.total, first.pages, len(first.items), len(second.items)) == (PAGE_SIZE + 3, 2, PAGE_SIZE, 3)
        assert {case.id for case in first.items + second.items} == made
        assert cases_of(session, ALL, CaseFilters(), 10**9).number == 2
        assert cases_of(session, ALL, CaseFilters(), -1).number == 1


def test_statuses_are_counted_whatever_status_is_shown(three: Database) -> None:
    with three.reading() as session:
        counts = count_by_status(session, ALL, CaseFilters(status=CaseStatus.CLOSED, country="ht"))
    assert counts == {
        CaseStatus.NEW: 1,
        CaseStatus.IN_PROGRESS: 0,
        CaseStatus.WAITING: 1,
        CaseStatus.RESOLVED: 0,
        CaseStatus.CLOSED: 0,
    }


def test_erased_case_waits_for_nobody(database: Database, vault: Vault, clock: FixedClock) -> None:
    with database.transaction() as session:
        case = create_case(session, vault)
        cases.erase_case(session, case)
        assert find_case(session, ALL, case.id) is case
        assert cases_of(session, ALL, CaseFilters(), 1).total == 0
    assert queue(database, clock.now()) == []


def test_turns_given_up_are_shown_within_the_scope(database: Database, vault: Vault, clock: FixedClock) -> None:
    with database.transaction() as session:
        create_worker(session, vault, address="+8801700000000", country="bd", language="bn")
        for number, address in enumerate(("+8801700000000", "+84900000000")):
            message = InboundMessage("sms", address, f"text {number}", f"SM{number}", country="vn")
            row = session.get_one(InboxMessage, accept(session, vault, message, clock.now()).inbox_id)
            row.state, row.failure = InboxState.FAILED, "TurnFailed"
        session.flush()
        shown = failed_turns(session, vault, ALL, 10)
        assert [(turn.text, turn.country) for turn in shown] == [("text 0", "bd"), ("text 1", "vn")]
        only_bd = failed_turns(session, vault, Scope(countries=frozenset({"bd"})), 10)
        assert [(turn.text, turn.language, turn.failure) for turn in only_bd] == [("text 0", "bn", "TurnFailed")]
        assert len(failed_turns(session, vault, ALL, 1)) == 1
        session.query(InboxMessage).filter_by(id=shown[0].inbox_id).one().body = None
        session.flush()
        assert [turn.text for turn in failed_turns(session, vault, ALL, 1)] == ["text 1"], "who can be read is first"
