"""Openline's entry: settings in, everything wired together, the service or one command out.

Nothing imports this module; it alone knows all folders. Start reading at `create_app`.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import yaml
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from bot import commands as bot_commands
from channels import commands as channel_commands
from storage import commands as storage_commands
from storage import first_run, inbox, logs, retention, schema, upkeep_commands
from storage.clock import Clock, SystemClock
from storage.database import Database
from storage.environment import EnvironmentReader, SettingsError
from storage.keys import DEVELOPMENT, PRODUCTION, KeysError, Purpose, keyring_for
from storage.keys_in_use import keys_in_use
from storage.vault import Vault

if TYPE_CHECKING:
    from bot.assistant import Assistant
    from bot.executor import TurnExecutor
    from bot.wording import Wording
    from channels.services import ChannelServices

ROOT = Path(__file__).parent
LARGEST_REQUEST = 256 * 1024


@dataclass(frozen=True)
class Settings:
    """Everything the environment decides. Complete, or we do not start."""

    environment: str
    data: Path
    database_url: str = field(repr=False)
    keys_file: Path
    public_url: str
    host: str
    port: int
    reply_deadline: float
    """Seconds that a webhook waits for the answer to its message."""
    gateways: tuple[Path, ...]
    twilio_account_sid: str
    twilio_auth_tokens: tuple[str, ...] = field(repr=False)
    """All are accepted in signatures, the first one signs our requests: so a token can be rotated."""
    twilio_from: str
    twilio_api_url: str
    log_form: str
    variables: Mapping[str, str] = field(repr=False)
    """The environment itself, for the secrets that the files of gateways name."""

    @property
    def is_production(self) -> bool:
        """Real workers write here."""
        return self.environment == PRODUCTION

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "Settings":
        """Read all settings; raise `SettingsError` with everything that is wrong at once."""
        read = EnvironmentReader(env)
        data = Path(read.text("OPENLINE_DATA", "var"))
        port = int(read.number("PORT", 8000, 1, 65535))
        settings = cls(
            environment=read.one_of("OPENLINE_ENV", (DEVELOPMENT, PRODUCTION)),
            data=data,
            database_url=read.database_url("DATABASE_URL", f"sqlite:///{data / 'openline.db'}"),
            keys_file=Path(read.text("OPENLINE_KEYS_FILE", str(data / "keys.json"))),
            public_url=read.address("PUBLIC_URL", f"http://127.0.0.1:{port}"),
            host=read.text("OPENLINE_HOST", "127.0.0.1"),
            port=port,
            reply_deadline=read.number("OPENLINE_REPLY_DEADLINE", 5, 0, 12),
            gateways=tuple(Path(path) for path in read.listed(read.text("OPENLINE_GATEWAYS", ""))),
            twilio_account_sid=read.text("TWILIO_ACCOUNT_SID", ""),
            twilio_auth_tokens=read.listed(read.secret("TWILIO_AUTH_TOKEN")),
            twilio_from=read.text("TWILIO_FROM", ""),
            twilio_api_url=read.address("TWILIO_API_URL", "https://api.twilio.com"),
            log_form=read.one_of("OPENLINE_LOG", ("plain", "json")),
            variables=env,
        )
        findings = read.findings + _contradictions(settings, env)
        if findings:
            raise SettingsError(findings)
        return settings


def _contradictions(settings: Settings, env: Mapping[str, str]) -> list[str]:
    findings = []
    twilio = {
        "TWILIO_ACCOUNT_SID": settings.twilio_account_sid,
        "TWILIO_AUTH_TOKEN": settings.twilio_auth_tokens,
        "TWILIO_FROM": settings.twilio_from,
    }
    if any(twilio.values()):
        findings += [f"{name}: missing, though Twilio is configured" for name, value in twilio.items() if not value]
    findings += [
        f"OPENLINE_GATEWAYS: file {n + 1} is not there"
        for n, path in enumerate(settings.gateways)
        if not path.is_file()
    ]
    return findings + (_unfit_for_production(settings, env) if settings.is_production else [])


def _unfit_for_production(settings: Settings, env: Mapping[str, str]) -> list[str]:
    findings = []
    if not env.get("PUBLIC_URL") or not settings.public_url.startswith("https://"):
        findings.append("PUBLIC_URL: production needs the public https:// address")
    if not env.get("OPENLINE_KEYS_FILE"):
        findings.append("OPENLINE_KEYS_FILE: production needs a keys file outside the database's folder")
    if not settings.twilio_api_url.startswith("https://"):
        findings.append("TWILIO_API_URL: production needs https://")
    if env.get("FLASK_DEBUG", "0") not in ("", "0"):
        findings.append("FLASK_DEBUG: production must not run with debugging on")
    return findings


@dataclass(frozen=True)
class Service:
    """What a running process holds besides its pages."""

    channels: "ChannelServices"
    executor: "TurnExecutor"

    def jobs(self) -> Mapping[str, tuple[Callable[[], object], timedelta]]:
        """Return what is done how often. Each job takes its work from the tables: two schedulers do no harm."""
        from channels.delivery import Delivery
        from channels.media import fetch_due

        given = self.channels
        delivery = Delivery(given.database, given.vault, given.clock, given.channels)
        return {
            "deliver replies": (delivery.deliver_due, timedelta(seconds=2)),
            "retry turns": (self.retry_turns, timedelta(seconds=5)),
            "fetch media": (partial(fetch_due, given), timedelta(seconds=5)),
            "forget": (self.forget, timedelta(minutes=10)),
        }

    def retry_turns(self) -> None:
        """Hand the turns whose time has come to the assistant's thread."""
        with self.channels.database.reading() as session:
            due = inbox.due_ids(session, self.channels.clock.now())
        self.executor.handle_later(due)

    def forget(self) -> None:
        """Forget what is due to be forgotten."""
        with self.channels.database.transaction() as session:
            retention.run(session, self.channels.vault, self.channels.clock.now())

    def close(self) -> None:
        """Let the running turn finish, then give everything back."""
        self.executor.close()
        self.channels.database.close()


