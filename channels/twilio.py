"""SMS and WhatsApp through Twilio: signed webhooks in, TwiML or the REST API out.

`signature.py` lets requests in, `twilio_form.py` reads them, `intake.py` takes the message.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

from flask import Blueprint, Response, request
from twilio.twiml.messaging_response import MessagingResponse

from channels import media, outside
from channels.base import Reply, SendError
from channels.headers import protect_answer
from channels.refusals import refuse_in_silence
from channels.rendering import Parcel, compose, numbered, sms_text
from channels.services import services
from channels.signature import limit_body, require_twilio_signature
from channels.twilio_form import WHATSAPP, Unfit, read_message, read_references, read_status
from storage.outbox import Leaving, record_status

STATUS_PATH = "/channels/twilio/status"

logger = logging.getLogger(__name__)
blueprint = Blueprint("twilio", __name__, url_prefix="/channels/twilio")
blueprint.before_request(limit_body)
blueprint.after_request(protect_answer)
refuse_in_silence(blueprint)
blueprint.before_request(require_twilio_signature)


@blueprint.route("/messages", methods=["GET", "POST"])
def receive_message() -> Response:
    """Take a message; the answer is in the response when it is ready in time."""
    message, notices = media.sift(read_message(request.form, _account_sid()))
    leaving = services().intake.answer(message, notices)
    return _twiml(parcels_of(message.channel, leaving))


@blueprint.route("/status", methods=["GET", "POST"])
def receive_status() -> Response:
    """Note what became of a message we sent. References we do not know are ignored."""
    status = read_status(request.form, _account_sid())
    if status is not None:
        state, error = status
        with services().database.transaction() as session:
            for reference in read_references(request.args.get("reference", "")):
                record_status(session, reference, state, services().clock.now(), error)
    return Response(status=204)


@blueprint.errorhandler(Unfit)
def refuse_unfit(error: Unfit) -> Response:
    """Answer a form that Twilio did not send."""
    logger.warning("webhook refused: %s", type(error).__name__)
    return Response(status=403)


def parcels_of(channel: str, leaving: Sequence[Leaving]) -> list[Parcel]:
    """Return the texts that leave for a turn's replies."""
    if channel == "sms":
        return compose(leaving)
    return [Parcel(numbered(item.reply), (item.reference,)) for item in leaving]


def status_url(public_url: str, references: tuple[str, ...]) -> str:
    """Return where Twilio reports what became of a message."""
    return f"{public_url}{STATUS_PATH}?reference={'.'.join(references)}"


@dataclass(frozen=True)
class TwilioChannel:
    """Sends through Twilio's REST API, or a compatible one."""

    name: str
    """"sms" or "whatsapp"."""
    account_sid: str
    token: str = field(repr=False)
    sender: str
    """Our number, or a messaging service's id."""
    public_url: str
    api_url: str = "https://api.twilio.com"

    def render(self, reply: Reply) -> str:
        """Return the text of a reply."""
        return sms_text(reply) if self.name == "sms" else numbered(reply)

    def send(self, address: str, text: str, reference: str) -> str:
        """Send one message; `reference` comes back in its status callbacks."""
        form = {
            "To": self._party(address),
            "Body": text,
            "StatusCallback": status_url(self.public_url, (reference,)),
            "MessagingServiceSid" if self.sender.startswith("MG") else "From": self._party(self.sender),
        }
        url = f"{self.api_url}/2010-04-01/Accounts/{self.account_sid}/Messages.json"
        answer = outside.request("POST", url, data=form, auth=(self.account_sid, self.token))
        document = outside.json_object(answer)
        if answer.status_code in (200, 201) and isinstance(document.get("sid"), str):
            return str(document["sid"])
        raise _refusal(answer.status_code, document.get("code"))

    def _party(self, address: str) -> str:
        is_whatsapp = self.name == "whatsapp" and not address.startswith(("MG", WHATSAPP))
        return f"{WHATSAPP}{address}" if is_whatsapp else address


def _refusal(status: int, code: object) -> SendError:
    return outside.refusal(status, f"twilio_{code}" if isinstance(code, int) else None)


def _account_sid() -> str:
    account = services().twilio
    return account.sid if account else ""


def _twiml(parcels: list[Parcel]) -> Response:
    document = MessagingResponse()
    for parcel in parcels:
        document.message(parcel.text, status_callback=status_url(services().public_url, parcel.references))
    return Response(str(document), content_type="text/xml; charset=utf-8")
