"""Reads a programme's list of factories from a CSV file: all of it, or nothing.

Called by the command line and the admin page, which show the errors line by line.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from storage.digits import digits_only, plain_digits
from storage.models import Factory, FactoryAlias, new_id

REQUIRED_COLUMNS = ("code", "name", "country")
COLUMNS = (*REQUIRED_COLUMNS, "city", "languages", "workforce", "aliases")
MAX_BYTES = 10_000_000
MAX_ROWS = 20_000
MAX_ERRORS = 100
"""More are not shown: whoever has a hundred wrong lines has one wrong column."""

FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
LANGUAGE_TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
LIST_SEPARATORS = re.compile(r"[;|\n]")


@dataclass(frozen=True)
class ImportResult:
    """What an import did; with errors it did nothing."""

    created: int = 0
    updated: int = 0
    errors: list[tuple[int, str]] = field(default_factory=list)
    """Line in the file (0: the file itself) and what to do about it."""


@dataclass(frozen=True)
class FactoryLine:
    """One good line of the file."""

    code: str
    name: str
    country: str
    city: str | None
    languages: list[str]
    workforce: int | None
    aliases: tuple[str, ...]


class Unreadable(Exception):
    """Something in the file is not as it should be; the text says what to do."""


def import_csv(session: Session, file: BinaryIO, now: datetime) -> ImportResult:
    """Create the factories that are new and update those whose code is known."""
    try:
        lines, errors = _read(file)
    except Unreadable as problem:
        return ImportResult(errors=[(0, str(problem))])
    if errors:
        return ImportResult(errors=errors[:MAX_ERRORS])
    known = {factory.code: factory for factory in session.scalars(select(Factory))}
    created = [line for line in lines if line.code not in known]
    changed = [line for line in lines if line.code in known and _update(known[line.code], line)]
    for line in created:
        known[line.code] = _new_factory(line, now)
    session.add_all(known[line.code] for line in created)
    session.flush()
    changed_aliases = _replace_aliases(session, lines, known)
    updated = {line.code for line in changed} | (changed_aliases - {line.code for line in created})
    return ImportResult(len(created), len(updated))


def _read(file: BinaryIO) -> tuple[list[FactoryLine], list[tuple[int, str]]]:
    lines: list[FactoryLine] = []
    errors: list[tuple[int, str]] = []
    seen: dict[str, int] = {}
    for number, row in _rows(_text(file)):
        try:
            line = _parse(row)
            if line.code in seen:
                raise Unreadable(f"code {line.code} is on line {seen[line.code]} already; keep one of them")
        except Unreadable as problem:
            errors.append((number, str(problem)))
            continue
        seen[line.code] = number
        lines.append(line)
    return lines, errors


def _text(file: BinaryIO) -> str:
    content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise Unreadable(f"the file is larger than {MAX_BYTES // 1_000_000} MB; split it")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("the file is not in UTF-8; save it as 'CSV UTF-8'") from None
    if "\x00" in text:
        raise Unreadable("the file is not a text file; save it as 'CSV UTF-8'")
    return text


def _rows(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    header = text.split("\n", 1)[0]
    separator = max(",;\t", key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        columns = [name.strip().casefold() for name in next(reader, [])]
        _check_columns(columns)
        for count, values in enumerate(_numbered(reader), start=1):
            if count > MAX_ROWS:
                raise Unreadable(f"the file has more than {MAX_ROWS} lines; split it")
            line, cells = values
            yield line, dict(zip(columns, cells, strict=False)) | ({"": "more"} if len(cells) > len(columns) else {})
    except csv.Error as problem:
        raise Unreadable(f"line {reader.line_num} is not CSV: {problem}") from None


def _numbered(reader: Iterable[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines that hold anything, with their number in the file."""
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield getattr(reader, "line_num", 0), [cell.strip() for cell in cells]


