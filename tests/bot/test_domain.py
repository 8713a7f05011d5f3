"""Domain, rules, form and registered actions name the same things: Rasa would pass over a difference in silence."""

from typing import Any

import yaml

from bot.actions.base import FORM
from bot.assistant import Assistant
from bot.training import PROJECT
from nlu.languages import INTENTS


def read(name: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((PROJECT / name).read_text("utf-8"))
    return content


def test_every_intent_of_the_taxonomy_is_in_the_domain() -> None:
    assert sorted(read("domain.yml")["intents"]) == sorted(INTENTS)


def test_every_intent_has_exactly_one_plain_rule() -> None:
    plain = [rule for rule in read("rules/rules.yml")["rules"] if "condition" not in rule]
    assert sorted(rule["steps"][0]["intent"] for rule in plain) == sorted(INTENTS)
    assert all(list(step) in (["intent"], ["action"]) for rule in plain for step in rule["steps"])


def test_every_action_of_the_domain_is_registered_and_the_other_way_round(assistant: Assistant) -> None:
    assert assistant.actions.names == set(read("domain.yml")["actions"])


def test_every_action_of_a_rule_is_in_the_domain() -> None:
    domain = read("domain.yml")
    known = {*domain["actions"], *domain["forms"]}
    steps = [step for rule in read("rules/rules.yml")["rules"] for step in rule["steps"]]
    assert {step["action"] for step in steps if "action" in step} <= known


def test_the_form_is_validated_and_asks() -> None:
    domain = read("domain.yml")
    assert list(domain["forms"]) == [FORM]
    assert {f"validate_{FORM}", "action_ask_answer"} <= set(domain["actions"])
