"""Reads settings from environment variables, one at a time, and notes what it does not understand.

`app.py` decides which there are; a finding names the variable and never shows its value.
"""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit


class SettingsError(Exception):
    """Settings that are missing or make no sense. Names them, never shows a value."""

    def __init__(self, findings: list[str]) -> None:
        """Keep one line for each finding."""
        super().__init__("; ".join(findings))
        self.findings = findings


class EnvironmentReader:
    """One reading of the environment; `findings` has a line for each variable that makes no sense."""

    def __init__(self, env: Mapping[str, str]) -> None:
        """Read from `env`."""
        self._env = env
        self.findings: list[str] = []

    def text(self, name: str, default: str) -> str:
        """Return the variable; an empty one counts as missing."""
        return self._env.get(name, "").strip() or default

    def secret(self, name: str) -> str:
        """Return the variable, or the content of the file that the variable with `_FILE` names."""
        path = self.text(f"{name}_FILE", "")
        if not path:
            return self.text(name, "")
        try:
            return Path(path).read_text("utf-8").strip()
        except (OSError, ValueError):
            self.findings.append(f"{name}_FILE: there is no readable file")
            return ""

    def number(self, name: str, default: float, low: float, high: float) -> float:
        """Return a number from `low` to `high`."""
        try:
            value = float(self.text(name, str(default)))
        except ValueError:
            value = low - 1
        if not low <= value <= high:
            self.findings.append(f"{name}: a number from {low} to {high} is wanted")
            return default
        return value

    def one_of(self, name: str, allowed: tuple[str, ...]) -> str:
        """Return one of the allowed words; the first one if none is given."""
        value = self.text(name, allowed[0])
        if value not in allowed:
            self.findings.append(f"{name}: one of {', '.join(allowed)} is wanted")
        return value

    def address(self, name: str, default: str) -> str:
        """Return an http(s) address without a slash at the end."""
        value = self.text(name, default).rstrip("/")
        try:
            parts = urlsplit(value)
            is_fit = parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.query + parts.fragment
        except ValueError:
            is_fit = False
        if not is_fit:
            self.findings.append(f"{name}: an address such as https://openline.example is wanted")
        return value

    def database_url(self, name: str, default: str) -> str:
        """Return SQLAlchemy's form of a database's address; hosting services write `postgres://`."""
        url = self.secret(name) or default
        for prefix in ("postgres://", "postgresql://"):
            if url.startswith(prefix):
                url = f"postgresql+psycopg://{url.removeprefix(prefix)}"
        if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
            self.findings.append(f"{name}: sqlite:///... or postgresql://... is wanted")
        return url

    def listed(self, value: str) -> tuple[str, ...]:
        """Return the parts between commas."""
        return tuple(part.strip() for part in value.split(",") if part.strip())
