"""Any SMS provider with an HTTP interface, as its configuration file describes it.

The file is read by `gateway_config.py`; replies never leave in the response but through the outbox.
"""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, request

from channels import outside
from channels.addresses import NoAddress, digits_only, national, parse
from channels.base import InboundMessage, Reply, SendError
from channels.clean_text import is_whole, neutralise
from channels.gateway_check import is_from_provider
from channels.gateway_config import GatewayConfig, Incoming, fill_template
from channels.headers import protect_answer
from channels.refusals import refuse_in_silence
from channels.rendering import sms_text
from channels.services import services
from channels.signature import limit_body

LONGEST_TEXT = 10_000
LONGEST_ID = 500

logger = logging.getLogger(__name__)
blueprint = Blueprint("gateway", __name__, url_prefix="/channels/gateway")
blueprint.before_request(limit_body)
blueprint.after_request(protect_answer)
refuse_in_silence(blueprint)


@dataclass(frozen=True)
class Gateway:
    """One provider: reads its webhooks, sends through its interface."""

    config: GatewayConfig

    @property
    def name(self) -> str:
        """Return the channel's name."""
        return f"gateway:{self.config.name}"

    def render(self, reply: Reply) -> str:
        """Return the text of a reply."""
        return sms_text(reply)

    def send(self, address: str, text: str, reference: str) -> str | None:
        """Hand one message to the provider."""
        outgoing = self.config.outgoing
        values = {"to": _written(address, outgoing.number), "text": text, "reference": reference}
        fields = fill_template(outgoing.fields, values)
        part = {"form": "data", "json": "json", "query": "params"}[outgoing.format]
        headers = dict(outgoing.headers)
        answer = outside.request(outgoing.method, outgoing.url, headers=headers, auth=outgoing.login, **{part: fields})
        return self._judge(answer.status_code, outside.json_object(answer))

    def read(self, values: Mapping[str, Any]) -> InboundMessage | None:
        """Return the message in a request's values; none when the request is about something else."""
        incoming = self.config.incoming
        if any(_find(values, path) != wanted for path, wanted in incoming.only.items()):
            return None
        sender = parse(_text(values, incoming.sender), self.config.country)
        text = _text(values, incoming.text)
        identity = [_text(values, path) for path in incoming.id]
        if len(text) > LONGEST_TEXT or not all(0 < len(part) <= LONGEST_ID and is_whole(part) for part in identity):
            raise NoAddress("no message")
        return InboundMessage(
            channel=self.name,
            address=sender.value,
            text=neutralise(text),
            provider_id="\x1f".join(identity),
            country=sender.country or self.config.country,
        )

    def _judge(self, status: int, document: Mapping[str, Any]) -> str | None:
        """Return the provider's id for the message, or raise what its answer means."""
        answer = self.config.outgoing.answer
        code = _find(document, answer["code"]) if "code" in answer else None
        for meaning in ("permanent", "temporary"):
            if status in answer.get(f"{meaning}_status", ()) or (code is not None and code in answer.get(meaning, ())):
                raise SendError(f"gateway_{meaning}", permanent=meaning == "permanent")
        if not 200 <= status < 300 or ("accepted" in answer and code not in answer["accepted"]):
            raise outside.refusal(status)
        identity = _find(document, answer["id"]) if "id" in answer else None
        return str(identity) if identity is not None else None


@blueprint.route("/<name>/messages", methods=["GET", "POST"])
def receive_message(name: str) -> Response:
    """Take a message; its replies are sent through the provider's interface."""
    gateway = services().gateways.get(name)
    if gateway is None:
        abort(404)
    incoming = gateway.config.incoming
    wanted_method = "GET" if incoming.format == "query" else "POST"
    if request.method != wanted_method or not is_from_provider(request, incoming, services().clock.now()):
        abort(403)
    message = gateway.read(_values(incoming))
    if message is not None:
        services().intake.take(message)
    return Response(incoming.answer, content_type="text/plain; charset=utf-8")


@blueprint.errorhandler(NoAddress)
def refuse_unfit(error: NoAddress) -> Response:
    """Answer a request without a sender or a text that could be stored."""
    logger.warning("gateway request refused: %s", error)
    return Response(status=400)


def _values(incoming: Incoming) -> Mapping[str, Any]:
    if incoming.format == "query":
        return request.args.to_dict()
    if incoming.format == "form":
        return request.form.to_dict()
    try:
        document = json.loads(request.get_data())
    except (ValueError, RecursionError):
        raise NoAddress("no JSON") from None
    if not isinstance(document, dict):
        raise NoAddress("no JSON object")
    return document


def _find(values: Any, path: str) -> Any:
    """Return what stands at `path`, such as `payload.message`; none where there is nothing."""
    for step in path.split("."):
        values = values.get(step) if isinstance(values, Mapping) else None
    return values if isinstance(values, str | int | float | bool) else None


def _text(values: Mapping[str, Any], path: str) -> str:
    found = _find(values, path)
    return "" if found is None else str(found)


def _written(address: str, form: str) -> str:
    if form == "digits":
        return digits_only(address)
    return national(address) if form == "national" else address
