"""An advisor's reply to a worker: counted, looked over, then sent through her own channel.

The page without JavaScript shows the preview first; with it the count is live while typing.
"""

from collections.abc import Sequence

from flask import Blueprint, flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin.access import ADVISOR, allow, me
from admin.case_page import Complaint, ReplyDraft, find_case, is_unsafe_to_text, refuse_unknown_case, render_case
from admin.casework import MOVED_ON, MovedOn, case_as_seen
from admin.forms import text
from admin.neutral import Hint, hints
from admin.services import services
from storage import audit, cases, factories
from storage.cases.way import Way, way_to_worker
from storage.models import Case

blueprint = Blueprint("replies", __name__)
blueprint.before_request(refuse_unknown_case)

LONGEST_REPLY = 1000
MANY_SEGMENTS = 3
ADVISORS_LANGUAGE = "en"
LEAVES = "The reply is on its way. You see below when it arrives."
WAITS = "The reply waits for her in the chat: she reads it when she comes back."


class NotSent(Exception):
    """Why a reply stays here, said to the advisor."""


@blueprint.post("/segments")
@allow(ADVISOR)
def count_segments() -> ResponseReturnValue:
    """Count the segments of a text that is being typed."""
    counted = services().count_segments(text("text", LONGEST_REPLY))
    return jsonify(encoding=counted.encoding, units=counted.units, segments=counted.segments)


@blueprint.post("/cases/<reference>/reply")
@allow(ADVISOR)
def reply(reference: str) -> ResponseReturnValue:
    """Show the preview of a reply, or send it."""
    draft = _draft(reference, text("text", LONGEST_REPLY))
    if not draft.text:
        return render_case(reference, complaint=Complaint("The reply is empty: write something first.")), 400
    is_confirmed = request.form.get("do") == "send" and (
        request.form.get("looked_over") == draft.text or not draft.hints
    )
    if not is_confirmed:
        return render_case(reference, draft=draft)
    try:
        way = _send(reference, draft.text)
    except MovedOn as moved:
        return render_case(reference, draft=draft, complaint=Complaint(MOVED_ON, changed_since=moved.seen)), 409
    except NotSent as refusal:
        return render_case(reference, draft=draft, complaint=Complaint(str(refusal))), 409
    flash(WAITS if way.waits_for_her else LEAVES, "success")
    return redirect(url_for("admin.cases.show_case", reference=reference))


def _draft(reference: str, reply_text: str) -> ReplyDraft:
    with services().database.reading() as session:
        case = find_case(session, reference)
        names = factories.names_of(session, case.factory_id)
        found = hints(reply_text, names=names, reference=case.reference, telling=_telling(reply_text, case.language))
    counted = services().count_segments(reply_text)
    if counted.segments > MANY_SEGMENTS:
        found += (
            Hint(f"It takes {counted.segments} messages.", "Shorter texts are read; long ones are cut on old phones."),
        )
    return ReplyDraft(reply_text, counted, found, is_preview=True)


def _telling(reply_text: str, language: str | None) -> Sequence[str]:
    """An advisor writes in the worker's language, in English, or in both at once."""
    known = services().languages
    tags = [tag for tag in dict.fromkeys((language, ADVISORS_LANGUAGE)) if tag in known]
    return [word for tag in tags if tag for word in known[tag].told(reply_text)]


def _send(reference: str, reply_text: str) -> Way:
    with case_as_seen(reference) as (session, case, now):
        way = _open_way(session, case)
        cases.reply(session, services().vault, case, reply_text, me().id, now)
        audit.record(session, me().id, "replied", "case", case.id, now)
    return way


def _open_way(session: Session, case: Case) -> Way:
    """Return the way to the worker; refuse what cannot or should not arrive."""
    way = way_to_worker(session, services().vault, case)
    if way is None:
        raise NotSent("There is no way back to this worker any more, so nothing was sent. Keep a note instead.")
    if way.wants_no_messages:
        raise NotSent("She asked for no more messages, so nothing was sent. Keep a note instead.")
    if is_unsafe_to_text(case) and request.form.get("unsafe_anyway") != "yes":
        raise NotSent("She said that a text is not safe. Tick the box below if you know that it is now.")
    return way
