"""The ten messages that are repeated, and what each must be answered on either side.

A conversation is ten rounds: a survey of four questions with a question about privacy in between, then a grievance.
"""

from dataclasses import dataclass

GRIEVANCE = "our wages are two months late and nobody tells us why"
SURVEY_KEYS = ("paid_on_time", "pay_understood", "hours_week", "feels_safe")


@dataclass(frozen=True)
class Message:
    """One message with the keys of Openline's texts and the stock bot's responses that must come back."""

    text: str
    ours: tuple[str, ...]
    stock: tuple[str, ...]


OPENING = (
    Message("JOIN 4821", ("ask_consent",), ("utter_welcome",)),
    Message("1", ("core.paid_on_time.text",), ("utter_consented",)),
)
"""What comes before the first round; not measured."""

ROUND = (
    Message("survey", ("core.paid_on_time.text",), ("utter_ask_paid_on_time",)),
    Message("1", ("core.pay_understood.text",), ("utter_ask_pay_understood",)),
    Message("2", ("core.hours_week.text",), ("utter_ask_hours_week",)),
    Message("60", ("core.feels_safe.text",), ("utter_ask_feels_safe",)),
    Message(
        "PRIVACY",
        ("privacy", "privacy_phone", "core.feels_safe.text"),
        ("utter_privacy", "utter_privacy_phone", "utter_ask_feels_safe"),
    ),
    Message("4", ("survey_done",), ("utter_survey_done",)),
    Message(GRIEVANCE, ("heard", "ask_now"), ("utter_heard", "utter_ask_happening_now")),
    Message("1", ("ask_safe_to_text",), ("utter_ask_safe_to_text",)),
    Message("1", ("ask_word",), ("utter_ask_secret_word",)),
    Message("skip", ("skipped", "done_day"), ("utter_skipped", "utter_done_day")),
)

ROUNDS = 10
