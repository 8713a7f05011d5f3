"""The web chat: plain forms that work everywhere, brought up to date by script where the browser can.

`chat_session.py` knows whose page it is, `chat_page.py` what it shows, `intake.py` takes what she writes.
"""

import logging
import re
from uuid import uuid4

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, session, url_for
from flask_limiter import Limiter, RateLimitExceeded
from flask_limiter.util import get_remote_address
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as BaseResponse

from channels import chat_session
from channels.base import InboundMessage
from channels.chat_page import Page, fingerprint, load_page, note_shown, render_lines
from channels.clean_text import neutralise
from channels.headers import protect_page
from channels.services import services
from storage.cases import find_by_receipt
from storage.web_sessions import end_session, go_on_with, prefer_language

LONGEST_TEXT = 10_000
LARGEST_FORM = 64 * 1024
LIVE_HEADER = "X-Openline-Live"
"""Sent by the page's own script, which wants the lines only."""

_TURN = re.compile(r"[0-9a-f]{32}")

logger = logging.getLogger(__name__)
blueprint = Blueprint(
    "chat", __name__, url_prefix="/chat", template_folder="templates", static_folder="static", static_url_path="/static"
)
blueprint.after_request(protect_page)


def _session_or_address() -> str:
    return str(session.get(chat_session.TOKEN) or get_remote_address())


limiter = Limiter(key_func=_session_or_address, storage_uri="memory://")


@blueprint.before_request
def limit_form() -> None:
    """Refuse what no worker types."""
    request.max_content_length = LARGEST_FORM
    request.max_form_parts = 20
    if (request.content_length or 0) > LARGEST_FORM:
        abort(413)


@blueprint.get("")
@blueprint.get("/<code>")
def show_chat(code: str | None = None) -> Response | BaseResponse:
    """Show the conversation; a poster's code is kept for the first message."""
    if code is not None:
        _keep_factory(code)
    if "language" in request.args:
        session[chat_session.LANGUAGE] = request.args["language"][:16]
        return redirect(request.path, 303)
    # Made here and not with the first message: what answers a message must set no cookie,
    # or it could come back after the quick exit has taken it away.
    chat_session.ensure_token()
    page = load_page()
    note_shown(page)
    return _page(page, chat_session.take_note())


@blueprint.get("/lines")
def show_lines() -> Response:
    """Answer a browser that asks for news: the lines, or 304 when it has them."""
    page = load_page()
    note_shown(page)
    response = _lines(page)
    has_it = request.if_none_match.contains_weak(response.get_etag()[0] or "")
    return Response(status=304) if has_it else response


@blueprint.post("")
@blueprint.post("/<code>")
@limiter.limit("60 per minute; 600 per hour")
@limiter.limit("600 per minute", key_func=get_remote_address)
def receive_message(code: str | None = None) -> Response | BaseResponse:
    """Take what she wrote or chose."""
    if code is not None:
        _keep_factory(code)
    text = neutralise(request.form.get("choice") or request.form.get("message", ""))
    if not text.strip():
        return _again("empty", 400)
    if len(text) > LONGEST_TEXT:
        return _again("too_long", 413)
    _take(text)
    return _answer()


@blueprint.post("/receipt")
@limiter.limit("5 per 15 minutes", deduct_when=lambda response: response.status_code != 303)
@limiter.limit("60 per hour", key_func=get_remote_address, deduct_when=lambda response: response.status_code != 303)
def open_receipt() -> Response | BaseResponse:
    """Let a worker go on with her case."""
    given = services()
    with given.database.transaction() as database_session:
        case = find_by_receipt(database_session, given.vault, request.form.get("receipt", "")[:64])
        if case is not None:
            go_on_with(database_session, given.vault, chat_session.ensure_token(), case, given.clock.now())
    if case is None:
        return _again("receipt_unknown", 404)
    session[chat_session.NOTE] = "receipt_done"
    return redirect(url_for("chat.show_chat"), 303)


@blueprint.post("/exit")
def leave() -> BaseResponse:
    """End the session here and in the browser, and show a page that anybody might read."""
    token = chat_session.forget()
    if token is not None:
        with services().database.transaction() as database_session:
            end_session(database_session, services().vault, token)
    response = redirect(services().exit_url, 303)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@blueprint.errorhandler(CSRFError)
def ask_again(_error: CSRFError) -> Response:
    """A form from a page that was open too long, or from somewhere else."""
    return _again("expired", 400)


@blueprint.errorhandler(RateLimitExceeded)
def ask_to_wait(_error: RateLimitExceeded) -> Response:
    """Too many messages, or too many receipts."""
    return _again("receipt_wait" if request.endpoint == "chat.open_receipt" else "slow_down", 429)


@blueprint.errorhandler(RequestEntityTooLarge)
def refuse_large(_error: RequestEntityTooLarge) -> Response:
    """A form larger than anything a worker types; what is in it is not read."""
    return _again("too_long", 413, draft="")


@blueprint.errorhandler(DBAPIError)
def report_trouble(error: DBAPIError) -> Response:
    """Nothing was stored, and she is told so; the page does without the database."""
    logger.error("chat message not stored: %s", type(error).__name__)
    language = chat_session.chosen_language() or next(iter(services().languages))
    page = Page(chat_session.Visitor(None, None, language), [])
    return _again("trouble", 503, page)


def _take(text: str) -> None:
    given = services()
    token = chat_session.ensure_token()
    turn = request.form.get("turn", "")
    # A second click, or a browser that sends again, carries the same turn.
    name = turn if _TURN.fullmatch(turn) else uuid4().hex
    language = chat_session.chosen_language()
    if language is not None:
        with given.database.transaction() as database_session:
            prefer_language(database_session, given.vault, token, language)
    given.intake.take(
        InboundMessage(
            channel=chat_session.CHANNEL,
            address=token,
            text=text,
            provider_id=f"{token}:{name}",
            factory_code=chat_session.factory_code(token),
        )
    )


def _keep_factory(code: str) -> None:
    if not chat_session.CODE.fullmatch(code):
        abort(404)
    session[chat_session.FACTORY] = code


def _answer() -> Response | BaseResponse:
    if not _is_live():
        return redirect(url_for("chat.show_chat"), 303)
    page = load_page()
    note_shown(page)
    return _lines(page)


def _again(note: str, status: int, page: Page | None = None, draft: str | None = None) -> Response:
    """Show the page with a kind word, her text still in it."""
    shown = page or load_page()
    if _is_live():
        return _lines(shown, note, status)
    kept = request.form.get("message", "")[:LONGEST_TEXT] if draft is None else draft
    return _page(shown, note, status, kept)


def _lines(page: Page, note: str | None = None, status: int = 200) -> Response:
    response = make_response(render_lines(page, note), status)
    response.set_etag(fingerprint(render_lines(page)))
    return response


def _page(page: Page, note: str | None = None, status: int = 200, draft: str = "") -> Response:
    html = render_template(
        "chat/page.html",
        page=page,
        note=note,
        turn=uuid4().hex,
        draft=draft,
        languages=services().languages,
        # Many a phone speaks English to somebody who does not: her own language is to be seen at once.
        has_chosen_language=chat_session.chosen_language() is not None,
        exit_url=services().exit_url,
    )
    return make_response(html, status)


def _is_live() -> bool:
    return LIVE_HEADER in request.headers
