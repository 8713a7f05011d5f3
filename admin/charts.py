"""Small pictures as inline SVG, drawn on the server; each says the same in words.

Colours come from `admin.css` by class: the pages' policy allows no inline style.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup, escape

from admin.labels import CATEGORIES, label_of

WIDTH = 160
HEIGHT = 10
GAP = 1


@dataclass(frozen=True)
class Slice:
    """One category's part of a bar."""

    category: str
    label: str
    count: int
    x: float
    width: float


def slices(by_category: Mapping[str, int], scale: int) -> list[Slice]:
    """Lay the categories side by side, the commonest first; `scale` cases fill the whole width."""
    found: list[Slice] = []
    x = 0.0
    for category, count in sorted(by_category.items(), key=lambda item: (-item[1], item[0])):
        if count > 0:
            width = WIDTH * count / max(scale, 1)
            found.append(Slice(category, label_of(CATEGORIES, category), count, round(x, 2), round(width, 2)))
            x += width
    return found


def in_words(by_category: Mapping[str, int]) -> str:
    """Say what the bar shows: `Pay 3, Safety and health 1`."""
    parts = [f"{part.label} {part.count}" for part in slices(by_category, 1)]
    return ", ".join(parts) if parts else "No open cases"


def category_bar(by_category: Mapping[str, int], scale: int) -> Markup:
    """Draw the open cases of a factory by category."""
    words = escape(in_words(by_category))
    parts = Markup("").join(_rect(part) for part in slices(by_category, scale))
    return Markup(
        '<svg class="bar" viewBox="0 0 {width} {height}" preserveAspectRatio="none" role="img" aria-label="{words}">'
        "<title>{words}</title>"
        '<rect class="bar-ground" width="{width}" height="{height}" rx="2"></rect>{parts}</svg>'
    ).format(width=WIDTH, height=HEIGHT, words=words, parts=parts)


def _rect(part: Slice) -> Markup:
    return Markup('<rect class="cat-{category}" x="{x}" width="{width}" height="{height}"></rect>').format(
        category=part.category, x=part.x, width=max(part.width - GAP, 0.5), height=HEIGHT
    )
