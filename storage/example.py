"""An example programme, so that an empty installation has something to look at.

`app.py` seeds it into an empty database on request and removes it with one command. Made
through the same functions as real cases and answers; only `is_example` tells them apart.
"""

import random
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import yaml
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from storage import cases, outbox, surveys
from storage.cases import NewCase
from storage.keys import Purpose
from storage.models import (
    Answer,
    Case,
    Contact,
    Conversation,
    Factory,
    FactoryAlias,
    InboxMedia,
    InboxMessage,
    OutboxMessage,
    Person,
    SurveyResponse,
    SurveyVersion,
    TrackerState,
    Worker,
)
from storage.models.enums import CaseStatus, Category, Severity
from storage.vault import Vault
from storage.workers import ensure_conversation

PROGRAMME = Path(__file__).with_suffix(".yml")
CHANNEL = "simulator"
PHONES = {"bd": "+8801700000", "vn": "+8490000", "ht": "+5093700"}
"""Numbers that nobody has; the page that simulates a phone can go on with them."""
MOST_WORKERS = 200
SKIPPED = 0.06
SAYS_YES = 0.6
ANSWERED = {CaseStatus.WAITING, CaseStatus.RESOLVED, CaseStatus.CLOSED}
ROUNDS = ((timedelta(days=91), 26), (timedelta(days=20), 17))
"""When workers of each factory answered the survey: how long ago, how many."""


def seed(session: Session, vault: Vault, definition: dict[str, Any], now: datetime) -> bool:
    """Fill an empty database; say whether it was one. `definition` is the survey that is answered."""
    if any(session.scalars(select(table).limit(1)).first() for table in (Factory, Person, Worker)):
        return False
    programme = yaml.safe_load(PROGRAMME.read_text("utf-8"))
    factories = {entry["code"]: _factory(session, entry, now) for entry in programme["factories"]}
    for number, story in enumerate(programme["stories"]):
        _case(session, vault, number, story, factories.get(story["factory"]), programme["replies"], now)
    # The same numbers each time, so that a page looks the same in every trial.
    chance = random.Random(4821)  # noqa: S311 - invented answers, no secret
    version = surveys.publish(session, definition, now)
    for factory in factories.values():
        for ago, people in ROUNDS:
            for number in range(people):
                _response(session, vault, version, factory, f"{factory.code}-{number}", now - ago, chance)
    return True


def remove(session: Session) -> int:
    """Remove all of it, and return how many cases there were. What real workers said of an example factory stays."""
    for table in (Worker, Case, SurveyResponse):
        session.execute(update(table).where(table.factory_id.in_(_example_factories())).values(factory_id=None))
    removed = len(session.scalars(delete(Case).where(Case.is_example).returning(Case.id)).all())
    session.execute(delete(SurveyResponse).where(SurveyResponse.is_example))
    session.execute(delete(Factory).where(Factory.is_example))
    workers = [_worker_id(number) for number in range(MOST_WORKERS)]
    hers = select(Conversation.id).where(Conversation.worker_id.in_(workers))
    inbox = select(InboxMessage.id).where(InboxMessage.conversation_id.in_(hers))
    session.execute(delete(InboxMedia).where(InboxMedia.inbox_id.in_(inbox)))
    for queue in (OutboxMessage, InboxMessage, TrackerState, Contact):
        session.execute(delete(queue).where(queue.conversation_id.in_(hers)))
    session.execute(delete(Conversation).where(Conversation.worker_id.in_(workers)))
    session.execute(delete(Worker).where(Worker.id.in_(workers)))
    session.expire_all()
    return removed


def _example_factories() -> Any:
    return select(Factory.id).where(Factory.is_example)


def _worker_id(number: int) -> str:
    # Known without a key, so that `remove` finds exactly these workers.
    return uuid5(NAMESPACE_URL, f"openline:example:{number}").hex


def _factory(session: Session, entry: dict[str, Any], now: datetime) -> Factory:
    aliases = entry.pop("aliases")
    factory = Factory(**entry, is_example=True, created_at=now)
    session.add(factory)
    session.flush()
    session.add_all(FactoryAlias(factory_id=factory.id, name=name) for name in aliases)
    return factory


