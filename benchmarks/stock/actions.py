"""The stock bot's action server: reads the answers, and keeps answers and cases in a SQLite file.

Written as Rasa's documentation shows it; runs in the stock environment only.
"""

import os
import re
import sqlite3
from typing import Any

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

SURVEY = ("paid_on_time", "pay_understood", "hours_week", "feels_safe")
CASE = ("happening_now", "safe_to_text", "secret_word")


def rows() -> sqlite3.Connection:
    """Open the file with what is kept."""
    connection = sqlite3.connect(os.environ["STOCK_ROWS"], timeout=30)
    connection.execute("CREATE TABLE IF NOT EXISTS answers (worker TEXT, question TEXT, value TEXT)")
    connection.execute("CREATE TABLE IF NOT EXISTS cases (worker TEXT, text TEXT)")
    return connection


def keep(statement: str, *values: object) -> None:
    """Write one row and commit."""
    connection = rows()
    with connection:
        connection.execute(statement, values)
    connection.close()


def yes_no(value: str) -> str | None:
    """Read 1 or 2, yes or no."""
    return {"1": "yes", "yes": "yes", "2": "no", "no": "no"}.get(value.strip().lower())


def number(value: str, low: int, high: int) -> int | None:
    """Read a whole number between two limits."""
    found = re.fullmatch(r"\s*(\d{1,3})\s*", value)
    return int(found.group(1)) if found and low <= int(found.group(1)) <= high else None


class ValidateSurveyForm(FormValidationAction):
    """Reads the answers of the survey."""

    def name(self) -> str:
        """Return the name Rasa looks for."""
        return "validate_survey_form"

    def _checked(self, dispatcher: CollectingDispatcher, tracker: Tracker, slot: str, value: object) -> dict[str, Any]:
        if value is None:
            dispatcher.utter_message(response="utter_help")
        else:
            keep("INSERT INTO answers VALUES (?, ?, ?)", tracker.sender_id, slot, str(value))
        return {slot: value}

    def validate_paid_on_time(self, value: str, dispatcher: Any, tracker: Any, domain: Any) -> dict[str, Any]:
        """Read yes or no."""
        return self._checked(dispatcher, tracker, "paid_on_time", yes_no(value))

    def validate_pay_understood(self, value: str, dispatcher: Any, tracker: Any, domain: Any) -> dict[str, Any]:
        """Read yes or no."""
        return self._checked(dispatcher, tracker, "pay_understood", yes_no(value))

    def validate_hours_week(self, value: str, dispatcher: Any, tracker: Any, domain: Any) -> dict[str, Any]:
        """Read hours."""
        return self._checked(dispatcher, tracker, "hours_week", number(value, 0, 112))

    def validate_feels_safe(self, value: str, dispatcher: Any, tracker: Any, domain: Any) -> dict[str, Any]:
        """Read a step of the scale."""
        return self._checked(dispatcher, tracker, "feels_safe", number(value, 1, 5))


class ValidateGrievanceForm(FormValidationAction):
    """Reads what is asked about a grievance."""

    def name(self) -> str:
        """Return the name Rasa looks for."""
        return "validate_grievance_form"

    def validate_happening_now(self, value: str, dispatcher: Any, tracker: Any, domain: Any) -> dict[str, Any]:
        """Read yes or no."""
        return {"happening_now": yes_no(value)}

    def validate_safe_to_text(self, value: str, dispatcher: Any, tracker: Any, domain: Any) -> dict[str, Any]:
        """Read yes or no."""
        return {"safe_to_text": yes_no(value)}

    def validate_secret_word(self, value: str, dispatcher: Any, tracker: Any, domain: Any) -> dict[str, Any]:
        """Take any word."""
        return {"secret_word": value.strip().lower() or None}


class ActionOpenCase(Action):
    """Opens a case with her words."""

    def name(self) -> str:
        """Return the name that the rule uses."""
        return "action_open_case"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[dict[str, Any]]:
        """Keep the text."""
        keep("INSERT INTO cases VALUES (?, ?)", tracker.sender_id, tracker.latest_message.get("text"))
        dispatcher.utter_message(response="utter_heard")
        return []


class ActionSurveyDone(Action):
    """Ends the survey."""

    def name(self) -> str:
        """Return the name that the rule uses."""
        return "action_survey_done"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[dict[str, Any]]:
        """Thank her; the slots are empty for the next time."""
        dispatcher.utter_message(response="utter_survey_done")
        return [SlotSet(slot, None) for slot in SURVEY]


class ActionCaseDone(Action):
    """Ends the questions about a case."""

    def name(self) -> str:
        """Return the name that the rule uses."""
        return "action_case_done"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[dict[str, Any]]:
        """Say when a person reads it."""
        dispatcher.utter_message(response="utter_skipped")
        dispatcher.utter_message(response="utter_done_day")
        return [SlotSet(slot, None) for slot in CASE]
