"""How values look: labels, ages, directions. The one place that templates get their words from.

`presentation` is the context processor of all pages; nothing of the configuration reaches a template.
"""

from datetime import datetime, timedelta
from typing import Any

from babel import Locale, UnknownLocaleError

from admin import charts, labels
from admin.access import current_person
from admin.services import services

HOUR = timedelta(hours=1)
DAYS_FROM = timedelta(hours=48)


def presentation() -> dict[str, Any]:
    """Return what every template may use."""
    now = services().clock.now()
    return {
        "labels": labels,
        "label_of": labels.label_of,
        "country_name": labels.country_name,
        "channel_name": labels.channel_name,
        "category_bar": charts.category_bar,
        "in_words": charts.in_words,
        "language": language,
        "person": current_person(),
        "ago": lambda moment: ago(moment, now),
        "due": lambda moment: due(moment, now),
        "is_past": lambda moment: moment < now,
        "day": day,
    }


def span(length: timedelta) -> str:
    """Return a length of time in whole hours, from two days on in days."""
    if length >= DAYS_FROM:
        return f"{length.days} days"
    hours = int(length / HOUR)
    return "under 1 h" if hours == 0 else f"{hours} h"


def ago(moment: datetime, now: datetime) -> str:
    """Return how long ago something was; coarse, because exact times can give a worker away."""
    return f"{span(now - moment)} ago"


def due(moment: datetime, now: datetime) -> str:
    """Return how far a deadline is, or how long it is past."""
    if moment < now:
        return f"overdue by {span(now - moment)}"
    return f"due in {span(moment - now)}"


def day(moment: datetime) -> str:
    """Return a date as people write it."""
    return f"{moment.day} {moment:%b %Y}"


def language(tag: str | None) -> dict[str, str]:
    """Return a language's names and direction; one without a folder as the common locale data have it."""
    known = services().languages.get(tag or "")
    if known is not None:
        names = (known.name, known.english_name, known.direction)
    else:
        names = _language_elsewhere(tag or "und")
    return dict(zip(("tag", "name", "english_name", "direction"), (tag or "und", *names), strict=True))


def _language_elsewhere(tag: str) -> tuple[str, str, str]:
    if tag == "und":
        return "", "not recognised", "auto"
    try:
        locale = Locale.parse(tag, sep="-")
    except (ValueError, UnknownLocaleError):
        return "", tag, "auto"
    return locale.get_language_name() or "", locale.get_language_name("en") or tag, locale.text_direction
