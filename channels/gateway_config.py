"""What a gateway's configuration file may say, and clear words about what is wrong in one.

`load_gateway` reads a file such as those in `gateways/`; `gateway.py` works by what comes out.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from jsonschema import Draft202012Validator

SCHEMA = json.loads(Path(__file__).with_name("gateways").joinpath("schema.json").read_text("utf-8"))

_SECRET = re.compile(r"\$\{([A-Z][A-Z0-9_]*)\}")
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
PLACEHOLDERS = frozenset({"to", "text", "reference"})


class GatewayConfigError(Exception):
    """A configuration file that cannot be used; the text says where and why."""


@dataclass(frozen=True)
class Hmac:
    """How a provider signs what it sends."""

    secret: str = field(repr=False)
    header: str
    prefix: str = ""
    encoding: str = "hex"
    timestamp_header: str | None = None
    signed: str = "{body}"
    tolerance_seconds: int = 300


@dataclass(frozen=True)
class Incoming:
    """How the provider hands messages over."""

    format: str
    sender: str
    text: str
    id: tuple[str, ...]
    only: Mapping[str, Any]
    secret: str = field(repr=False)
    header: str | None
    parameter: str | None
    hmac: Hmac | None
    answer: str


@dataclass(frozen=True)
class Outgoing:
    """How a message is handed to the provider, and what its answers mean."""

    method: str
    url: str = field(repr=False)
    format: str
    headers: Mapping[str, str] = field(repr=False)
    login: tuple[str, str] | None = field(repr=False)
    number: str
    fields: Mapping[str, Any] = field(repr=False)
    answer: Mapping[str, Any]


@dataclass(frozen=True)
class GatewayConfig:
    """One provider."""

    name: str
    country: str | None
    incoming: Incoming
    outgoing: Outgoing


def load_gateway(path: Path, secrets: Mapping[str, str]) -> GatewayConfig:
    """Read a configuration file; `${NAME}` in it stands for `secrets["NAME"]`."""
    try:
        document = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError):
        raise GatewayConfigError(f"{path.name}: cannot be read") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        raise GatewayConfigError(f"{path.name}{line}: is not YAML") from None
    return parse_gateway(document, secrets, path.name)


def parse_gateway(document: Any, secrets: Mapping[str, str], source: str) -> GatewayConfig:
    """Check a configuration and return it; raise `GatewayConfigError` that names every fault, never a secret."""
    faults = [_fault(error) for error in Draft202012Validator(SCHEMA).iter_errors(document)]
    if not faults:
        faults = _missing(document, secrets) + _unfit(document)
    if faults:
        raise GatewayConfigError(f"{source}: " + "; ".join(sorted(faults)))
    filled = _fill(document, secrets)
    return GatewayConfig(
        filled["name"], filled.get("country"), _incoming(filled["incoming"]), _outgoing(filled["outgoing"])
    )


def _incoming(part: dict[str, Any]) -> Incoming:
    fields, check = part["fields"], part["check"]
    identity = fields["id"]
    return Incoming(
        format=part.get("format", "form"),
        sender=fields["from"],
        text=fields["text"],
        id=(identity,) if isinstance(identity, str) else tuple(identity),
        only=part.get("only", {}),
        secret=check.get("secret", ""),
        header=check.get("header"),
        parameter=check.get("parameter"),
        hmac=Hmac(**check["hmac"]) if "hmac" in check else None,
        answer=part.get("answer", ""),
    )


def _outgoing(part: dict[str, Any]) -> Outgoing:
    return Outgoing(
        method=part.get("method", "POST"),
        url=part["url"],
        format=part.get("format", "form"),
        headers=part.get("headers", {}),
        login=(part["user"], part.get("password", "")) if "user" in part else None,
        number=part.get("number", "e164"),
        fields=part["fields"],
        answer=part["answer"],
    )


def _fault(error: Any) -> str:
    where = ".".join(str(step) for step in error.absolute_path) or "the file"
    if error.validator == "required":
        missing = next(name for name in error.validator_value if name not in error.instance)
        return f"{where}: `{missing}` is missing"
    if error.validator == "additionalProperties":
        strange = sorted(set(error.instance) - set(error.schema["properties"]))
        return f"{where}: does not know `{'`, `'.join(strange)}`"
    if error.validator == "oneOf":
        return f"{where}: needs either `secret` with `header` or `parameter`, or `hmac` with `secret` and `header`"
    if error.validator == "enum":
        return f"{where}: must be one of {', '.join(error.validator_value)}"
    return f"{where}: has the wrong form ({error.validator} {error.validator_value})"


def _missing(document: Any, secrets: Mapping[str, str]) -> list[str]:
    wanted = {name for text in _texts(document) for name in _SECRET.findall(text)}
    return [f"the environment has no {name}" for name in wanted if not secrets.get(name)]


def _unfit(document: dict[str, Any]) -> list[str]:
    outgoing = document["outgoing"]
    used = {name for text in _texts(outgoing["fields"]) for name in _PLACEHOLDER.findall(_SECRET.sub("", text))}
    faults = [f"outgoing.fields: does not know {{{name}}}" for name in used - PLACEHOLDERS]
    faults += [f"outgoing.fields: {{{name}}} is missing" for name in {"to", "text"} - used]
    if urlsplit(_SECRET.sub("x", outgoing["url"])).scheme not in ("https", "http"):
        faults.append("outgoing.url: must begin with https:// (http:// only for a device in your own network)")
    return faults


def _texts(part: Any) -> list[str]:
    if isinstance(part, dict):
        return [text for value in part.values() for text in _texts(value)]
    if isinstance(part, list):
        return [text for value in part for text in _texts(value)]
    return [part] if isinstance(part, str) else []


def _fill(part: Any, secrets: Mapping[str, str]) -> Any:
    if isinstance(part, dict):
        return {key: _fill(value, secrets) for key, value in part.items()}
    if isinstance(part, list):
        return [_fill(value, secrets) for value in part]
    return _SECRET.sub(lambda match: secrets[match[1]], part) if isinstance(part, str) else part


def fill_template(part: Any, values: Mapping[str, str]) -> Any:
    """Return `part` with `{to}`, `{text}` and `{reference}` filled in, whatever its depth; nothing is evaluated."""
    if isinstance(part, dict):
        return {key: fill_template(value, values) for key, value in part.items()}
    if isinstance(part, list):
        return [fill_template(value, values) for value in part]
    return _PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), part) if isinstance(part, str) else part
