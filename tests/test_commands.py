"""The command line: what it does, what it says when it cannot, and that it prints nobody's number or words."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from app import Settings, Tools, core_survey, findings, main
from bot.assistant import Assistant
from bot.wording import Wording
from storage.database import Database
from storage.keys import load_keyring, new_keyring
from storage.models import Case, Factory, InboxMessage, Person
from storage.models.enums import OutboxKind
from storage.outbox import Reply, claim, enqueue, mark_failed
from storage.vault import Vault
from tests.conftest import FixedClock
from tests.factories import create_case, create_conversation, create_factory, create_worker

ROOT = Path(__file__).parent.parent
Run = Callable[..., Result]


def _paths(group: click.Group, *before: str) -> Iterator[tuple[str, ...]]:
    for name, command in group.commands.items():
        yield (*before, name)
        if isinstance(command, click.Group):
            yield from _paths(command, *before, name)


@pytest.mark.parametrize("path", sorted(_paths(main)), ids=" ".join)
def test_every_command_explains_itself(path: tuple[str, ...]) -> None:
    result = CliRunner().invoke(main, [*path, "--help"], obj=Tools({"OPENLINE_ENV": "nonsense"}))
    assert result.exit_code == 0
    assert len(result.output.splitlines()) > 3


def test_every_command_of_the_readme_exists() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    top = {path[0] for path in _paths(main)}
    assert {name for name in top if f"`app.py {name}" not in readme and f"/ `{name}`" not in readme} == set()


def test_help_comes_without_loading_the_assistant() -> None:
    program = "import sys, app\ntry: app.main(['user', '--help'])\nfinally: print('rasa' in sys.modules)"
    ended = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ended.stdout.splitlines()[-1] == "False"


def test_nothing_is_sent_to_third_parties_by_default() -> None:
    program = "import os, bot; print(os.environ['RASA_TELEMETRY_ENABLED'])"
    env = {name: value for name, value in os.environ.items() if name != "RASA_TELEMETRY_ENABLED"}
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=env, capture_output=True, text=True, check=True
    )
    assert ended.stdout == "false\n"


def test_wrong_settings_end_with_their_names(run_command: Run) -> None:
    result = run_command("queue", PORT="x", OPENLINE_ENV="y")
    assert result.exit_code == 1
    assert "PORT:" in result.output
    assert "OPENLINE_ENV:" in result.output


def test_a_person_is_added_listed_and_disabled(run_command: Run, database: Database) -> None:
    added = run_command("user", "add", "ayesha@example.org", "--role", "advisor", "--country", "bd")
    assert added.exit_code == 0, added.output
    password = added.output.split()[-1]
    with database.reading() as session:
        person = session.scalars(select(Person)).one()
    assert person.must_change_password
    assert person.password is not None
    assert password not in person.password
    assert run_command("user", "list").output == "ayesha@example.org\tadvisor\tbd\tactive\n"
    assert run_command("user", "disable", "ayesha@example.org").exit_code == 0
    assert run_command("user", "list").output.endswith("disabled\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ("user", "add", "not an address", "--role", "advisor"),
        ("user", "add", "a@example.org", "--role", "advisor", "--country", "Bangladesh"),
        ("user", "add", "a@example.org", "--role", "advisor", "--factory", "0000"),
        ("user", "disable", "nobody@example.org"),
        ("outbox", "retry", "0" * 32),
        ("worker", "erase", "ZZZZ-ZZZZ", "--yes"),
        ("keys", "create"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_done_ends_with_exit_code_1(run_command: Run, arguments: tuple[str, ...]) -> None:
    result = run_command(*arguments)
    assert result.exit_code == 1
    assert result.output.startswith("Error: ")


def test_factories_come_from_a_file_or_not_at_all(run_command: Run, database: Database, tmp_path: Path) -> None:
    path = tmp_path / "factories.csv"
    path.write_text("code,name,country\n4821,Padma Knitwear,bd\nx,,\n")
    refused = run_command("factory", "import", str(path))
    assert refused.exit_code == 1
    assert "line 3" in refused.output
    path.write_text("code,name,country\n4821,Padma Knitwear,bd\n")
    assert run_command("factory", "import", str(path)).output == "1 created, 0 updated.\n"
    assert run_command("factory", "list").output == "4821\tbd\tPadma Knitwear\tactive\n"


def test_a_survey_is_published_once(run_command: Run, tmp_path: Path) -> None:
    assert run_command("survey", "import", str(ROOT / "bot" / "surveys" / "core.yml")).exit_code == 0
    changed = tmp_path / "core.yml"
    changed.write_text(json.dumps({**core_survey(), "questions": core_survey()["questions"][:3]}))
    refused = run_command("survey", "import", str(changed))
    assert refused.exit_code == 1
    assert "version" in refused.output
    changed.write_text("{")
    assert run_command("survey", "import", str(changed)).exit_code == 1


def test_the_queue_is_data(run_command: Run, database: Database, vault: Vault) -> None:
    with database.transaction() as session:
        factory = create_factory(session, code="4821", name="Padma Knitwear")
        create_case(session, vault, factory=factory)
    [row] = json.loads(run_command("queue", "--json").output)
    assert set(row) == {
        "factory", "name", "country", "open", "critical", "high", "normal", "unsorted", "oldest_hours", "by_category",
    }  # fmt: skip
    assert (row["factory"], row["name"], row["country"], row["open"]) == ("4821", "Padma Knitwear", "bd", 1)
    assert "Padma Knitwear" in run_command("queue").output


def test_the_export_is_a_table_with_its_names(run_command: Run) -> None:
    result = run_command("export")
    assert result.exit_code == 0
    assert result.output.splitlines()[0].startswith("period,country,survey,version,question,answer,respondents")


def test_a_dry_run_forgets_nothing(run_command: Run) -> None:
    dry, real = run_command("retention", "run", "--dry-run"), run_command("retention", "run")
    assert dry.exit_code == real.exit_code == 0
    assert dry.output == real.output


def test_keys_are_made_once_and_rotated(run_command: Run, tmp_path: Path) -> None:
    path = tmp_path / "other" / "keys.json"
    assert run_command("keys", "create", OPENLINE_KEYS_FILE=str(path)).exit_code == 0
    assert path.stat().st_mode & 0o777 == 0o600
    before = path.read_bytes()
    assert run_command("keys", "create", OPENLINE_KEYS_FILE=str(path)).exit_code == 1
    assert path.read_bytes() == before
    rotated = run_command("keys", "rotate", OPENLINE_KEYS_FILE=str(path))
    assert rotated.exit_code == 0, rotated.output
    assert load_keyring(path).keys != new_keyring("development").keys
    assert path.read_bytes() != before


def test_a_lost_keys_file_is_said_and_not_replaced(
    run_command: Run, database: Database, vault: Vault, tmp_path: Path
) -> None:
    with database.transaction() as session:
        create_case(session, vault)
    assert run_command("retention", "run").exit_code == 0
    (tmp_path / "keys.json").unlink()
    for command in (("retention", "run"), ("check",)):
        refused = run_command(*command)
        assert refused.exit_code == 1
        assert "put it back from its copy" in refused.output
    assert not (tmp_path / "keys.json").exists()
    new_keyring("development").save(tmp_path / "keys.json")
    for command in (("retention", "run"), ("check",)):
        assert "put back the file that belongs to it" in run_command(*command).output


def test_a_reply_that_failed_is_listed_by_name_and_sent_again(
    run_command: Run, database: Database, vault: Vault, clock: FixedClock
) -> None:
    with database.transaction() as session:
        conversation = create_conversation(session, vault)
        [row] = enqueue(session, vault, conversation.id, [Reply("our words")], OutboxKind.ADVISOR, clock.now())
        assert claim(session, vault, row.id, clock.now()) is not None
        mark_failed(session, row.id, "twilio_30003")
        reference = row.reference
    listed = run_command("outbox", "list").output
    assert listed.startswith(reference)
    assert "our words" not in listed
    assert "880" not in listed.removeprefix(reference)
    assert run_command("outbox", "retry", reference).exit_code == 0
    assert run_command("outbox", "list").output == ""


def test_erasing_asks_first(run_command: Run, database: Database, vault: Vault) -> None:
    with database.transaction() as session:
        worker = create_worker(session, vault)
        case = create_case(session, vault, worker=worker)
    assert run_command("worker", "erase", case.reference, stdin="n\n").exit_code == 1
    assert run_command("worker", "erase", case.reference.lower(), "--yes").exit_code == 0
    with database.reading() as session:
        assert session.get_one(Case, case.id).key is None


def test_the_example_comes_and_goes(run_command: Run, database: Database, tmp_path: Path, database_url: str) -> None:
    tools = Tools({"DATABASE_URL": database_url, "OPENLINE_DATA": str(tmp_path)})
    assert tools.fill_empty() is not None
    assert tools.fill_empty() is None
    tools.database.close()
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Factory)) == 3
    assert run_command("example", "remove").exit_code == 0
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Factory)) == 0
        assert session.scalar(select(func.count()).select_from(Case)) == 0


class TestWithTheAssistant:
    """Commands that need the trained model."""

    @pytest.fixture
    def run(self, database_url: str, vault: Vault, tmp_path: Path, assistant: Assistant, wording: Wording) -> Run:
        vault.keyring.save(tmp_path / "keys.json")

        def invoke(*arguments: str, stdin: str) -> Result:
            tools = Tools({"DATABASE_URL": database_url, "OPENLINE_DATA": str(tmp_path)})
            tools.assistant, tools.wording = assistant, wording
            return CliRunner().invoke(main, arguments, input=stdin, obj=tools)

        return invoke

    def test_understand_answers_each_line_with_its_meaning(self, run: Run) -> None:
        texts = ["they lock the fire exit", "STOP", "বেতন দেয় নাই", "", "/restart", "😀", "my number is 01700000000"]
        stdin = "".join(json.dumps({"id": number, "text": text}) + "\n" for number, text in enumerate(texts))
        result = run("understand", stdin=stdin)
        assert result.exit_code == 0, result.output
        lines = [json.loads(line) for line in result.stdout.splitlines()]
        assert [line["id"] for line in lines] == list(range(len(texts)))
        keys = ["id", "language", "script", "intent", "category", "severity", "confidence", "redacted"]
        assert all(list(line) == keys for line in lines)
        assert (lines[0]["intent"], lines[0]["category"], lines[0]["severity"]) == ("grievance", "safety", "critical")
        assert lines[1]["intent"] == "stop"
        assert "01700000000" not in lines[6]["redacted"]

    def test_understand_names_lines_it_cannot_read_and_goes_on(self, run: Run) -> None:
        result = run("understand", stdin='nonsense\n[1]\n{"id": 1}\n{"id": "a", "text": "hello"}\n')
        assert result.exit_code == 1
        assert [json.loads(line)["id"] for line in result.stdout.splitlines()] == ["a"]
        assert "line 1:" in result.stderr
        assert "nonsense" not in result.stderr

    def test_converse_is_a_conversation_through_the_real_tables(self, run: Run, database: Database) -> None:
        result = run("converse", "--from", "+8801700000000", stdin="hello\nthey lock the fire exit\n")
        assert result.exit_code == 0, result.output
        replies = result.stdout.split("\n\n")
        assert len(replies) > 3
        assert replies[-1] == ""
        with database.reading() as session:
            assert session.scalar(select(func.count()).select_from(InboxMessage)) == 2
            assert session.scalar(select(func.count()).select_from(Case)) == 1

    def test_converse_refuses_what_cannot_be_a_sender(self, run: Run) -> None:
        assert run("converse", "--from", "\n", stdin="hello\n").exit_code == 2


class TestCheck:
    """What an operator is told."""

    def test_names_everything_that_is_wrong(self, run_command: Run) -> None:
        result = run_command("check", OPENLINE_ENV="production", PORT="x")
        assert result.exit_code == 1
        names = {line.split(":")[0] for line in result.output.splitlines()}
        assert names - {"Note"} == {"PORT", "PUBLIC_URL", "OPENLINE_KEYS_FILE"}

    def test_notes_what_nobody_has_reviewed_or_verified(self, run_command: Run) -> None:
        notes = [line for line in run_command("check").output.splitlines() if line.startswith("Note:")]
        assert any("Bangla" in note for note in notes)
        assert any("bd.yml" in note for note in notes)

    def test_names_missing_tables_and_model_and_makes_nothing(self, tmp_path: Path) -> None:
        vault_file = tmp_path / "keys.json"
        new_keyring("development").save(vault_file)
        lines = list(findings({"OPENLINE_DATA": str(tmp_path)}))
        assert any("app.py migrate" in line for line in lines)
        assert any("app.py train" in line for line in lines)
        assert not (tmp_path / "models").exists()

    def test_names_a_gateway_whose_secret_is_missing(self, tmp_path: Path) -> None:
        example = ROOT / "channels" / "gateways" / "aggregator.yml"
        lines = list(findings({"OPENLINE_DATA": str(tmp_path), "OPENLINE_GATEWAYS": str(example)}))
        assert any("AGGREGATOR_TOKEN" in line for line in lines)

    def test_production_refuses_keys_of_a_development(self, tmp_path: Path) -> None:
        path = tmp_path / "keys.json"
        new_keyring("development").save(path)
        env = {
            "OPENLINE_ENV": "production",
            "OPENLINE_DATA": str(tmp_path),
            "OPENLINE_KEYS_FILE": str(path),
            "PUBLIC_URL": "https://openline.example",
        }
        assert Settings.from_env(env).is_production
        assert any("was made for development" in line for line in findings(env))
        assert any("can be read by others" in line for line in _with_mode(path, env, 0o644))
        path.unlink()
        assert any("is missing" in line for line in findings(env))


def _with_mode(path: Path, env: dict[str, str], mode: int) -> list[str]:
    path.chmod(mode)
    return list(findings(env))


def test_production_does_not_run_the_trial(run_command: Run, tmp_path: Path) -> None:
    path = tmp_path / "production.json"
    new_keyring("production").save(path)
    result = run_command(
        "run", OPENLINE_ENV="production", OPENLINE_KEYS_FILE=str(path), PUBLIC_URL="https://openline.example"
    )
    assert result.exit_code == 1
    assert "app.py serve" in result.output
