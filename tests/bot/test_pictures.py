"""A picture without words tells something too: it goes to a person, whatever was asked."""

import pytest
from sqlalchemy import select

from storage.database import Database
from storage.inbox import MediaItem
from storage.models import Answer, Case, InboxMedia
from tests.bot.conftest import Talk
from tests.bot.test_turn import GRIEVANCE, count

PICTURE = (MediaItem("https://example.org/1", "image/jpeg"),)


@pytest.mark.parametrize(
    "before", [(), ("JOIN 4821", "1"), (GRIEVANCE,), (GRIEVANCE, "4821"), ("hello good morning",), ("news",)]
)
def test_a_picture_goes_into_a_case(talk: Talk, database: Database, before: tuple[str, ...]) -> None:
    for text in before:
        talk.says(text)
    assert talk.turns.handle(talk.sends("", media=PICTURE)) is not None
    with database.reading() as session:
        assert session.scalars(select(InboxMedia.case_route)).one() is not None, "its case is known"
    assert (count(database, Case), count(database, Answer)) == (1, 0)


@pytest.mark.parametrize("text", ["4821", "near the bridge", "the exit is locked"])
def test_a_picture_with_an_answer_goes_into_the_case_that_is_asked_about(
    talk: Talk, database: Database, text: str
) -> None:
    talk.says(GRIEVANCE)
    talk.turns.handle(talk.sends(text, media=PICTURE))
    with database.reading() as session:
        assert session.scalars(select(InboxMedia.case_route)).one() is not None
    assert count(database, Case) == 1