def _check_columns(columns: list[str]) -> None:
    missing = [name for name in REQUIRED_COLUMNS if name not in columns]
    unknown = [name for name in columns if name not in COLUMNS]
    if missing:
        raise Unreadable(f"the first line must name the columns; missing: {', '.join(missing)}")
    if unknown:
        raise Unreadable(f"unknown columns: {', '.join(unknown)[:100]}; known are {', '.join(COLUMNS)}")
    if len(set(columns)) != len(columns):
        raise Unreadable("a column is there twice")


def _parse(row: dict[str, str]) -> FactoryLine:
    if "" in row:
        raise Unreadable("more values than columns; put quotes around a value that holds the separator")
    return FactoryLine(
        code=_code(row.get("code", "")),
        name=_name(row.get("name", ""), "name"),
        country=_country(row.get("country", "")),
        city=_name(row["city"], "city", 100) if row.get("city") else None,
        languages=_languages(row.get("languages", "")),
        workforce=_workforce(row.get("workforce", "")),
        aliases=tuple(dict.fromkeys(_name(part, "alias") for part in _parts(row.get("aliases", "")))),
    )


def _code(value: str) -> str:
    code = digits_only(value)
    if code is None or len(code) > 16:
        raise Unreadable("the code must be 1 to 16 digits")
    return code


def _name(value: str, what: str, longest: int = 200) -> str:
    if not value or len(value) > longest or not value.isprintable():
        raise Unreadable(f"the {what} must have 1 to {longest} letters on one line")
    if value.startswith(FORMULA_STARTS):
        raise Unreadable(f"the {what} must not begin with {value[0]}: a spreadsheet would run it")
    return value


def _country(value: str) -> str:
    country = value.lower()
    if not (len(country) == 2 and country.isascii() and country.isalpha()):
        raise Unreadable("the country must be its two-letter code, such as bd or vn")
    return country


def _languages(value: str) -> list[str]:
    tags = [part.replace("_", "-") for part in _parts(value)]
    wrong = next((tag for tag in tags if not LANGUAGE_TAG.fullmatch(tag)), None)
    if wrong is not None:
        raise Unreadable("languages must be tags with ; between them, such as bn;en")
    return list(dict.fromkeys(tags))


def _workforce(value: str) -> int | None:
    if not value:
        return None
    plain = plain_digits(value)
    if not (plain.isascii() and plain.isdigit() and 0 < int(plain[:10]) < 1_000_000 and len(plain) < 10):
        raise Unreadable("the workforce must be a whole number, without separators")
    return int(plain)


def _parts(value: str) -> list[str]:
    return [part.strip() for part in LIST_SEPARATORS.split(value) if part.strip()]


def _new_factory(line: FactoryLine, now: datetime) -> Factory:
    factory = Factory(id=new_id(), code=line.code, is_active=True, created_at=now)
    _update(factory, line)
    return factory


def _update(factory: Factory, line: FactoryLine) -> bool:
    values = {name: getattr(line, name) for name in ("name", "country", "city", "languages", "workforce")}
    changes = {name: value for name, value in values.items() if getattr(factory, name) != value}
    for name, value in changes.items():
        setattr(factory, name, value)
    return bool(changes)


def _replace_aliases(session: Session, lines: list[FactoryLine], known: dict[str, Factory]) -> set[str]:
    """Make the aliases those of the file; return the codes of the factories whose aliases changed."""
    before: dict[str, set[str]] = {}
    for alias in session.scalars(select(FactoryAlias)):
        before.setdefault(alias.factory_id, set()).add(alias.name)
    changed = set()
    for line in lines:
        factory_id = known[line.code].id
        if before.get(factory_id, set()) != set(line.aliases):
            session.execute(delete(FactoryAlias).where(FactoryAlias.factory_id == factory_id))
            session.add_all(FactoryAlias(factory_id=factory_id, name=name) for name in line.aliases)
            changed.add(line.code)
    session.flush()
    return changed
