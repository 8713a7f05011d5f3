"""Joins the channels to an application: services, pages, webhooks.

The one thing `app.py` calls at the start; afterwards only `intake`, `delivery` and `media` are at work.
"""

from flask import Flask
from flask_wtf.csrf import CSRFProtect

from channels import gateway, simulator, twilio, webchat
from channels.services import EXTENSION, ChannelServices


def install(app: Flask, services: ChannelServices, csrf: CSRFProtect) -> None:
    """Give `app` the channels. The simulated phone comes only in development."""
    app.extensions[EXTENSION] = services
    # Webhooks prove themselves by signature; pages send no referrer that could be compared,
    # and a worker may take an hour over a message.
    for webhook in (twilio.blueprint, gateway.blueprint):
        csrf.exempt(webhook)
        app.register_blueprint(webhook)
    app.config.update(WTF_CSRF_SSL_STRICT=False, WTF_CSRF_TIME_LIMIT=None)
    app.config.update(
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=services.public_url.startswith("https://"),
    )
    webchat.limiter.init_app(app)
    app.register_blueprint(webchat.blueprint)
    if services.is_development:
        app.register_blueprint(simulator.blueprint)
