"""The command line of whoever runs the service: tables, keys, forgetting, what did not go out. Collected by `app.py`.

What is printed holds no number and no worker's text. What fails ends with exit code 1 and says what to do.
"""

import csv
import sys
from dataclasses import asdict, fields
from pathlib import Path
from typing import Protocol

import click

from storage import disclosure, example, outbox, retention, rotation, schema
from storage.cases.finding import find_by_reference
from storage.clock import Clock
from storage.database import Database
from storage.erasure import erase_worker
from storage.keys import create_keys
from storage.scope import Scope
from storage.undelivered import undelivered
from storage.vault import Vault

MANY = 1000


class Setup(Protocol):
    """The settings that these commands need."""

    @property
    def environment(self) -> str:
        """Return `development` or `production`."""
        ...

    @property
    def keys_file(self) -> Path:
        """Return where the keys are, or will be."""
        ...

    @property
    def database_url(self) -> str:
        """Return where the database is."""
        ...


class Tools(Protocol):
    """What the commands are given; each part is opened when a command first asks for it."""

    @property
    def settings(self) -> Setup:
        """Return the settings."""
        ...

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


@click.command()
@click.pass_obj
def migrate(tools: Tools) -> None:
    """Bring the database to this version's tables."""
    schema.upgrade(Database(tools.settings.database_url))
    click.echo(f"The tables are at {schema.head()}.")


@click.command()
@click.pass_obj
def export(tools: Tools) -> None:
    """Print the one table of numbers that may leave, as CSV. Empty cells are withheld: few people, or none."""
    with tools.database.reading() as session:
        rows = disclosure.fixed_table(session, tools.clock.now())
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow([column.name for column in fields(disclosure.ReleasedRow)])
    writer.writerows(asdict(row).values() for row in rows)


@click.group("retention")
def retention_group() -> None:
    """What is forgotten when."""


@retention_group.command("run")
@click.option("--dry-run", is_flag=True, help="Only say what would be forgotten.")
@click.pass_obj
def run_retention(tools: Tools, *, dry_run: bool) -> None:
    """Forget what is due; the service does it by itself every ten minutes."""
    forget = retention.plan if dry_run else retention.run
    with tools.database.transaction() as session:
        forgotten = forget(session, tools.vault, tools.clock.now())
    for kind, number in asdict(forgotten).items():
        click.echo(f"{kind}\t{number}")


@click.group("outbox")
def outbox_group() -> None:
    """Replies that did not go out."""


@outbox_group.command("list")
@click.pass_obj
def list_outbox(tools: Tools) -> None:
    """Print replies that failed or whose outcome is unknown: without their texts, without whom they are for."""
    with tools.database.reading() as session:
        for row in undelivered(session, Scope.everything(), MANY):
            click.echo(f"{row.reference}\t{row.created_at:%Y-%m-%d}\t{row.channel}\t{row.state}\t{row.failure or ''}")


@outbox_group.command("retry")
@click.argument("reference")
@click.pass_obj
def retry_outbox(tools: Tools, reference: str) -> None:
    """Send one of them again. If its outcome is unknown, the worker may get it twice."""
    with tools.database.transaction() as session:
        if not outbox.retry(session, reference, tools.clock.now()):
            raise click.ClickException("No such reply waits; `outbox list` shows which do.")
    click.echo("It goes out with the next delivery.")


@click.group("worker")
def worker_group() -> None:
    """Workers, found through their cases only."""


@worker_group.command("erase")
@click.argument("case_reference")
@click.confirmation_option(prompt="Erase this worker's cases, answers and conversations for good?")
@click.pass_obj
def erase(tools: Tools, case_reference: str) -> None:
    """Erase the worker behind a case, named by its reference. Her opt-out stays."""
    with tools.database.transaction() as session:
        case = find_by_reference(session, Scope.everything(), case_reference.strip().upper())
        if case is None:
            raise click.ClickException("No case has this reference.")
        erased = erase_worker(session, tools.vault, case)
    click.echo(f"Erased: {erased.cases} cases, {erased.conversations} conversations, {erased.responses} responses.")


@click.group()
def keys() -> None:
    """The keys file."""


@keys.command("create")
@click.pass_obj
def create(tools: Tools) -> None:
    """Make the keys file, readable by its owner only; an existing one is never touched."""
    create_keys(tools.settings.environment, tools.settings.keys_file)
    click.echo("The keys file is made. Keep a copy of it in another place than the database's backup.")


@keys.command("rotate")
@click.pass_obj
def rotate(tools: Tools) -> None:
    """Close everything anew with a fresh content key and forget the old one. Stop the service before."""
    resealed = rotation.rotate(tools.database, tools.settings.keys_file)
    click.echo(f"{resealed} values closed anew. Copy the keys file again, then start the service.")


@click.group("example")
def example_group() -> None:
    """The example programme."""


@example_group.command("remove")
@click.pass_obj
def remove_example(tools: Tools) -> None:
    """Take the example programme away, with everything that was tried on it."""
    with tools.database.transaction() as session:
        example.remove(session)
    click.echo("The example programme is removed.")


COMMANDS: tuple[click.Command, ...] = (
    migrate,
    export,
    retention_group,
    outbox_group,
    worker_group,
    keys,
    example_group,
)
"""What `app.py` collects."""
