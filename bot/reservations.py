"""What an operator should know before workers write: texts nobody has reviewed, facts nobody has verified.

`app.py check` prints them; they keep nothing from running.
"""

from collections.abc import Iterator

from bot.grievances import COUNTRIES, country_facts
from nlu.languages import Languages


def reservations(languages: Languages) -> Iterator[str]:
    """Yield a line for each language that is a draft and each emergency number that is unverified."""
    for tag, language in languages.items():
        if language.review != "reviewed":
            yield f"{tag}: no native speaker has reviewed the {language.english_name} texts"
    for path in sorted(COUNTRIES.glob("*.yml")):
        fact = country_facts(path.stem).get("emergency")
        if fact and not fact["verified_by"]:
            yield f"{path.stem}: nobody has verified the emergency number {fact['value']} (bot/countries/{path.name})"
