"""The command line of a programme: its people, factories, surveys and queue. Collected by `app.py`.

What is printed holds no number and no worker's text. What fails ends with exit code 1 and says what to do.
"""

import json
import secrets
from typing import BinaryIO, Protocol

import click
import yaml
from sqlalchemy.exc import OperationalError

from storage import accounts, factory_list, people, surveys
from storage.clock import Clock
from storage.database import Database
from storage.environment import SettingsError
from storage.keys import KeysError
from storage.models import Person
from storage.queue import FactoryRow, QueueFilters, factories_in, factory_queue
from storage.scope import Scope
from storage.vault import Vault


class Commands(click.Group):
    """A group whose commands say in a line or two what is wrong with the set-up."""

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; what an operator can mend ends it with exit code 1 and without a traceback."""
        try:
            return super().invoke(ctx)
        except SettingsError as error:
            raise click.ClickException("\n".join(error.findings)) from None
        except KeysError as error:
            raise click.ClickException(str(error)) from None
        except OperationalError:
            raise click.ClickException("The database does not answer: look at DATABASE_URL.") from None


class Tools(Protocol):
    """What the commands are given; each part is opened when a command first asks for it."""

    @property
    def database(self) -> Database:
        """Return the database, its tables at this version."""
        ...

    @property
    def vault(self) -> Vault:
        """Return the keys at work."""
        ...

    @property
    def clock(self) -> Clock:
        """Return the time of day."""
        ...

    def hash_password(self, password: str) -> str:
        """Return what the sign-in page accepts for `password`."""
        ...


@click.group()
def user() -> None:
    """People who sign in."""


@user.command("add")
@click.argument("email")
@click.option("--name", default="", help="What she is called on the pages; her address if not given.")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice(sorted(people.ROLES)))
@click.option("--country", "countries", multiple=True, help="Two letters, or * for all. May be repeated.")
@click.option("--factory", "factories", multiple=True, help="A factory's code. May be repeated.")
@click.pass_obj
def add_user(
    tools: Tools, email: str, name: str, roles: tuple[str, ...], countries: tuple[str, ...], factories: tuple[str, ...]
) -> None:
    """Make a person and print the password for her first sign-in."""
    password = secrets.token_urlsafe(12)
    with tools.database.transaction() as session:
        try:
            person = people.create_person(
                session, email, name or email, roles, countries, factories, None, tools.clock.now()
            )
        except people.PeopleError as error:
            raise click.ClickException(f"{error}.") from None
        accounts.set_first_password(person, tools.hash_password(password))
    click.echo(f"Password for the first sign-in: {password}")


@user.command("list")
@click.pass_obj
def list_users(tools: Tools) -> None:
    """Print who may sign in, and what she may see."""
    with tools.database.reading() as session:
        for person in people.everybody(session):
            click.echo(_line_of(person))


@user.command("disable")
@click.argument("email")
@click.pass_obj
def disable_user(tools: Tools, email: str) -> None:
    """End every session of a person and let her sign in no more."""
    with tools.database.transaction() as session:
        person = people.find_by_email(session, email)
        if person is None:
            raise click.ClickException("Nobody has this e-mail address; `user list` shows who is there.")
        accounts.set_active(person, is_active=False)
    click.echo("Disabled.")


def _line_of(person: Person) -> str:
    roles = ",".join(sorted(role.name for role in person.roles))
    places = ",".join([*person.countries, *sorted(factory.code for factory in person.factories)]) or "nothing"
    return f"{person.email}\t{roles}\t{places}\t{'active' if person.active else 'disabled'}"


@click.group()
def factory() -> None:
    """The factories of the programme."""


@factory.command("import")
@click.argument("file", type=click.File("rb"))
@click.pass_obj
def import_factories(tools: Tools, file: BinaryIO) -> None:
    """Create and update factories from a CSV file: all of it, or nothing.

    Columns: code,name,country,city,languages,workforce,aliases; the last ones may be missing.
    """
    with tools.database.transaction() as session:
        result = factory_list.import_csv(session, file, tools.clock.now())
    for line, message in result.errors:
        click.echo(f"line {line}: {message}", err=True)
    if result.errors:
        raise click.ClickException("Nothing was imported. Mend the lines above and import the file again.")
    click.echo(f"{result.created} created, {result.updated} updated.")


@factory.command("list")
@click.pass_obj
def list_factories(tools: Tools) -> None:
    """Print the factories."""
    with tools.database.reading() as session:
        for row in factories_in(session, Scope.everything()):
            click.echo(f"{row.code}\t{row.country}\t{row.name}\t{'active' if row.is_active else 'inactive'}")


@click.group()
def survey() -> None:
    """The surveys' versions."""


@survey.command("import")
@click.argument("file", type=click.File("rb"))
@click.pass_obj
def import_survey(tools: Tools, file: BinaryIO) -> None:
    """Publish a version of a survey from its file. The same file again changes nothing."""
    try:
        definition = yaml.safe_load(file)
        with tools.database.transaction() as session:
            version = surveys.publish(session, definition, tools.clock.now())
    except yaml.YAMLError:
        raise click.ClickException("The file is not YAML.") from None
    except surveys.SurveyError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"Survey {version.survey}, version {version.version}, is published.")


@click.command("queue")
@click.option("--json", "as_json", is_flag=True, help="As data, for scripts.")
@click.pass_obj
def show_queue(tools: Tools, as_json: bool) -> None:
    """Print the open cases per factory, the most urgent first."""
    with tools.database.reading() as session:
        rows = factory_queue(session, Scope.everything(), QueueFilters(), tools.clock.now())
    if as_json:
        click.echo(json.dumps([_as_data(row) for row in rows], ensure_ascii=False))
        return
    for row in rows:
        click.echo(f"{row.code}\t{row.name}\topen {row.open}\tcritical {row.critical}\toldest {row.oldest_hours} h")


def _as_data(row: FactoryRow) -> dict[str, object]:
    names = ("name", "country", "open", "critical", "high", "normal", "unsorted", "oldest_hours", "by_category")
    return {"factory": row.code, **{name: getattr(row, name) for name in names}}


COMMANDS: tuple[click.Command, ...] = (user, factory, survey, show_queue)
"""What `app.py` collects."""
