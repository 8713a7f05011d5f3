"""All routes of the pages, and the data file that says who may open each."""

from pathlib import Path
from typing import Any

import yaml
from flask import Flask

ALLOWED: dict[str, list[str]] = yaml.safe_load((Path(__file__).parent / "access.yml").read_text("utf-8"))
PASSIVE = {"HEAD", "OPTIONS"}


def routes(app: Flask) -> dict[str, Any]:
    return {
        f"{rule.endpoint} {method}": rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint.split(".")[0] in {"admin", "security"}
        for method in (rule.methods or set()) - PASSIVE
    }


def address(app: Flask, route: str, values: dict[str, Any]) -> str:
    """The address of a route, filled with something real."""
    rule = routes(app)[route]
    with app.test_request_context():
        return app.url_for(rule.endpoint, **{name: values[name] for name in rule.arguments})
