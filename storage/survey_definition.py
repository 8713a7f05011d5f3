"""What a survey's definition must look like before it is published.

The files are in `bot/surveys/`; the wording of their questions is in the language folders.
"""

from typing import Any

from jsonschema import Draft202012Validator

CODE = {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,31}$"}
NUMBER = {"type": "number"}
BAND = {
    "type": "object",
    "properties": {"code": CODE, "value": NUMBER},
    "required": ["code", "value"],
    "additionalProperties": False,
}
QUESTION = {
    "type": "object",
    "properties": {
        "key": CODE,
        "kind": {"enum": ["yes_no", "scale", "choice", "number", "text"]},
        "topic": {"enum": ["pay", "hours", "safety"]},
        "point": {"type": "string", "maxLength": 32},
        "unit": CODE,
        "minimum": NUMBER,
        "maximum": NUMBER,
        "choices": {"type": "array", "items": CODE, "minItems": 2, "maxItems": 9, "uniqueItems": True},
        "bands": {"type": "array", "items": BAND, "minItems": 2, "maxItems": 9},
        "sensitive": {"type": "boolean"},
    },
    "required": ["key", "kind", "topic"],
    "additionalProperties": False,
    "allOf": [
        {
            "if": {"properties": {"kind": {"enum": ["scale", "number"]}}},
            "then": {"required": ["minimum", "maximum"]},
        },
        {
            "if": {"properties": {"kind": {"const": "choice"}}},
            "then": {"required": ["choices"]},
            "else": {"properties": {"choices": False}},
        },
    ],
}
DEFINITION = {
    "type": "object",
    "properties": {
        "survey": CODE,
        "version": {"type": "integer", "minimum": 1},
        "title": {"type": "string", "maxLength": 200},
        "questions": {"type": "array", "items": QUESTION, "minItems": 1, "maxItems": 30},
    },
    "required": ["survey", "version", "questions"],
    "additionalProperties": False,
}


class SurveyError(Exception):
    """A definition or an answer does not fit; the text says what to change."""


def check(definition: Any) -> None:
    """Raise `SurveyError` for the first thing that is wrong."""
    for problem in Draft202012Validator(DEFINITION).iter_errors(definition):
        place = "/".join(str(part) for part in problem.absolute_path) or "the file"
        raise SurveyError(f"{place}: {problem.message[:200]}")
    keys = [question["key"] for question in definition["questions"]]
    twice = next((key for key in keys if keys.count(key) > 1), None)
    if twice is not None:
        raise SurveyError(f"the key {twice} is there twice")
    for question in definition["questions"]:
        if question.get("minimum", 0) >= question.get("maximum", 1):
            raise SurveyError(f"{question['key']}: the minimum must be below the maximum")
