"""A phone on a page: tries SMS without a provider. Development only.

What it shows is what would leave as SMS, with what each would cost.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from uuid import uuid4

from flask import Blueprint, Response, make_response, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as BaseResponse

from channels.addresses import NoAddress, parse
from channels.base import InboundMessage, Reply
from channels.clean_text import neutralise
from channels.headers import protect_page
from channels.rendering import compose
from channels.segments import Segments, count
from channels.services import services
from storage.outbox import Leaving, Line, mark_fetched, transcript
from storage.workers import find_conversation

CHANNEL = "simulator"
NUMBER = "phone_number"
FIRST_NUMBER = "+8801700000999"
"""Of nobody in the example programme: who tries the phone is met as a new worker."""

blueprint = Blueprint("phone", __name__, url_prefix="/dev/phone", template_folder="templates", static_folder="static")
blueprint.after_request(protect_page)


@dataclass(frozen=True)
class Sms:
    """One text on the phone's screen."""

    is_hers: bool
    text: str
    cost: Segments


@blueprint.get("")
def show_phone() -> Response:
    """Show the phone of the number that was typed last."""
    number = str(session.get(NUMBER, FIRST_NUMBER))
    html = render_template("dev/phone.html", number=number, texts=_texts(number), turn=uuid4().hex)
    return make_response(html)


@blueprint.post("")
def send_text() -> BaseResponse:
    """Send a text from the phone, or pick up another one."""
    try:
        sender = parse(request.form.get("number", ""))
    except NoAddress:
        return redirect(url_for("phone.show_phone"), 303)
    session[NUMBER] = sender.value
    text = neutralise(request.form.get("message", ""))
    if text.strip():
        name = request.form.get("turn", "")[:64] or uuid4().hex
        services().intake.take(InboundMessage(CHANNEL, sender.value, text, f"{sender.value}:{name}", sender.country))
    return redirect(url_for("phone.show_phone"), 303)


def texts_of(lines: Sequence[Line]) -> list[Sms]:
    """Return the lines as SMS: what was answered at one moment travels as a turn's replies do."""
    texts: list[Sms] = []
    for (author, _), group in groupby(lines, key=lambda line: (line.author, line.at)):
        if author == "worker":
            texts += [Sms(True, line.text, count(line.text)) for line in group]
        else:
            parcels = compose([Leaving("", Reply(line.text, line.options)) for line in group])
            texts += [Sms(False, parcel.text, count(parcel.text)) for parcel in parcels]
    return texts


def _texts(number: str) -> list[Sms]:
    given = services()
    with given.database.transaction() as database_session:
        found = find_conversation(database_session, given.vault, CHANNEL, number)
        if found is None:
            return []
        lines = transcript(database_session, given.vault, found[0].id)
        mark_fetched(database_session, lines, given.clock.now())
    return texts_of(lines)
