"""The trained model, made anew when what it is made from has changed.

A model is named after the hash of its inputs and pinned by its own digest.
"""

import fcntl
import hashlib
import logging
import shutil
import tempfile
from collections.abc import Callable
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

ROOT = Path(__file__).parent.parent
PROJECT = ROOT / "bot"
LEARNT_FROM = ("language.yml", "training.yml", "keywords.yml", "danger.yml", "words.yml")
"""The files of a language folder that the model knows; a change of wording needs no training."""

KEPT = 3
"""Models that stay: going back a change or two needs no training."""

log = logging.getLogger(__name__)


class ModelAltered(Exception):
    """The model's file is not the one that was trained here."""


def ensure_model(models: Path, tell: Callable[[str], None] = log.info) -> Path:
    """Return the model for the present inputs, trained now if need be; `tell` is told of the progress."""
    model = models / f"{fingerprint()}.tar.gz"
    models.mkdir(parents=True, exist_ok=True)
    # Two processes that start at once train one model: the second finds what the first has made.
    with (models / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not model.is_file():
            tell("Training the assistant (once for each change of its phrases, about a minute) ...")
            _train(model)
            _forget_old(models)
            tell("The assistant is trained.")
    return checked(model)


def find_model(models: Path) -> Path | None:
    """Return the model for the present inputs without training; none when it is missing or altered."""
    model = models / f"{fingerprint()}.tar.gz"
    try:
        return checked(model) if model.is_file() else None
    except ModelAltered:
        return None


def fingerprint() -> str:
    """Return the hash of everything the model is made from: phrases, rules, configuration, our components."""
    digest = hashlib.sha256()
    for path in inputs():
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:20]


def inputs() -> list[Path]:
    """Return the files the model is made from."""
    languages = [path for name in LEARNT_FROM for path in PROJECT.glob(f"languages/*/{name}")]
    code = list((ROOT / "nlu").glob("*.py"))
    return sorted([PROJECT / "config.yml", PROJECT / "domain.yml", *PROJECT.glob("rules/*.yml"), *languages, *code])


def checked(model: Path) -> Path:
    """Return the model when it is the one that was trained; raise `ModelAltered` when not."""
    pinned = _digest_file(model)
    if not pinned.is_file() or pinned.read_text("ascii").strip() != _digest(model):
        raise ModelAltered(f"{model} was altered or not trained here; delete it and start again")
    return model


def _train(model: Path) -> None:
    from rasa.model_training import train

    phrases = [str(path) for path in PROJECT.glob("languages/*/training.yml")]
    rules = [str(path) for path in PROJECT.glob("rules/*.yml")]
    # Rasa prints to standard output, which belongs to the command that needs the model.
    with tempfile.TemporaryDirectory(dir=model.parent) as folder, redirect_stdout(StringIO()):
        result = train(
            domain=str(PROJECT / "domain.yml"),
            config=str(PROJECT / "config.yml"),
            training_files=[*phrases, *rules],
            output=folder,
            force_training=True,
            fixed_model_name="model",
        )
        if not result.model:
            raise RuntimeError("the model could not be trained; `python app.py train` says why")
        _digest_file(model).write_text(_digest(Path(result.model)), "ascii")
        shutil.move(result.model, model)


def _forget_old(models: Path) -> None:
    newest_first = sorted(models.glob("*.tar.gz"), key=lambda path: path.stat().st_mtime, reverse=True)
    for model in newest_first[KEPT:]:
        _digest_file(model).unlink(missing_ok=True)
        model.unlink()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _digest_file(model: Path) -> Path:
    return model.with_name(model.name + ".sha256")