@dataclass(frozen=True)
class Parts:
    """What an application is made of; tests hand in their own."""

    settings: Settings
    database: Database
    vault: Vault
    wording: "Wording"
    assistant: "Assistant | None"
    """Without one, messages are kept until there is one."""
    clock: Clock = field(default_factory=SystemClock)


def create_app(parts: Parts) -> Flask:
    """Wire everything into one application; `app.extensions["openline"]` is its `Service`."""
    from admin.access import csrf
    from admin.frame import add_frame
    from admin.operations import Operations, add_operations
    from channels.wiring import install

    operations = Operations(parts.database, lambda: parts.assistant is not None)
    executor = _executor(parts, operations.observe_turn)
    service = Service(_channels(parts, executor), executor)
    app = _with_pages(parts)
    app.extensions["openline"] = service
    install(app, service.channels, csrf)
    # The pages of `admin` check their forms themselves; this makes it true of every other form.
    app.config["WTF_CSRF_CHECK_DEFAULT"] = True
    add_operations(app, operations)
    add_frame(app)
    return app


def _with_pages(parts: Parts) -> Flask:
    from admin import AdminServices, create_admin
    from bot.masking import masking
    from channels import segments

    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_REQUEST
    app.config["SECRET_KEY"] = parts.vault.keyring.current(Purpose.SESSION).secret
    app.config["SECURITY_PASSWORD_SALT"] = parts.vault.keyring.current(Purpose.PASSWORD_SALT).secret.hex()
    create_admin(
        app,
        AdminServices(
            database=parts.database,
            vault=parts.vault,
            clock=parts.clock,
            count_segments=segments.count,
            languages=parts.wording.languages,
            public_url=parts.settings.public_url,
            redact=masking(parts.wording),
        ),
    )
    return app


def _executor(parts: Parts, observe: Callable[[float], None]) -> "TurnExecutor":
    from bot.executor import TurnExecutor
    from bot.turn import Turns

    if parts.assistant is None:
        return TurnExecutor(lambda _inbox_id, _promise: None, deadline=0)
    turns = Turns(parts.database, parts.vault, parts.clock, parts.assistant, parts.wording, observe)
    return TurnExecutor(turns.handle, parts.settings.reply_deadline)


def _channels(parts: Parts, executor: "TurnExecutor") -> "ChannelServices":
    from channels.intake import Intake
    from channels.providers import configured
    from channels.services import ChannelServices, ChatLanguage

    providers, wording = configured(parts.settings), parts.wording
    return ChannelServices(
        database=parts.database,
        vault=parts.vault,
        clock=parts.clock,
        intake=Intake(parts.database, parts.vault, parts.clock, executor.handle),
        channels=providers.senders,
        say=lambda language, key, **values: wording.text(language, key, values),
        languages={tag: ChatLanguage(each.name, each.direction) for tag, each in wording.languages.items()},
        public_url=parts.settings.public_url,
        twilio=providers.twilio,
        gateways=providers.gateways,
        is_development=not parts.settings.is_production,
    )


