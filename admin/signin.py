"""Signing in and out, and one's own password: Flask-Security with our people and templates.

`app.py` sets `SECRET_KEY` and `SECURITY_PASSWORD_SALT` from the keyring; all other keys are set here.
"""

from datetime import timedelta
from typing import Any

from flask import Flask, Response, request, session
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_security import LoginForm, Security, password_changed, user_authenticated

from admin.people_store import PeopleStore, SignedIn
from admin.services import services
from storage import audit

FAILED_SIGN_INS = "10 per 15 minutes"
"""For one account from one address: from elsewhere its owner still gets in."""
FAILED_SIGN_INS_OF_ADDRESS = "60 per 15 minutes"
IDLE_TIME = timedelta(hours=8)
WRONG = ("The e-mail address or the password is not right.", "error")

CONFIGURATION: dict[str, Any] = {
    "SECURITY_URL_PREFIX": "/admin",
    "SECURITY_LOGIN_URL": "/sign-in",
    "SECURITY_LOGOUT_URL": "/sign-out",
    "SECURITY_LOGOUT_METHODS": ["POST"],
    "SECURITY_LOGOUT_CSRF": False,  # the guard has checked it
    "SECURITY_CHANGEABLE": True,
    "SECURITY_CHANGE_URL": "/account",
    "SECURITY_SEND_PASSWORD_CHANGE_EMAIL": False,
    "SECURITY_POST_LOGIN_VIEW": "/admin/",
    "SECURITY_POST_LOGOUT_VIEW": "/admin/",
    "SECURITY_POST_CHANGE_VIEW": "/admin/",
    "SECURITY_LOGIN_USER_TEMPLATE": "admin/sign_in.html",
    "SECURITY_CHANGE_PASSWORD_TEMPLATE": "admin/account.html",
    "SECURITY_PASSWORD_HASH": "argon2",
    "SECURITY_PASSWORD_SCHEMES": ["argon2"],
    "SECURITY_PASSWORD_LENGTH_MIN": 12,
    "SECURITY_RETURN_GENERIC_RESPONSES": True,
    "SECURITY_EMAIL_VALIDATOR_ARGS": {"check_deliverability": False},
    "SECURITY_FRESHNESS": timedelta(minutes=-1),  # no page to type the password again: it is asked where needed
    "SECURITY_STATIC_FOLDER": None,
    "SECURITY_CACHE_CONTROL": None,  # `headers.private_page` says it for all pages
    "SECURITY_MSG_GENERIC_AUTHN_FAILED": WRONG,
    "SECURITY_MSG_PASSWORD_CHANGE": ("Your password is changed. You are signed out everywhere else.", "success"),
    "PERMANENT_SESSION_LIFETIME": IDLE_TIME,
    "SESSION_COOKIE_NAME": "openline_session",
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SAMESITE": "Lax",
    "WTF_CSRF_CHECK_DEFAULT": False,  # webhooks carry signatures; `access.guard` checks every page
    "WTF_CSRF_TIME_LIMIT": None,  # as long as the session: a reply takes an advisor longer than an hour
    "WTF_CSRF_SSL_STRICT": False,  # it wants a Referer, which our own policy keeps back
    "BOOTSTRAP_SERVE_LOCAL": True,
}


class SignInForm(LoginForm):
    """An e-mail address and a password; nobody is remembered beyond the session."""

    remember = None


def configure(app: Flask, public_url: str) -> None:
    """Set every configuration key that signing in depends on."""
    for name in ("SECRET_KEY", "SECURITY_PASSWORD_SALT"):
        if not app.config.get(name):
            raise RuntimeError(f"{name} must be set from the keyring before create_admin")
    app.config.update(CONFIGURATION, SESSION_COOKIE_SECURE=public_url.startswith("https://"))


def add_sign_in(app: Flask) -> None:
    """Register Flask-Security's pages, throttled."""
    Security(app, PeopleStore(), login_form=SignInForm)
    app.login_manager.session_protection = None  # type: ignore[attr-defined]  # phones change address in mid-session
    user_authenticated.connect(_note_sign_in, app)
    password_changed.connect(_note_new_password, app)
    _throttle(app)


def _throttle(app: Flask) -> None:
    limiter = Limiter(_account_and_address, app=app, storage_uri="memory://", default_limits=[])
    view = app.view_functions["security.login"]
    for limit, key in ((FAILED_SIGN_INS, _account_and_address), (FAILED_SIGN_INS_OF_ADDRESS, get_remote_address)):
        view = limiter.limit(limit, key_func=key, methods=["POST"], deduct_when=_has_failed)(view)
    app.view_functions["security.login"] = view


def _account_and_address() -> str:
    return f"{request.form.get('email', '').strip().casefold()[:254]} {get_remote_address()}"


def _has_failed(response: Response) -> bool:
    return response.status_code != 302


def _note_sign_in(_app: Flask, user: SignedIn, authn_via: list[str], **_: object) -> None:
    session.permanent = True
    action = "changed_password" if "change" in authn_via else "signed_in"
    with services().database.transaction() as transaction:
        audit.record(transaction, user.id, action, "person", str(user.id), services().clock.now())


def _note_new_password(_app: Flask, user: SignedIn, **_: object) -> None:
    user.must_change_password = False
