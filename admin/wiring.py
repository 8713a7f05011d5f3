"""Puts the pages into an application, with the guard in front of each.

`app.py` calls `create_admin` once, after it has set the session secret and the password salt.
"""

from typing import NoReturn

from flask import Blueprint, Flask, abort
from flask_bootstrap import Bootstrap5
from werkzeug.exceptions import HTTPException

from admin import audit, cases, casework, factories, failed, languages, people, queue, replies, surveys, undelivered
from admin.access import EVERYBODY, allow, csrf, guard
from admin.errors import explain
from admin.headers import private_page
from admin.presentation import presentation
from admin.services import EXTENSION, AdminServices
from admin.signin import add_sign_in, configure

PAGES = (queue, factories, cases, casework, replies, failed, undelivered, surveys, people, audit, languages)
EVERY_METHOD = ("GET", "POST", "PUT", "PATCH", "DELETE")

admin = Blueprint("admin", __name__, url_prefix="/admin", template_folder="templates", static_folder="static")


def unknown(**_: str) -> NoReturn:
    """Answer every other address below `/admin/`, so that nobody learns which ones exist."""
    abort(404)


def create_admin(app: Flask, given: AdminServices) -> None:
    """Register sign-in and all pages."""
    app.extensions[EXTENSION] = given
    configure(app, given.public_url)
    csrf.init_app(app)
    app.static_url_path = app.static_url_path or "/static"  # the component library's files lie below it
    Bootstrap5(app)
    app.register_blueprint(admin)
    add_sign_in(app)
    for name in ("admin", "security"):
        _guard(app, name)


def _guard(app: Flask, name: str) -> None:
    app.before_request_funcs.setdefault(name, []).append(guard)
    app.after_request_funcs.setdefault(name, []).append(private_page)
    # A test shall see the true error, not our page for it.
    for kind in (HTTPException,) if app.testing else (HTTPException, Exception):
        app.error_handler_spec[name][None][kind] = explain
    app.template_context_processors.setdefault(name, []).append(presentation)


for page in PAGES:
    admin.register_blueprint(page.blueprint)
admin.add_url_rule("/<path:path>", view_func=allow(*EVERYBODY)(unknown), methods=EVERY_METHOD)
