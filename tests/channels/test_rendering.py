from channels.base import Option, Reply
from channels.rendering import compose, numbered
from storage.outbox import Leaving
from tests.channels.conftest import YES_OR_NO


def leaving(*replies: Reply) -> list[Leaving]:
    return [Leaving(f"{position}", reply) for position, reply in enumerate(replies)]


def test_options_are_numbered_lines() -> None:
    assert numbered(YES_OR_NO) == "Were you paid on time?\n1 Yes\n2 No"
    assert numbered(Reply("Go on?", (Option("STOP", "STOP"),))) == "Go on?\nSTOP"


def test_short_neighbours_share_a_segment() -> None:
    [parcel] = compose(leaving(Reply("Thank you."), YES_OR_NO))
    assert parcel.text == "Thank you.\nWere you paid on time?\n1 Yes\n2 No"
    assert parcel.references == ("0", "1")


def test_neighbours_stay_apart_where_joining_saves_nothing() -> None:
    assert len(compose(leaving(Reply("a" * 150), Reply("b" * 150)))) == 2
    assert len(compose(leaving(Reply("ক" * 50), Reply("খ" * 50)))) == 2


def test_nothing_follows_options() -> None:
    assert [parcel.references for parcel in compose(leaving(YES_OR_NO, Reply("Thank you.")))] == [("0",), ("1",)]


def test_what_is_joined_stays_under_the_providers_limit() -> None:
    parcels = compose(leaving(*[Reply("a" * 200)] * 20))
    assert all(len(parcel.text) <= 1600 for parcel in parcels)
    assert sum(len(parcel.references) for parcel in parcels) == 20
