"""Openline's entry: settings in, everything wired together, the service or one command out.

Nothing imports this module; it alone knows all folders. Start reading at `create_app`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

DEVELOPMENT, PRODUCTION = "development", "production"


class SettingsError(Exception):
    """Settings that are missing or make no sense. Names them, never shows a value."""

    def __init__(self, findings: list[str]) -> None:
        """Keep one line for each finding."""
        super().__init__("; ".join(findings))
        self.findings = findings


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

    @property
    def is_production(self) -> bool:
        """Real workers write here."""
        return self.environment == PRODUCTION

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "Settings":
        """Read all settings; raise `SettingsError` with everything that is wrong at once."""
        read = _Reader(env)
        data = Path(read.text("OPENLINE_DATA", "var"))
        port = int(read.number("PORT", 8000, 1, 65535))
        settings = cls(
            environment=read.one_of("OPENLINE_ENV", (DEVELOPMENT, PRODUCTION)),
            data=data,
            database_url=_with_driver(read.secret("DATABASE_URL") or f"sqlite:///{data / 'openline.db'}"),
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
        )
        findings = read.findings + _contradictions(settings, env)
        if findings:
            raise SettingsError(findings)
        return settings


class _Reader:
    """Reads one variable at a time and notes what it does not understand."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self.env = env
        self.findings: list[str] = []

    def text(self, name: str, default: str) -> str:
        return self.env.get(name, "").strip() or default

    def secret(self, name: str) -> str:
        """From the variable, or from the file that the variable with `_FILE` names."""
        path = self.text(f"{name}_FILE", "")
        if not path:
            return self.text(name, "")
        try:
            return Path(path).read_text("utf-8").strip()
        except (OSError, ValueError):
            self.findings.append(f"{name}_FILE: there is no readable file")
            return ""

    def number(self, name: str, default: float, low: float, high: float) -> float:
        try:
            value = float(self.text(name, str(default)))
        except ValueError:
            value = -1
        if not low <= value <= high:
            self.findings.append(f"{name}: a number from {low} to {high} is wanted")
            return default
        return value

    def one_of(self, name: str, allowed: tuple[str, ...]) -> str:
        value = self.text(name, allowed[0])
        if value not in allowed:
            self.findings.append(f"{name}: one of {', '.join(allowed)} is wanted")
        return value

    def address(self, name: str, default: str) -> str:
        value = self.text(name, default).rstrip("/")
        try:
            parts = urlsplit(value)
            is_fit = parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.query + parts.fragment
        except ValueError:
            is_fit = False
        if not is_fit:
            self.findings.append(f"{name}: an address such as https://openline.example is wanted")
        return value

    def listed(self, value: str) -> tuple[str, ...]:
        return tuple(part.strip() for part in value.split(",") if part.strip())


def _with_driver(url: str) -> str:
    """Hosting services write `postgres://`; SQLAlchemy wants the driver's name."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return f"postgresql+psycopg://{url.removeprefix(prefix)}"
    return url


def _contradictions(settings: Settings, env: Mapping[str, str]) -> list[str]:
    findings = []
    twilio = {
        "TWILIO_ACCOUNT_SID": settings.twilio_account_sid,
        "TWILIO_AUTH_TOKEN": settings.twilio_auth_tokens,
        "TWILIO_FROM": settings.twilio_from,
    }
    if any(twilio.values()):
        findings += [f"{name}: missing, though Twilio is configured" for name, value in twilio.items() if not value]
    if not settings.database_url.startswith(("sqlite:///", "postgresql+psycopg://")):
        findings.append("DATABASE_URL: sqlite:///... or postgresql://... is wanted")
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
