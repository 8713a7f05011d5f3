"""Working on a case: take it, move it, sort it, note something, one step back; two at once lose nothing."""

from collections.abc import Callable

import pytest

from storage.cases import add_worker_message
from storage.database import Database
from storage.models import Case, CaseEvent, Person
from storage.models.enums import CaseStatus, Category, Severity
from storage.vault import Vault
from tests.admin.conftest import Answer, Visitor
from tests.conftest import FixedClock
from tests.factories import create_person

Stored = Callable[[Case], Case]
Act = Callable[..., Answer]


@pytest.fixture
def act(case: Case, advisor: Visitor, clock: FixedClock) -> Act:
    """The advisor opens the case and sends one of its forms."""

    def do(action: str, **form: str) -> Answer:
        seen = advisor.seen_of(case.reference)
        clock.advance(minutes=1)
        return advisor.post(f"/admin/cases/{case.reference}/{action}", **{"seen": seen, **form})

    return do


def test_an_advisor_takes_a_case(act: Act, case: Case, stored: Stored, people: dict[str, Person]) -> None:
    assert act("assign", take="me").status == 302
    assert stored(case).assignee_id == people["advisor"].id


def test_a_case_goes_to_a_colleague_who_may_see_it(
    act: Act, case: Case, stored: Stored, database: Database, people: dict[str, Person]
) -> None:
    with database.transaction() as session:
        colleague = create_person(session, countries=["bd"], email="colleague@example.org")
    act("assign", assignee=str(colleague.id))
    assert stored(case).assignee_id == colleague.id
    for other in ("outsider", "surveyor", "admin"):
        assert act("assign", assignee=str(people[other].id)).status == 400
    assert stored(case).assignee_id == colleague.id
    act("assign", assignee="")
    assert stored(case).assignee_id is None


def test_a_status_is_changed_and_undone(act: Act, case: Case, stored: Stored, advisor: Visitor) -> None:
    act("status", status="waiting")
    assert stored(case).status is CaseStatus.WAITING
    page = advisor.get(f"/admin/cases/{case.reference}").text
    assert "The status is now: Waiting for the worker." in page
    act("undo")
    assert stored(case).status is CaseStatus.NEW
    assert "data-undo" not in advisor.get(f"/admin/cases/{case.reference}").text


def test_an_assignment_is_undone(act: Act, case: Case, stored: Stored) -> None:
    act("assign", take="me")
    act("undo")
    assert stored(case).assignee_id is None


def test_undo_without_a_step_to_take_back_does_nothing(act: Act, case: Case, stored: Stored) -> None:
    before = stored(case).updated_at
    assert act("undo").status == 302
    assert stored(case).updated_at == before


def test_a_case_is_sorted(act: Act, case: Case, stored: Stored) -> None:
    act("sort", category="safety", severity="critical")
    assert (stored(case).category, stored(case).severity) == (Category.SAFETY, Severity.CRITICAL)


@pytest.mark.parametrize(
    ("action", "form"),
    [
        ("status", {"status": "gone"}),
        ("status", {}),
        ("sort", {"category": "pay", "severity": "worst"}),
        ("assign", {"assignee": "0"}),
        ("assign", {"assignee": "x"}),
        ("status", {"status": "closed", "seen": "yesterday"}),
        ("status", {"status": "closed", "seen": "2026-11-18T09:00:00"}),
        ("notes", {"note": "  \n "}),
    ],
)
def test_nonsense_changes_nothing(act: Act, case: Case, stored: Stored, action: str, form: dict[str, str]) -> None:
    before = stored(case).updated_at
    assert act(action, **form).status == 400
    assert stored(case).updated_at == before


def test_a_note_is_kept_encrypted_and_shown(act: Act, case: Case, database: Database, advisor: Visitor) -> None:
    act("notes", note="Called the federation\x00\r\n<b>twice</b>")
    assert "Called the federation\n&lt;b&gt;twice&lt;/b&gt;" in advisor.get(f"/admin/cases/{case.reference}").text
    with database.reading() as session:
        notes = [event.note for event in session.query(CaseEvent) if event.note]
    assert len(notes) == 1
    assert b"federation" not in notes[0]


def test_a_note_that_is_too_long_is_refused_whole(act: Act) -> None:
    assert act("notes", note="x" * 4001).status == 413


def test_each_change_is_in_the_audit(act: Act, audited: Callable[[], list[tuple[int | None, str, str]]]) -> None:
    act("assign", take="me")
    act("status", status="in_progress")
    act("sort", category="hours", severity="high")
    act("notes", note="done")
    actions = [action for _, action, _ in audited() if action != "read_case"]
    assert actions == ["assigned", "changed_status", "sorted", "noted"]


def test_of_two_advisors_at_once_the_second_sees_what_changed(
    database: Database, case: Case, advisor: Visitor, enter: Callable[[str], Visitor], stored: Stored, clock: FixedClock
) -> None:
    second = enter("advisor")
    seen_first, seen_second = advisor.seen_of(case.reference), second.seen_of(case.reference)
    clock.advance(minutes=1)
    advisor.post(f"/admin/cases/{case.reference}/status", seen=seen_first, status="in_progress")
    answer = second.post(f"/admin/cases/{case.reference}/status", seen=seen_second, status="closed")
    assert answer.status == 409
    assert "Nothing of yours was saved." in answer.text
    [news] = answer.text.split('<li class="is-new">')[1:]
    assert news.split("<span")[0].strip() == "<p>Status changed: In progress"
    assert stored(case).status is CaseStatus.IN_PROGRESS


def test_what_a_worker_adds_meanwhile_is_not_overlooked(
    database: Database, vault: Vault, case: Case, advisor: Visitor, stored: Stored, clock: FixedClock
) -> None:
    seen = advisor.seen_of(case.reference)
    with database.transaction() as session:
        row = session.get_one(Case, case.id)
        add_worker_message(session, vault, row, "এখন আগুন", "bn", clock.advance(minutes=1))
    answer = advisor.post(f"/admin/cases/{case.reference}/status", seen=seen, status="closed")
    assert answer.status == 409
    assert "এখন আগুন" in answer.text
    assert stored(case).status is CaseStatus.NEW
