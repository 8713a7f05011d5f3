"""Factories by code, by name, and from a file."""

import io

import pytest
from sqlalchemy import func, select

from storage.database import Database
from storage.factories import find_by_code, import_csv, search_by_name
from storage.models import Factory, FactoryAlias
from tests.conftest import FixedClock
from tests.factories import create_factory

HEADER = "code,name,country,city,languages,workforce,aliases\n"


def imported(database: Database, clock: FixedClock, text: str | bytes) -> tuple[int, int, list[tuple[int, str]]]:
    content = text if isinstance(text, bytes) else text.encode()
    with database.transaction() as session:
        result = import_csv(session, io.BytesIO(content), clock.now())
    return result.created, result.updated, result.errors


def count(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Factory)) or 0


@pytest.mark.parametrize("typed", ["0482", " 0482 ", "০৪৮২", "٠٤٨٢", "04-82"])
def test_code_is_found_in_any_digits_with_its_leading_zero(database: Database, typed: str) -> None:
    with database.transaction() as session:
        factory = create_factory(session, code="0482")
        assert find_by_code(session, typed) is factory


@pytest.mark.parametrize("typed", ["", "482", "JOIN", "0482x", "%", "0" * 10_000])
def test_other_codes_find_nothing(database: Database, typed: str) -> None:
    with database.transaction() as session:
        create_factory(session, code="0482")
        assert find_by_code(session, typed) is None


def test_closed_factory_is_not_found(database: Database) -> None:
    with database.transaction() as session:
        create_factory(session, code="4821", is_active=False)
        assert find_by_code(session, "4821") is None
        assert search_by_name(session, "Padma", "bd") == []


@pytest.mark.parametrize(
    "typed", ["padma knitwear", "Padma", "PADMA KNIT WEAR LTD", "padna knitwear", "পদ্মা নিটওয়্যার", "padma factory"]
)
def test_name_is_found_as_workers_write_it(database: Database, typed: str) -> None:
    with database.transaction() as session:
        padma = create_factory(session, name="Padma Knitwear Ltd.", aliases=("পদ্মা নিটওয়্যার",))
        create_factory(session, name="Meghna Fashions Ltd.")
        create_factory(session, name="Jamuna Garments Ltd.")
        found = search_by_name(session, typed, "bd")
        assert [factory for factory, _ in found] == [padma]
        assert 55 <= found[0][1] <= 100


def test_name_is_found_without_accents(database: Database) -> None:
    with database.transaction() as session:
        factory = create_factory(session, name="Công ty May Hòa Đông", country="vn")
        assert search_by_name(session, "hoa dong", "vn")[0][0] is factory


@pytest.mark.parametrize("typed", ["", "   ", "garments", "ltd", "???", "😀", "zzzzqqqq", "x" * 100_000])
def test_words_of_every_name_find_nothing(database: Database, typed: str) -> None:
    with database.transaction() as session:
        create_factory(session, name="Padma Garments Ltd.")
        assert search_by_name(session, typed, None) == []


def test_other_countries_are_left_out(database: Database) -> None:
    with database.transaction() as session:
        create_factory(session, name="Star", country="vn")
        assert search_by_name(session, "Star", "bd") == []
        assert len(search_by_name(session, "Star", None)) == 1


def test_good_file_creates_and_then_updates(database: Database, clock: FixedClock) -> None:
    file = HEADER + "4821,Padma Knitwear,BD,Gazipur,bn;en,1200,Padma;পদ্মা\n5932,Hoa Binh,vn,,vi,,\n"
    assert imported(database, clock, file) == (2, 0, [])
    assert imported(database, clock, file) == (0, 0, [])
    changed = file.replace("1200", "1300").replace("5932,Hoa Binh,vn,,vi,,", "5932,Hoa Binh,vn,,vi,,Hòa Bình")
    assert imported(database, clock, changed) == (0, 2, [])
    with database.reading() as session:
        padma = session.scalars(select(Factory).where(Factory.code == "4821")).one()
        assert (padma.country, padma.languages, padma.workforce) == ("bd", ["bn", "en"], 1300)
        assert set(session.scalars(select(FactoryAlias.name))) == {"Padma", "পদ্মা", "Hòa Bình"}


@pytest.mark.parametrize(
    "file",
    [
        b"\xef\xbb\xbfcode,name,country\r\n0482,Padma,bd\r\n",
        'code;name;country;languages\n০৪৮২;Padma;bd;"bn;en"\n',
        "Name\tCode\tCountry\nPadma\t0482\tbd\n\n\n",
        'code,name,country\n0482,"Padma, Unit 2",bd',
    ],
)
def test_files_of_common_spreadsheets_are_read(database: Database, clock: FixedClock, file: str | bytes) -> None:
    assert imported(database, clock, file) == (1, 0, [])
    with database.reading() as session:
        assert session.scalars(select(Factory.code)).one() == "0482"


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("48a1,Padma,bd,,,,", "code"),
        (",Padma,bd,,,,", "code"),
        ("12345678901234567,Padma,bd,,,,", "code"),
        ("4821,,bd,,,,", "name"),
        (f"4821,{'x' * 201},bd,,,,", "name"),
        ('4821,"=HYPERLINK(1)",bd,,,,', "="),
        ("4821,＠SUM,bd,,,,", "＠"),
        ("4821,Padma,Bangladesh,,,,", "country"),
        ("4821,Padma,bd,,English,,", "languages"),
        ("4821,Padma,bd,,,many,", "workforce"),
        ("4821,Padma,bd,,,-5,", "workforce"),
        ("4821,Padma,bd,,,99999999999999999999,", "workforce"),
        ("4821,Padma,bd,,,,+cmd", "alias"),
        ("4821,Padma,bd,,,,,,", "columns"),
        ("4821", "name"),
        ("4822,Twice,bd,,,,", "4822"),
    ],
)
def test_one_wrong_line_stops_the_whole_file(database: Database, clock: FixedClock, line: str, word: str) -> None:
    created, updated, errors = imported(database, clock, f"{HEADER}4822,Good,bd,,,,\n{line}\n")
    assert (created, updated) == (0, 0)
    assert [number for number, _ in errors] == [3]
    assert word in errors[0][1]
    assert count(database) == 0


@pytest.mark.parametrize(
    ("file", "word"),
    [
        (b"", "missing"),
        (b"4821,Padma,bd\n", "missing"),
        ("code,name,country,boss\n", "boss"),
        ("code,name,country,code\n", "twice"),
        (b"code,name,country\n4821,\xff\xfe,bd\n", "UTF-8"),
        ("code,name,country\n4821,a\x00b,bd\n", "text file"),
        ('code,name,country\n4821,"open,bd\n', "not CSV"),
        (b"x" * 10_000_001, "larger"),
        ("code,name,country\n" + "1,a,bd\n" * 100_000, "more than"),
    ],
)
def test_unreadable_file_is_refused_with_advice(
    database: Database, clock: FixedClock, file: str | bytes, word: str
) -> None:
    created, updated, errors = imported(database, clock, file)
    assert (created, updated, errors[0][0]) == (0, 0, 0)
    assert word in errors[0][1]
    assert count(database) == 0


def test_twenty_thousand_factories_come_in_at_once(database: Database, clock: FixedClock) -> None:
    lines = "".join(f"{number},Factory {number},bd\n" for number in range(20_000))
    assert imported(database, clock, "code,name,country\n" + lines) == (20_000, 0, [])
