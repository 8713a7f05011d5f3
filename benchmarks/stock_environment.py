"""The stock peer's own environment: the same Python and libraries as ours, but those that stock Rasa starts with.

Made in `var/bench-stock/` the first time, and its model trained there.
"""

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parent.parent
PROJECT = Path(__file__).parent / "stock"
HOME = ROOT / "var" / "bench-stock"
PYTHON = HOME / "env" / "bin" / "python"
MODEL = HOME / "models" / "stock.tar.gz"

PINS = {"sqlalchemy": "1.4.54", "rasa-sdk": "3.6.2"}
"""SQLTrackerStore needs SQLAlchemy 1.4; the action server of a newer rasa-sdk needs another sanic than Rasa."""

QUIET = {"RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3", "LOG_LEVEL": "ERROR"}


def provide() -> None:
    """Install and train whatever is missing or was changed."""
    _once("env", _requirements().encode(), _install)
    inputs = [PROJECT / name for name in ("config.yml", "domain.yml", "nlu.yml", "rules.yml")]
    _once("models", b"".join(path.read_bytes() for path in inputs), _train)


def _once(name: str, made_from: bytes, make: Callable[[], None]) -> None:
    mark, wanted = HOME / f"{name}.made", hashlib.sha256(made_from).hexdigest()
    if mark.is_file() and mark.read_text("ascii") == wanted:
        return
    make()
    mark.write_text(wanted, "ascii")


def _requirements() -> str:
    lines = (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    packages = [line.partition(" ;")[0].split(" ")[0] for line in lines if line[:1].isalnum()]
    kept = [line for line in packages if line.partition("==")[0].lower() not in PINS]
    return "\n".join([*kept, *(f"{name}=={version}" for name, version in PINS.items())])


def _install() -> None:
    print("Installing stock Rasa in var/bench-stock (a minute or more, once) ...", file=sys.stderr)
    HOME.mkdir(parents=True, exist_ok=True)
    listed = HOME / "requirements.txt"
    listed.write_text(_requirements(), "utf-8")
    uv = [str(ROOT / ".ci" / "uv"), "--quiet", "--config-file", str(PROJECT / "uv.toml")]
    subprocess.run([*uv, "venv", "--clear", "--python", sys.executable, str(HOME / "env")], check=True)
    install = ["pip", "install", "--no-deps", "--compile-bytecode", "--python", str(PYTHON), "-r", str(listed)]
    subprocess.run([*uv, *install], check=True)


def _train() -> None:
    print("Training the stock bot ...", file=sys.stderr)
    command = ["train", "--config", "config.yml", "--domain", "domain.yml", "--data", "nlu.yml", "rules.yml"]
    command += ["--out", str(MODEL.parent), "--fixed-model-name", MODEL.name.removesuffix(".tar.gz")]
    with (HOME / "train.log").open("w") as log:
        environment = {**os.environ, **QUIET}
        subprocess.run(
            [PYTHON, "-m", "rasa", *command], check=True, cwd=PROJECT, env=environment, stdout=log, stderr=log
        )
