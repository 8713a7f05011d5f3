"""Who may open which page: the guard in front of every view.

A view that names no roles is closed to everybody, and what somebody may not see
answers like what does not exist.
"""

from collections.abc import Callable
from typing import TypeVar, cast

from flask import abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user
from flask_wtf.csrf import CSRFProtect

from admin.people_store import SignedIn

ADMIN, ADVISOR, SURVEYOR = "admin", "advisor", "surveyor"
EVERYBODY = (ADMIN, ADVISOR, SURVEYOR)
PUBLIC_ENDPOINTS = frozenset({"admin.static", "security.login"})
OWN_ACCOUNT = frozenset({"security.change_password", "security.logout"})
"""What is left to somebody who must choose a new password first."""

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])
csrf = CSRFProtect()


def allow(*roles: str) -> Callable[[View], View]:
    """Open a view to people who have one of `roles`."""

    def mark(view: View) -> View:
        view.openline_roles = frozenset(roles)  # type: ignore[attr-defined]
        return view

    return mark


def guard() -> ResponseReturnValue | None:
    """Let a request through to its view, or answer in its place."""
    if "\x00" in request.path:
        abort(404)  # PostgreSQL has no such letter
    csrf.protect()
    endpoint = request.endpoint or ""
    if endpoint in PUBLIC_ENDPOINTS:
        return None
    person = current_person()
    if person is None:
        return redirect(url_for("security.login", next=_way_back()))
    if endpoint in OWN_ACCOUNT:
        return None
    if person.must_change_password:
        return redirect(url_for("security.change_password"))
    if not person.has_any(_roles_of(endpoint)):
        abort(404)
    return None


def current_person() -> SignedIn | None:
    """Return who is signed in."""
    return cast(SignedIn, current_user._get_current_object()) if current_user.is_authenticated else None


def me() -> SignedIn:
    """Return who is signed in, in a view that only signed-in people reach."""
    person = current_person()
    if person is None:
        abort(404)
    return person


def _roles_of(endpoint: str) -> frozenset[str]:
    return getattr(current_app.view_functions[endpoint], "openline_roles", frozenset())


def _way_back() -> str | None:
    # Only a page can be come back to; a form would be sent again empty.
    return request.full_path.rstrip("?") if request.method == "GET" else None
