"""The page of one case: the worker's words, what was done, her pictures.

Every look is in the audit before the text is on the way.
"""

from flask import Blueprint, Response, abort
from flask.typing import ResponseReturnValue

from admin.access import ADVISOR, allow, me
from admin.case_page import find_case, render_case
from admin.services import services
from storage import audit
from storage.cases.media import find_media, open_media

blueprint = Blueprint("cases", __name__)

SHOWN_INLINE = (
    "image/jpeg",
    "image/png",
    "image/webp",
    "image/gif",
    "audio/ogg",
    "audio/mpeg",
    "audio/mp4",
    "audio/amr",
)
"""Everything else is downloaded: a browser must not interpret what a stranger sent."""


@blueprint.get("/cases/<reference>")
@allow(ADVISOR)
def show_case(reference: str) -> ResponseReturnValue:
    """Show a case."""
    return render_case(reference)


@blueprint.get("/cases/<reference>/media/<media_id>")
@allow(ADVISOR)
def show_media(reference: str, media_id: str) -> ResponseReturnValue:
    """Show one picture or recording of a case."""
    with services().database.transaction() as session:
        case = find_case(session, reference)
        media = find_media(session, case, media_id)
        if media is None:
            abort(404)
        audit.record(session, me().id, "read_media", "case", case.id, services().clock.now())
        content, content_type = open_media(services().vault, case, media), media.content_type
    return _file(content, content_type)


def _file(content: bytes, content_type: str) -> Response:
    is_inline = content_type in SHOWN_INLINE
    response = Response(content, content_type=content_type if is_inline else "application/octet-stream")
    response.headers["Content-Disposition"] = "inline" if is_inline else "attachment; filename=file"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
