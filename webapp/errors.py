"""Every error as a page: what happened, what to do next, a request number; nothing else (S-79)."""

import logging

from flask import Flask, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_limiter import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from limits.errors import StorageError
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, InternalServerError, ServiceUnavailable

from twofactor.verify.limits import LimitReached
from twofactor.verify.verifications import OptedOut
from webapp.refusals import limit_reached, opted_out, too_early

TOO_OLD = "The page was open too long. Go back, load it again and press Continue once more."
SHOWN = (400, 403, 404, 405, 413, 415, 429, 500, 503)
# The database or the store of the fence can't be asked: nothing is decided without them (S-71).
UNABLE = (StorageError, OperationalError, InterfaceError, PoolTimeout)
KEPT_HEADERS = ("Allow", "Retry-After")
RETRY_SECONDS = "5"

log = logging.getLogger(__name__)


def install(app: Flask) -> None:
    """Answer every error of the app."""
    app.register_error_handler(LimitReached, limit_reached)
    app.register_error_handler(OptedOut, opted_out)
    app.register_error_handler(RateLimitExceeded, _fenced)
    app.register_error_handler(CSRFError, _too_old)
    app.register_error_handler(HTTPException, _http)
    for unable in UNABLE:
        app.register_error_handler(unable, _unable)
    app.register_error_handler(Exception, _unforeseen)


def _fenced(error: RateLimitExceeded) -> ResponseReturnValue:
    seconds = error.limit.limit.get_expiry() if error.limit else 60
    return too_early(seconds, "Too many requests came from your address.")


def _too_old(_: CSRFError) -> ResponseReturnValue:
    return _page(400, TOO_OLD)


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None:  # a door gave its own answer
        return error.response
    code = error.code or 500
    if code < 400:
        return error
    own_words = error.description != type(error).description
    headers = {name: value for name, value in error.get_headers() if name in KEPT_HEADERS}
    return _page(code, error.description if own_words else None, headers)


def _unable(error: Exception) -> ResponseReturnValue:
    log.error("can't answer now: %s at %s", type(error).__name__, request.endpoint)
    return _page(ServiceUnavailable.code, None, {"Retry-After": RETRY_SECONDS})


def _unforeseen(error: Exception) -> ResponseReturnValue:
    # The type only: messages of foreign libraries may hold what a person typed.
    log.error("request failed: %s at %s", type(error).__name__, request.endpoint, exc_info=error)
    return _page(InternalServerError.code, None)


def _page(
    code: int, sentence: str | None, headers: dict[str, str] | None = None
) -> ResponseReturnValue:
    shown = code if code in SHOWN else 500 if code >= 500 else 400
    request_id = g.get("request_id")
    try:
        page = render_template("error.html", code=shown, request_id=request_id, sentence=sentence)
    except Exception as error:  # an error page must not fail over what broke the request
        log.error("the error page failed too: %s", type(error).__name__)
        return f"Error {code}, request {request_id}\n", code, {"Content-Type": "text/plain"}
    return page, code, headers or {}
