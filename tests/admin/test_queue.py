"""The first page: one row a factory, the most urgent first, narrowed by what an advisor may see."""

import re

import pytest

from storage.database import Database
from storage.models import Case, Factory
from storage.models.enums import CaseStatus, Category, Severity
from storage.vault import Vault
from tests.admin.conftest import Visitor
from tests.conftest import FixedClock
from tests.factories import create_case, create_factory, create_worker


def rows(page: str) -> list[str]:
    return re.findall(r"<tr data-row.*?</tr>", page, re.DOTALL)


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


@pytest.fixture
def three_factories(database: Database, vault: Vault, clock: FixedClock) -> list[Factory]:
    with database.transaction() as session:
        worker = create_worker(session, vault)
        calm, urgent, foreign = (
            create_factory(session, name="Calm Knitwear"),
            create_factory(session, name="Urgent Knitwear"),
            create_factory(session, name="Foreign Knitwear", country="vn"),
        )
        now = clock.now()
        create_case(session, vault, worker=worker, factory=calm, now=now)
        create_case(session, vault, worker=worker, factory=calm, now=now, category=Category.HOURS)
        create_case(session, vault, worker=worker, factory=urgent, now=now, severity=Severity.CRITICAL)
        create_case(session, vault, worker=worker, factory=foreign, now=now)
        create_case(session, vault, worker=worker, now=now, category=Category.UNSORTED)
        create_case(session, vault, worker=worker, factory=calm, now=now, status=CaseStatus.CLOSED)
        return [calm, urgent, foreign]


def test_shows_one_row_a_factory_the_most_urgent_first(three_factories: list[Factory], advisor: Visitor) -> None:
    found = [words(row) for row in rows(advisor.get("/admin/").text)]
    assert [row.split(" 48")[0].split(" no code")[0] for row in found] == [
        "Urgent Knitwear",
        "Calm Knitwear",
        "Factory not named",
    ]
    assert "1 critical" in found[0]
    assert "Bangladesh 2 2 normal" in found[1]
    assert "Working hours 1" in found[1]
    assert "1 of them not sorted" in found[2]


def test_what_is_overdue_says_so(three_factories: list[Factory], advisor: Visitor, clock: FixedClock) -> None:
    assert "overdue" not in words(rows(advisor.get("/admin/").text)[0])
    clock.advance(hours=5)
    first = words(rows(advisor.get("/admin/").text)[0])
    assert "5 h 1 overdue" in first


def test_the_picture_says_the_same_in_words(three_factories: list[Factory], advisor: Visitor) -> None:
    calm = rows(advisor.get("/admin/").text)[1]
    assert 'role="img" aria-label="Working hours 1, Pay 1"' in calm


def test_an_outsider_sees_her_own_country_only(three_factories: list[Factory], outsider: Visitor) -> None:
    assert [words(row).split(" 48")[0] for row in rows(outsider.get("/admin/").text)] == ["Foreign Knitwear"]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("search=calm", ["Calm"]),
        ("search=4822", ["Urgent"]),
        ("category=hours", ["Calm"]),
        ("status=closed", ["Calm"]),
        ("country=vn", []),
        ("country=bd&category=unsorted", ["Factory"]),
        ("sort=name", ["Calm", "Factory", "Urgent"]),
        ("sort=open", ["Calm", "Urgent", "Factory"]),
        ("unknown=1", ["Urgent", "Calm", "Factory"]),
    ],
)
def test_filters_narrow_the_queue(
    three_factories: list[Factory], advisor: Visitor, query: str, names: list[str]
) -> None:
    found = [words(row).split()[0] for row in rows(advisor.get(f"/admin/?{query}").text)]
    assert found == names


@pytest.mark.parametrize(
    "query", ["country=xx", "category=salary", "status=open", "sort=id", "search=" + "x" * 101, "search=%00"]
)
def test_nonsense_is_refused(advisor: Visitor, query: str) -> None:
    answer = advisor.get(f"/admin/?{query}")
    assert answer.status == 400
    assert "Go back and choose from the page." in answer.text


def test_an_empty_queue_says_what_will_come(advisor: Visitor) -> None:
    assert "Nothing waits." in advisor.get("/admin/").text
    assert "Take one away" in advisor.get("/admin/?search=nothing").text


def test_a_surveyor_is_sent_to_the_surveys(surveyor: Visitor) -> None:
    assert surveyor.get("/admin/").location == "/admin/surveys"


def test_one_click_leads_to_the_cases_one_more_to_the_words(case: Case, advisor: Visitor) -> None:
    [factory_link] = re.findall(r'href="([^"]+)" data-open', advisor.get("/admin/").text)
    [case_link] = re.findall(r'href="([^"]+)" data-open', advisor.get(factory_link).text)
    assert "গত মাসের বেতন পাইনি" in advisor.get(case_link).text


def test_cases_without_a_factory_have_their_own_list(three_factories: list[Factory], advisor: Visitor) -> None:
    links = re.findall(r'href="([^"]+)" data-open', advisor.get("/admin/").text)
    page = advisor.get(links[2].replace("&amp;", "&")).text
    assert "Factory not named" in page
    assert len(rows(page)) == 1


def test_a_factorys_cases_are_counted_by_status(three_factories: list[Factory], advisor: Visitor) -> None:
    page = advisor.get(f"/admin/factories/{three_factories[0].id}/cases").text
    assert "Open 2" in words(page)
    assert "Closed 1" in words(page)
    assert len(rows(page)) == 2


@pytest.mark.parametrize(
    ("query", "count"),
    [("status=closed", 1), ("category=hours", 1), ("severity=high", 0), ("assignee=nobody", 2), ("page=99", 2)],
)
def test_filters_narrow_a_factorys_cases(
    three_factories: list[Factory], advisor: Visitor, query: str, count: int
) -> None:
    assert len(rows(advisor.get(f"/admin/factories/{three_factories[0].id}/cases?{query}").text)) == count


@pytest.mark.parametrize("query", ["severity=worst", "assignee=me", "assignee=-1", "page=0", "page=" + "9" * 40])
def test_nonsense_about_cases_is_refused(factory: Factory, advisor: Visitor, query: str) -> None:
    assert advisor.get(f"/admin/factories/{factory.id}/cases?{query}").status == 400


def test_links_between_pages_keep_the_filters(
    database: Database, vault: Vault, factory: Factory, advisor: Visitor
) -> None:
    with database.transaction() as session:
        worker = create_worker(session, vault)
        for _ in range(30):
            create_case(session, vault, worker=worker, factory=factory)
    page = advisor.get(f"/admin/factories/{factory.id}/cases?category=pay&sort=newest").text
    [after] = re.findall(r'href="([^"]+)" rel="next"', page)
    assert "category=pay" in after
    assert "sort=newest" in after
    assert len(rows(advisor.get(after.replace("&amp;", "&")).text)) == 5


def test_an_administrator_sees_coded_facts_and_no_way_to_the_words(case: Case, admin: Visitor) -> None:
    page = admin.get(f"/admin/factories/{case.factory_id}/cases").text
    assert case.reference in page
    assert f"/admin/cases/{case.reference}" not in page
