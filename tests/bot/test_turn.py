"""A turn is one transaction: whatever fails in it, nothing of it stays but the message itself."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.actions.grievance import ActionGrievance
from bot.tracker_store import TurnTrackerStore
from bot.turn import Turns
from bot.wording import Wording
from storage import cases
from storage.database import Database
from storage.inbox import RETRY_AFTER, mark_done, retry
from storage.models import Answer, Case, InboxMessage, OutboxMessage, SurveyResponse, TrackerState
from storage.models.enums import InboxState, OutboxKind, ProviderOptOut, ResponseState
from storage.outbox import transcript
from storage.turns import begin
from tests import postgres
from tests.bot.conftest import Talk
from tests.conftest import FixedClock

GRIEVANCE = "our wages are two months late and nobody tells us why"


def count(database: Database, table: type[Any]) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def fail(*_arguments: object, **_named: object) -> Any:
    raise RuntimeError("made to fail")


def break_action(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ActionGrievance, "say", fail)


def break_tracker_store(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(TurnTrackerStore, "save", fail)


def break_wording(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Wording, "generate", fail)


def break_silently(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ActionGrievance, "speech", lambda _action, _turn: [])
    patch.setattr(ActionGrievance, "events", lambda _action, _turn: [])


BREAKS = [break_action, break_tracker_store, break_wording, break_silently]


@pytest.mark.parametrize("break_it", BREAKS)
def test_a_failure_leaves_only_a_message_that_is_tried_again(
    talk: Talk, database: Database, clock: FixedClock, break_it: Callable[[pytest.MonkeyPatch], None]
) -> None:
    inbox_id = talk.sends(GRIEVANCE)
    with pytest.MonkeyPatch.context() as patch:
        break_it(patch)
        assert talk.turns.handle(inbox_id) is None
    assert [count(database, table) for table in (Case, Answer, OutboxMessage, TrackerState)] == [0, 0, 0, 0]
    row = talk.row(inbox_id)
    assert (row.state, row.attempts, row.next_attempt_at) == (InboxState.RECEIVED, 1, clock.now() + RETRY_AFTER[0])
    assert talk.turns.handle(inbox_id) is not None
    assert (count(database, Case), talk.row(inbox_id).state) == (1, InboxState.DONE)


def test_a_message_that_keeps_failing_is_given_up_with_an_apology(
    talk: Talk, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_action(monkeypatch)
    inbox_id = talk.sends(GRIEVANCE)
    for _ in range(len(RETRY_AFTER) + 1):
        talk.turns.handle(inbox_id)
    row = talk.row(inbox_id)
    assert row.state is InboxState.FAILED
    assert row.body is not None, "an advisor has to be able to read it"
    with database.reading() as session:
        [line] = [each for each in transcript(session, talk.turns.vault, row.conversation_id) if each.author == "us"]
        assert line.text == talk.turns.wording.text("en", "apology")
        assert session.scalars(select(OutboxMessage.kind)).one() is OutboxKind.NOTICE


def test_a_message_that_was_given_up_is_answered_when_a_person_has_it_tried_again(
    talk: Talk, database: Database, clock: FixedClock
) -> None:
    inbox_id = talk.sends(GRIEVANCE)
    with pytest.MonkeyPatch.context() as patch:
        break_action(patch)
        for _ in range(len(RETRY_AFTER) + 1):
            talk.turns.handle(inbox_id)
    with database.transaction() as session:
        assert retry(session, inbox_id, clock.now())
    assert talk.turns.handle(inbox_id) is not None
    assert (count(database, Case), talk.row(inbox_id).state) == (1, InboxState.DONE)


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_a_failure_is_noted_in_the_order_of_a_turn_and_waits_for_one_that_runs(
    talk: Talk, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Turns, "_run", fail)
    inbox_id = talk.sends(GRIEVANCE)
    for _ in RETRY_AFTER:
        talk.turns.handle(inbox_id)
    with ThreadPoolExecutor(1) as pool:
        with database.transaction() as session:
            begin(session, talk.turns.vault, inbox_id)
            noting = pool.submit(talk.turns._note_failure, inbox_id, RuntimeError())
            postgres.await_waiting(database.url)
            mark_done(session.get_one(InboxMessage, inbox_id), "sms")
        noting.result(timeout=10)
    assert talk.row(inbox_id).state is InboxState.DONE


def test_the_case_keeps_the_whole_of_a_long_story(talk: Talk, database: Database) -> None:
    talk.says(f"{GRIEVANCE}. {'we asked the manager. ' * 90}call +8801700000009, the end")
    with database.reading() as session:
        [said] = cases.messages(session, talk.turns.vault, session.scalars(select(Case)).one())
    assert said.text.endswith("the end")
    assert "1700000009" not in said.text


def test_the_error_that_is_kept_quotes_nobody(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    break_action(monkeypatch)
    inbox_id = talk.sends(GRIEVANCE)
    talk.turns.handle(inbox_id)
    assert talk.row(inbox_id).failure == "TurnFailed: RuntimeError"


@pytest.mark.parametrize("text", ["yes", "no", "ok", "2", "72", "3 days", "৭২", "Tuesday"])
def test_a_short_answer_to_an_advisor_reaches_her(talk: Talk, database: Database, clock: FixedClock, text: str) -> None:
    for said in (GRIEVANCE, "skip", "1", "1", "skip"):
        talk.says(said)
    clock.advance(hours=1)
    talk.hears("Is it so, and since when?")
    clock.advance(hours=1)
    assert len(talk.says(text)) == 1
    with database.reading() as session:
        [case] = session.scalars(select(Case))
        assert cases.messages(session, talk.turns.vault, case)[-1].text == text


def test_a_number_answers_what_was_asked_on_this_channel(talk: Talk, database: Database) -> None:
    whatsapp = replace(talk, channel="whatsapp")
    for said in ("hello good morning", "survey", "1", "skip"):
        whatsapp.says(said)
    talk.says(GRIEVANCE)
    whatsapp.says("2")
    with database.reading() as session:
        assert "now" not in session.scalars(select(Case)).one().details
    whatsapp.says("2")
    with database.reading() as session:
        assert session.scalars(select(Case)).one().details["now"] == "no", "it was asked there by then"


def test_a_number_after_our_own_menu_is_a_choice(talk: Talk, database: Database, clock: FixedClock) -> None:
    for said in (GRIEVANCE, "skip", "1", "1", "skip"):
        talk.says(said)
    clock.advance(hours=1)
    talk.hears("Thank you.")
    clock.advance(hours=1)
    talk.says("help")
    assert talk.says("4")[0] == talk.turns.wording.text("en", "privacy")


@pytest.mark.parametrize("text", ["yes", "no it was on the other line", "the thing with the paper and the blue chair"])
def test_what_somebody_answers_to_an_advisor_after_a_stop_reaches_her(
    talk: Talk, database: Database, clock: FixedClock, text: str
) -> None:
    talk.says(GRIEVANCE)
    clock.advance(hours=1)
    talk.hears("Was it in the same hall?")
    clock.advance(hours=1)
    talk.says("STOP")
    assert talk.says(text) == [talk.turns.wording.text("en", "opted_out")]
    with database.reading() as session:
        [case] = session.scalars(select(Case))
        assert cases.messages(session, talk.turns.vault, case)[-1].text == text


def test_a_message_is_handled_once(talk: Talk, database: Database) -> None:
    inbox_id = talk.sends(GRIEVANCE)
    assert talk.turns.handle(inbox_id) is not None
    before = count(database, OutboxMessage)
    assert talk.turns.handle(inbox_id) is not None
    assert (count(database, Case), count(database, OutboxMessage)) == (1, before)


def test_on_a_phone_the_text_is_forgotten_when_it_is_done(talk: Talk) -> None:
    inbox_id = talk.sends(GRIEVANCE)
    talk.turns.handle(inbox_id)
    assert talk.row(inbox_id).body is None


def test_the_tracker_holds_no_words_and_stays_small(talk: Talk, database: Database) -> None:
    for text in ("JOIN 4821", "1", "1", GRIEVANCE, "1", "1", "skip", "2", "60"):
        talk.says(text)
    with database.reading() as session:
        row = session.scalars(select(TrackerState)).one()
    state = talk.turns.vault.open_text("trackers.state", row.conversation_id, row.state)
    assert "wages" not in state
    assert len(state) < 400


@pytest.mark.parametrize("stream", ["stdout", "stderr", "log"])
def test_nothing_a_worker_wrote_is_printed_or_logged(
    talk: Talk, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture, stream: str
) -> None:
    caplog.set_level("DEBUG")
    talk.says("JOIN 4821")
    talk.says(f"{GRIEVANCE} zanzibar")
    with pytest.MonkeyPatch.context() as patch:
        break_action(patch)
        talk.says("zanzibar they hit us every day with sticks")
    printed = capfd.readouterr()
    written = {"stdout": printed.out, "stderr": printed.err, "log": caplog.text}[stream]
    assert "zanzibar" not in written
    assert talk.address.removeprefix("+") not in written


def test_an_automatic_answer_to_an_opt_out_is_not_answered_for_ever(talk: Talk) -> None:
    answers = [talk.says(text) for text in ("STOP", "I am driving", "I am driving", "I am driving")]
    assert [len(answer) for answer in answers] == [1, 1, 0, 0]


def test_a_stop_that_the_provider_confirmed_ends_the_survey(talk: Talk, database: Database) -> None:
    for text in ("JOIN 4821", "1", "1"):
        talk.says(text)
    assert talk.turns.handle(talk.sends("STOP", opt_out=ProviderOptOut.STOP)) is not None
    with database.reading() as session:
        assert session.scalars(select(SurveyResponse.state)).one() is ResponseState.STOPPED
    assert talk.says("START")[0] == talk.turns.wording.text("en", "started")
