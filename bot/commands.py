"""The assistant's command line: train it, ask what it understands.

Collected by `app.py`, which hands in the assistant.
"""

import json
from typing import TYPE_CHECKING, Any, Protocol, TextIO

import click

if TYPE_CHECKING:
    from bot.assistant import Assistant

SHOWN = ("language", "script", "intent", "category", "severity", "confidence", "redacted")


class Tools(Protocol):
    """What the commands are given; the assistant is loaded when a command first asks for it."""

    @property
    def assistant(self) -> "Assistant":
        """Return the assistant, trained first if need be."""
        ...


@click.command()
@click.pass_obj
def train(tools: Tools) -> None:
    """Train the assistant, if what it learns from has changed."""
    _ = tools.assistant
    click.echo("The assistant is trained and loads.", err=True)


@click.command()
@click.argument("texts", type=click.File("r", encoding="utf-8"), default="-")
@click.pass_obj
def understand(tools: Tools, texts: TextIO) -> None:
    """Read JSON Lines {"id", "text"} and print JSON Lines of what each text means.

    The labels are in docs/taxonomy.md. Lines that are not of this form are named on standard error.
    """
    wrong = 0
    for number, line in enumerate(texts, start=1):
        if not line.strip():
            continue
        item = _parsed(line)
        if item is None:
            wrong += 1
            click.echo(f'line {number}: not {{"id", "text"}}', err=True)
            continue
        understanding = tools.assistant.understand(item["text"])
        meaning = {name: getattr(understanding, name) for name in SHOWN}
        click.echo(json.dumps({"id": item.get("id"), **meaning}, ensure_ascii=False))
    if wrong:
        raise click.ClickException(f"{wrong} lines were left out.")


def _parsed(line: str) -> dict[str, Any] | None:
    try:
        item = json.loads(line)
    except ValueError:
        return None
    return item if isinstance(item, dict) and isinstance(item.get("text"), str) else None


COMMANDS: tuple[click.Command, ...] = (train, understand)
"""What `app.py` collects."""
