"""The command line that serves, on the network or in the terminal.

Collected by `app.py`, which hands in the application and its table of jobs.
"""

import sys
from collections.abc import Callable, Mapping
from datetime import UTC, timedelta
from typing import Protocol

import click
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask

from channels.addresses import NoAddress
from channels.server import CannotListen, serve_until_stopped
from channels.services import ChannelServices
from channels.terminal import say


class Running(Protocol):
    """What works beside the pages."""

    @property
    def channels(self) -> ChannelServices:
        """Return what the channels were given."""
        ...

    def jobs(self) -> Mapping[str, tuple[Callable[[], object], timedelta]]:
        """Return what is done how often."""
        ...

    def close(self) -> None:
        """Finish what runs, give everything back."""
        ...


class Setup(Protocol):
    """The settings that serving needs."""

    @property
    def host(self) -> str:
        """Return where to listen."""
        ...

    @property
    def port(self) -> int:
        """Return the port."""
        ...

    @property
    def public_url(self) -> str:
        """Return the address that people use."""
        ...

    @property
    def is_production(self) -> bool:
        """Return whether real workers write here."""
        ...


class Tools(Protocol):
    """What the commands are given."""

    @property
    def settings(self) -> Setup:
        """Return the settings."""
        ...

    def application(self, *, may_train: bool) -> Flask:
        """Return the application; its extension `openline` is what is `Running`."""
        ...

    def fill_empty(self) -> str | None:
        """Put the example and the first administrator into an empty database; return her one-time password."""
        ...


@click.command()
@click.pass_obj
def run(tools: Tools) -> None:
    """Prepare whatever is missing, then serve: for trying it out. Ctrl-C ends it."""
    if tools.settings.is_production:
        raise click.ClickException("This is for trying it out. In production use `app.py serve`.")
    app = tools.application(may_train=True)
    # Only once the port is ours: a password that nobody reads would be lost.
    _serve(app, tools.settings, lambda: _announce(tools.settings.public_url, tools.fill_empty()))


@click.command()
@click.pass_obj
def serve(tools: Tools) -> None:
    """Serve what `migrate` and `train` have prepared: for production."""
    app = tools.application(may_train=False)
    _serve(app, tools.settings, lambda: click.echo(f"Openline serves {tools.settings.public_url}"))


@click.command()
@click.option("--channel", default="sms", show_default=True, help="sms, whatsapp, web or simulator.")
@click.option("--from", "address", required=True, help="The worker's number, such as +8801700000000.")
@click.pass_obj
def converse(tools: Tools, channel: str, address: str) -> None:
    """Talk to the assistant as a worker would: the real pipeline, the real database.

    A line in is a message; the replies come out, the lines of each followed by an empty one.
    """
    service: Running = tools.application(may_train=True).extensions["openline"]
    failed = 0
    for line in sys.stdin:
        try:
            replies = say(service.channels, channel, address, line.rstrip("\r\n"))
        except NoAddress:
            raise click.BadParameter("this cannot be a sender", param_hint="--from") from None
        if replies is None:
            failed += 1
            click.echo("This message could not be handled. It is kept, and the service tries it again.", err=True)
        for reply in replies or ():
            click.echo(f"{reply}\n")
    service.close()
    if failed:
        raise click.ClickException(f"{failed} messages were not handled.")


def _serve(app: Flask, settings: Setup, announce: Callable[[], None]) -> None:
    service: Running = app.extensions["openline"]
    scheduler = _scheduler(service)

    def begin() -> None:
        scheduler.start()
        announce()

    try:
        serve_until_stopped(app, settings.host, settings.port, begin, behind_proxy=settings.is_production)
    except CannotListen as error:
        raise click.ClickException(str(error)) from None
    finally:
        if scheduler.running:
            scheduler.shutdown()
        service.close()


def _scheduler(service: Running) -> BackgroundScheduler:
    # A job that is late runs once and never beside itself; what it does, it takes from the tables.
    defaults = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    scheduler = BackgroundScheduler(timezone=UTC, job_defaults=defaults)
    for name, (work, every) in service.jobs().items():
        scheduler.add_job(work, "interval", seconds=every.total_seconds(), id=name)
    return scheduler


def _announce(address: str, password: str | None) -> None:
    lines = [
        "",
        "Openline is ready.",
        f"  the web chat          {address}/chat",
        f"  a phone to try SMS    {address}/dev/phone",
        f"  for advisors          {address}/admin/",
    ]
    if password:
        lines.append(f"  first sign-in         admin@openline.example, one-time password {password}")
    click.echo("\n".join([*lines, "Ctrl-C ends it.", ""]))


COMMANDS: tuple[click.Command, ...] = (run, serve, converse)
"""What `app.py` collects."""