def _case(
    session: Session,
    vault: Vault,
    number: int,
    story: dict[str, Any],
    factory: Factory | None,
    replies: dict[str, str],
    now: datetime,
) -> None:
    age = timedelta(hours=story["hours"])
    opened_at = now - age
    country = factory.country if factory else story["country"]
    worker, conversation = _worker(session, vault, number, story, factory, country, opened_at)
    new = NewCase(
        conversation_id=conversation.id,
        worker_pseudonym=worker.pseudonym,
        factory_id=factory.id if factory else None,
        country=country,
        category=Category(story["category"]),
        second_category=Category(story["second"]) if "second" in story else None,
        severity=Severity(story["severity"]),
        language=story["language"],
        confidence=0.3 if story["category"] == Category.UNSORTED else 0.9,
        text=story["text"],
        is_draft=False,
    )
    case = cases.open_case(session, vault, new, opened_at)
    case.is_example = True
    cases.set_detail(session, case, "safe_to_text", "yes", opened_at)
    _work_on(session, vault, case, story, replies[story["language"]], age)
    outbox.mark_fetched(session, outbox.transcript(session, vault, conversation.id), opened_at + age / 5)


def _worker(
    session: Session,
    vault: Vault,
    number: int,
    story: dict[str, Any],
    factory: Factory | None,
    country: str,
    at: datetime,
) -> tuple[Worker, Conversation]:
    address = f"{PHONES[country]}{number:03}"
    worker = Worker(
        id=_worker_id(number),
        pseudonym=vault.pseudonym(Purpose.WORKER, address),
        language=story["language"],
        country=country,
        factory_id=factory.id if factory else None,
        factory_declined=factory is None,
        introduced_at=at,
    )
    session.add(worker)
    session.flush()
    return worker, ensure_conversation(session, vault, worker, CHANNEL, address, at)


def _work_on(session: Session, vault: Vault, case: Case, story: dict[str, Any], answer: str, age: timedelta) -> None:
    """Let advisors do what leads to the story's status, within the first third of the case's age."""
    status = CaseStatus(story["status"])
    looked_at = case.opened_at + min(age / 20, timedelta(minutes=50))
    if story["looked"]:
        cases.mark_looked(session, case, looked_at)
    if status is not CaseStatus.NEW:
        cases.change_status(session, case, CaseStatus.IN_PROGRESS, None, looked_at)
    if status in ANSWERED:
        cases.reply(session, vault, case, answer, None, case.opened_at + age / 10)
        cases.change_status(session, case, status, None, case.opened_at + age / 3)
    if "more" in story:
        cases.add_worker_message(session, vault, case, story["more"], story["language"], case.opened_at + age * 0.9)


def _response(
    session: Session,
    vault: Vault,
    version: SurveyVersion,
    factory: Factory,
    name: str,
    at: datetime,
    chance: random.Random,
) -> None:
    at -= timedelta(hours=chance.randrange(0, 14 * 24))
    pseudonym = vault.pseudonym(Purpose.WORKER, f"example {name} {surveys.quarter(at)} {at:%j}")
    response = surveys.start_or_resume(
        session,
        vault,
        pseudonym,
        version,
        factory_id=factory.id,
        country=factory.country,
        language=factory.languages[0],
        now=at,
    )
    response.is_example = True
    questions = enumerate(version.definition["questions"])
    session.add_all(_answer(response.id, position, question, chance) for position, question in questions)
    surveys.finish(session, response, at)


def _answer(response_id: str, position: int, question: dict[str, Any], chance: random.Random) -> Answer:
    """Return an invented answer: on the whole well, with enough that is not."""
    answer = Answer(response_id=response_id, question=question["key"], position=position)
    kind = question["kind"]
    if kind == "text" or chance.random() < SKIPPED:
        answer.is_skipped = True
    elif kind == "yes_no":
        answer.choice = "yes" if chance.random() < SAYS_YES else "no"
    elif kind == "choice":
        answer.choice = chance.choice(question["choices"])
    elif "bands" in question:
        answer.number = chance.choice(question["bands"])["value"]
    else:
        answer.number = chance.randint(int(question["minimum"]), int(question["maximum"]))
    return answer
