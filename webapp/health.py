"""For load balancers and operators: is the process up, can it work."""

import logging

from flask import Blueprint, redirect
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from twofactor.house import house
from twofactor.models.database import is_writable
from webapp.session import current

health = Blueprint("health", __name__)
log = logging.getLogger(__name__)


@health.get("/")
def home() -> ResponseReturnValue:
    """Nobody lives here: people go to their account or to the login."""
    return redirect("/account" if current() else "/login", 303)


@health.get("/healthz")
def healthz() -> ResponseReturnValue:
    """The process answers."""
    return {"status": "ok"}


@health.get("/readyz")
def readyz() -> ResponseReturnValue:
    """The database takes writes and the sender is alive; 503 with the reason otherwise."""
    try:
        is_writable()
    except SQLAlchemyError as error:
        log.error("not ready: %s", type(error).__name__)
        return {"status": "unavailable", "reason": "the database takes no writes"}, 503
    if not house().sender.is_alive:
        return {"status": "unavailable", "reason": "no worker is alive"}, 503
    return {"status": "ready"}