class Tools:
    """What the commands work with; each part is opened when a command first asks for it."""

    def __init__(self, env: Mapping[str, str]) -> None:
        """Take the settings from `env`."""
        self.env = env
        self.clock: Clock = SystemClock()

    @cached_property
    def settings(self) -> Settings:
        """The settings; the data folder is there afterwards."""
        settings = Settings.from_env(self.env)
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        return settings

    @cached_property
    def vault(self) -> Vault:
        """The keys at work, those that closed what the database holds among them."""
        in_use = keys_in_use(self.database)
        return Vault(keyring_for(self.settings.environment, self.settings.keys_file, in_use))

    @cached_property
    def database(self) -> Database:
        """The database with this version's tables: development makes them, production wants `migrate` before."""
        database = Database(self.settings.database_url)
        if not self.settings.is_production:
            schema.upgrade(database)
            first_run.publish_missing_survey(database, core_survey(), self.clock)
        elif schema.current(database) != schema.head():
            raise click.ClickException("The tables are not at this version: run `app.py migrate` first.")
        return database

    @cached_property
    def wording(self) -> "Wording":
        """The texts of all languages."""
        from bot.wording import load_wording

        return load_wording()

    @cached_property
    def assistant(self) -> "Assistant":
        """The assistant, trained first if what it learns from has changed."""
        from bot.training import ensure_model

        model = ensure_model(self.settings.data / "models", partial(click.echo, err=True))
        return self._load(model)

    def application(self, *, may_train: bool) -> Flask:
        """Return the application; without a model, and without leave to train one, it only keeps messages."""
        from bot.training import find_model

        model = None if may_train else find_model(self.settings.data / "models")
        assistant = self.assistant if may_train else self._load(model) if model else None
        return create_app(self._parts(assistant))

    def fill_empty(self) -> str | None:
        """Put the example and the first administrator into an empty database; return her one-time password."""
        first_run.seed_example(self.database, self.vault, core_survey(), self.clock)
        return first_run.ensure_administrator(self.database, self.clock, self.hash_password)

    def _load(self, model: Path) -> "Assistant":
        from bot.assistant import Assistant

        return Assistant(model, self.wording)

    def _parts(self, assistant: "Assistant | None") -> Parts:
        return Parts(self.settings, self.database, self.vault, self.wording, assistant, self.clock)

    def hash_password(self, password: str) -> str:
        """Return what the sign-in page accepts for `password`."""
        from flask_security import hash_password

        with _with_pages(self._parts(None)).app_context():
            return str(hash_password(password))


def core_survey() -> dict[str, Any]:
    """Return the definition of the survey that comes with the program."""
    definition: dict[str, Any] = yaml.safe_load((ROOT / "bot" / "surveys" / "core.yml").read_text("utf-8"))
    return definition


def findings(env: Mapping[str, str]) -> Iterator[str]:
    """Say what keeps the service from running, a line each; changes nothing."""
    from admin.operations import Operations
    from bot.training import find_model
    from channels.gateway_config import GatewayConfigError
    from channels.providers import configured

    try:
        settings = Settings.from_env(env)
    except SettingsError as error:
        yield from error.findings
        return
    try:
        configured(settings)
    except GatewayConfigError as error:
        yield str(error)
    database = Database(settings.database_url)
    in_use: frozenset[str] = frozenset()
    with suppress(SQLAlchemyError):  # what is wrong with the database is said below
        in_use = keys_in_use(database)
    try:
        if settings.is_production or settings.keys_file.exists() or in_use:
            keyring_for(settings.environment, settings.keys_file, in_use)
    except KeysError as error:
        yield str(error)
    yield from Operations(database, lambda: find_model(settings.data / "models") is not None).missing()


@click.group(cls=storage_commands.Commands)
@click.pass_context
def main(context: click.Context) -> None:
    """Openline: an anonymous line for people who work in garment factories."""
    if context.obj is None:
        os.umask(0o077)  # whatever we write is nobody else's
        logs.configure(os.environ.get("OPENLINE_LOG", ""))
        context.obj = Tools(os.environ)


@main.command()
@click.pass_obj
def check(tools: Tools) -> None:
    """Say what is misconfigured, a line each; exit code 1 if anything is. Notes say what is not reviewed yet."""
    from bot.reservations import reservations

    lines = list(findings(tools.env))
    for line in (*lines, *(f"Note: {note}" for note in reservations(tools.wording.languages))):
        click.echo(line)
    if lines:
        raise click.exceptions.Exit(1)
    click.echo("Nothing is wrong.")


for command in (
    *channel_commands.COMMANDS,
    *bot_commands.COMMANDS,
    *storage_commands.COMMANDS,
    *upkeep_commands.COMMANDS,
):
    main.add_command(command)

if __name__ == "__main__":
    main()
