"""Finds the words of `telling.yml` in a text that is to appear on a phone others may hold.

Our own texts must have none of them; before a person's text leaves, she is told which it has.
"""

from collections.abc import Iterable

from nlu.normalise import clean, words_of


def told(text: str, telling: Iterable[str]) -> tuple[str, ...]:
    """Return the words that tell, each once, as they stand in the text in lower case; `complain*` is any ending."""
    words = words_of(clean(text))
    line = f" {' '.join(words)} "
    stems = tuple(clean(each.removesuffix("*")) for each in telling if each.endswith("*"))
    begun = [word for word in words if stems and word.startswith(stems)]
    whole = [clean(each) for each in telling if f" {clean(each)} " in line]
    return tuple(dict.fromkeys([*begun, *whole]))
