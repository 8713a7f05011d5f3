"""Settings are complete or nothing starts; what is wrong is named and never shown."""

import re
from pathlib import Path

import pytest

from app import Settings
from storage.environment import SettingsError

ROOT = Path(__file__).parent.parent
PRODUCTION = {
    "OPENLINE_ENV": "production",
    "PUBLIC_URL": "https://openline.example",
    "OPENLINE_KEYS_FILE": "/etc/openline/keys.json",
}
TWILIO = {"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": "new, old", "TWILIO_FROM": "+15005550006"}


def _findings(env: dict[str, str]) -> list[str]:
    with pytest.raises(SettingsError) as refused:
        Settings.from_env(env)
    return refused.value.findings


def test_an_empty_environment_is_a_complete_development() -> None:
    settings = Settings.from_env({})
    assert (settings.environment, settings.host, settings.port) == ("development", "127.0.0.1", 8000)
    assert settings.database_url == "sqlite:///var/openline.db"
    assert settings.public_url == "http://127.0.0.1:8000"
    assert settings.keys_file == Path("var/keys.json")


def test_production_with_its_own_address_and_keys_is_accepted() -> None:
    assert Settings.from_env(PRODUCTION).is_production


@pytest.mark.parametrize(
    ("name", "nonsense"),
    [
        ("PORT", "http"),
        ("PORT", "70000"),
        ("OPENLINE_REPLY_DEADLINE", "-1"),
        ("OPENLINE_REPLY_DEADLINE", "nan"),
        ("OPENLINE_ENV", "staging"),
        ("OPENLINE_LOG", "xml"),
        ("PUBLIC_URL", "voice.example"),
        ("PUBLIC_URL", "https://openline.example/?a=1"),
        ("PUBLIC_URL", "https://[broken"),
        ("TWILIO_API_URL", "ftp://api.example"),
        ("DATABASE_URL", "mysql://openline@localhost/openline"),
        ("DATABASE_URL_FILE", "/nowhere/there/is-a-file"),
        ("OPENLINE_GATEWAYS", "/nowhere/gateway.yml"),
    ],
)
def test_nonsense_is_refused_by_name_and_not_shown(name: str, nonsense: str) -> None:
    findings = _findings({name: nonsense})
    assert len(findings) == 1
    assert findings[0].startswith(name)
    assert nonsense not in findings[0]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PUBLIC_URL", ""),
        ("PUBLIC_URL", "http://openline.example"),
        ("OPENLINE_KEYS_FILE", ""),
        ("TWILIO_API_URL", "http://api.example"),
        ("FLASK_DEBUG", "1"),
    ],
)
def test_production_refuses_what_only_development_may_do(name: str, value: str) -> None:
    findings = _findings({**PRODUCTION, name: value})
    assert [finding.split(":")[0] for finding in findings] == [name]


@pytest.mark.parametrize("missing", sorted(TWILIO))
def test_half_a_twilio_is_refused(missing: str) -> None:
    env = {name: value for name, value in TWILIO.items() if name != missing}
    assert [finding.split(":")[0] for finding in _findings(env)] == [missing]


def test_everything_wrong_is_said_at_once() -> None:
    assert len(_findings({"PORT": "x", "OPENLINE_ENV": "x", "PUBLIC_URL": "x"})) == 3


def test_two_tokens_are_accepted_while_one_replaces_the_other() -> None:
    assert Settings.from_env(TWILIO).twilio_auth_tokens == ("new", "old")


def test_a_secret_can_come_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "url"
    path.write_text("postgres://openline:secret@db/openline\n")
    settings = Settings.from_env({"DATABASE_URL_FILE": str(path)})
    assert settings.database_url == "postgresql+psycopg://openline:secret@db/openline"


def test_secrets_are_not_in_what_python_prints() -> None:
    settings = Settings.from_env({**TWILIO, "DATABASE_URL": "postgresql://openline:secret@db/openline"})
    assert "secret" not in repr(settings)
    assert "old" not in repr(settings)


def test_the_example_names_every_setting_and_no_other() -> None:
    used = set(re.findall(r'read\.\w+\(\s*"([A-Z_]+)"', (ROOT / "app.py").read_text("utf-8")))
    shown = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text("utf-8"), re.MULTILINE))
    assert shown == used
