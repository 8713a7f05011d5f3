"""The language folders and the messages nobody trained on, read once."""

from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from nlu.languages import Languages, load_languages

LANGUAGES = Path(__file__).parents[2] / "bot" / "languages"


@dataclass(frozen=True)
class HeldBack:
    language: str
    text: str
    intent: str
    category: str | None = None
    severity: str | None = None


@pytest.fixture(scope="session")
def languages() -> Languages:
    return load_languages(LANGUAGES)


@pytest.fixture(scope="session")
def held_back() -> list[HeldBack]:
    files = sorted(Path(__file__).parent.glob("held_back_*.yml"))
    rows = [(file.stem.split("_")[-1], row) for file in files for row in yaml.safe_load(file.read_text("utf-8"))]
    return [HeldBack(tag, *row) for tag, row in rows]
