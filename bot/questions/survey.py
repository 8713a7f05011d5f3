"""A question of the survey. Kind and limits come from the survey's definition, words from the language.

Answers are stored as they come; a survey can be left and taken up at any time.
"""

from dataclasses import dataclass
from typing import Any

from bot.current_turn import Turn
from bot.questions.reading import YES_NO, options, read_number, read_option, read_scale, read_yes_no, says_no, titled
from bot.wording import Saying
from storage import surveys
from storage.models import SurveyResponse
from storage.outbox import Option

LONGEST_TEXT = 1600
NEVER = "never"
ROUND = "survey_"


@dataclass(frozen=True)
class SurveyQuestion:
    """One question of a published survey; `definition` has its key, kind and limits."""

    survey: str
    definition: dict[str, Any]
    response: SurveyResponse

    @property
    def key(self) -> str:
        """Name of the question in the dialogue's memo: in the next quarter it is another question."""
        return f"{self.round}{self.definition['key']}"

    @property
    def round(self) -> str:
        """What the names of all questions of this response begin with."""
        return f"{ROUND}{self.response.period}_"

    @property
    def kind(self) -> str:
        """`yes_no`, `scale`, `choice`, `number` or `text`."""
        return str(self.definition["kind"])

    def say(self, turn: Turn, tries: int) -> Saying:
        """Ask; after a first failure explain, after a second offer a numbered menu where there is one."""
        text = self._text_key("text")
        if tries == 1 and turn.wording.has(turn.language, self._text_key("help")):
            text = self._text_key("help")
        if tries > 1 and self.kind == "number":
            return Saying("try_menu", options=self._bands(turn))
        return Saying(text, options=self._options(turn))

    def read(self, turn: Turn) -> Any:
        """Return the answer: true or false, a number, a choice's code, or a text."""
        return getattr(self, f"_read_{self.kind}")(turn)

    def take(self, turn: Turn, reading: Any) -> list[Saying]:
        """Store the answer."""
        surveys.record_answer(
            turn.session, turn.vault, self.response, self.definition["key"], now=turn.now, **self._columns(reading)
        )
        return []

    def skip(self, turn: Turn) -> list[Saying]:
        """Store that she would not or could not answer."""
        surveys.record_answer(
            turn.session, turn.vault, self.response, self.definition["key"], skipped=True, now=turn.now
        )
        return []

    def _columns(self, reading: Any) -> dict[str, Any]:
        if self.kind == "yes_no":
            return {"choice": "yes" if reading else "no"}
        if self.kind == "choice":
            return {"choice": reading}
        if self.kind == "text":
            return {"text": reading}
        return {"number": float(reading)}

    def _text_key(self, part: str) -> str:
        return f"{self.survey}.{self.definition['key']}.{part}"

    def _options(self, turn: Turn) -> tuple[Option, ...]:
        if self.kind == "yes_no":
            return options(turn, YES_NO)
        if self.kind == "choice":
            return options(turn, [self._text_key(f"choices.{code}") for code in self.definition["choices"]])
        return ()

    def _bands(self, turn: Turn) -> tuple[Option, ...]:
        titles = (turn.wording.text(turn.language, self._text_key(f"bands.{band['code']}")) for band in self._band_list)
        return titled(titles)

    @property
    def _band_list(self) -> list[dict[str, Any]]:
        bands: list[dict[str, Any]] = self.definition.get("bands", [])
        return bands

    def _read_yes_no(self, turn: Turn) -> bool | None:
        return read_yes_no(turn)

    def _read_choice(self, turn: Turn) -> str | None:
        choices = [str(code) for code in self.definition["choices"]]
        index = read_option(turn, self._options(turn))
        if index is not None:
            return choices[index]
        # "No" to "how often did somebody shout at you?" is an answer.
        return NEVER if NEVER in choices and says_no(turn) else None

    def _read_scale(self, turn: Turn) -> int | None:
        return read_scale(turn, int(self.definition["minimum"]), int(self.definition["maximum"]))

    def _read_number(self, turn: Turn) -> float | None:
        if turn.memo.question == self.key and turn.memo.tries > 1:
            index = read_option(turn, self._bands(turn))
            if index is not None:
                return float(self._band_list[index]["value"])
        number = read_number(turn)
        is_plausible = number is not None and self.definition["minimum"] <= number <= self.definition["maximum"]
        return number if is_plausible else None

    def _read_text(self, turn: Turn) -> str | None:
        text = turn.understanding.redacted.strip()
        return text[:LONGEST_TEXT] if any(sign.isalnum() for sign in text) else None
