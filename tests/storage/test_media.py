"""A file that waits is taken by one process only, whoever else has fetched it."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from storage.cases.media import keep_media
from storage.database import Database
from storage.inbox import InboundMessage, MediaItem, accept
from storage.media import put_into_case, take_media
from storage.models import CaseMedia, InboxMedia
from storage.vault import Vault
from tests import postgres
from tests.conftest import FixedClock
from tests.factories import PHONE, create_case


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_a_file_that_two_processes_fetched_is_kept_once(database: Database, vault: Vault, clock: FixedClock) -> None:
    item = MediaItem("https://example.org/1", "image/jpeg")
    with database.transaction() as session:
        message = InboundMessage("whatsapp", PHONE, "look", "1", media=(item,))
        put_into_case(
            session, vault, accept(session, vault, message, clock.now()).inbox_id, create_case(session, vault).id
        )
        media_id = session.scalars(select(InboxMedia.id)).one()

    def is_taken() -> bool:
        with database.transaction() as session:
            return take_media(session, vault, media_id) is not None

    with ThreadPoolExecutor(1) as pool:
        with database.transaction() as session:
            case = take_media(session, vault, media_id)
            assert case is not None
            other = pool.submit(is_taken)
            postgres.await_waiting(database.url)
            keep_media(session, vault, case, "image/jpeg", b"picture", clock.now())
        assert not other.result(timeout=10)
    with database.reading() as session:
        assert len(session.scalars(select(CaseMedia)).all()) == 1
