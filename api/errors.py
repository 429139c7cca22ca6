"""Numbered errors in Twilio's shape: `code, message, more_info, status`.

The sentences are ours and say what to do next.
"""

import logging
from collections.abc import Mapping
from typing import Any

from flask import Flask, Response, g, jsonify, request
from flask_limiter import RateLimitExceeded
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from api.numbers import (
    BROKEN,
    DENIED,
    INVALID,
    MEANINGS,
    NOT_FOUND,
    TOO_LARGE,
    TOO_MANY,
    UNAVAILABLE,
    UNKNOWN_PARAMETER,
    WRONG_METHOD,
    WRONG_TYPE,
)

MORE_INFO = "https://www.twilio.com/docs/errors/{code}"
PREFIX = "/v2/"
RETRY_SECONDS = 5

_BY_STATUS = {
    400: UNKNOWN_PARAMETER,
    401: DENIED,
    403: DENIED,
    404: NOT_FOUND,
    405: WRONG_METHOD,
    413: TOO_LARGE,
    415: WRONG_TYPE,
    429: TOO_MANY,
    503: UNAVAILABLE,
}

log = logging.getLogger(__name__)


class ApiError(Exception):
    """Answered as it is; whatever was written before is rolled back."""

    def __init__(
        self, status: int, code: int, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})


def invalid(reason: str) -> ApiError:
    """A value that can't be taken."""
    return ApiError(400, INVALID, f"Invalid parameter: {reason}")


def not_found() -> ApiError:
    """The same words for what is unknown and for what belongs to somebody else (S-60)."""
    return ApiError(404, NOT_FOUND, f"The requested resource {request.path} was not found")


def too_many(message: str, retry_after: int, **headers: str) -> ApiError:
    """A limit is reached."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return ApiError(429, TOO_MANY, message, {"Retry-After": str(retry_after), **named})


def answer(error: ApiError) -> Response:
    """The error as JSON."""
    response = jsonify(body(error.code, error.message, error.status))
    response.status_code = error.status
    response.headers.update(error.headers)
    return response


def body(code: int, message: str, status: int) -> dict[str, Any]:
    """Twilio's error object."""
    return {
        "code": code,
        "message": message,
        "more_info": MORE_INFO.format(code=code),
        "status": status,
    }


def install(app: Flask) -> None:
    """Errors below /v2/ are JSON, also those that never reach an operation; the rest of the app
    keeps its pages. Call it after the pages' own handlers are installed."""
    by_status = app.error_handler_spec[None].values()  # Flask keeps them by status, then class
    pages = {kind: page for handlers in by_status for kind, page in handlers.items()}
    app.register_error_handler(ApiError, answer)

    def http(error: HTTPException) -> Any:
        if not request.path.startswith(PREFIX):
            return pages[HTTPException](error)
        return _http(error)

    def limited(error: RateLimitExceeded) -> Any:
        if not request.path.startswith(PREFIX):
            return pages[RateLimitExceeded](error)
        return answer(too_many("Too many requests", 60))

    def unforeseen(error: Exception) -> Any:
        if not request.path.startswith(PREFIX):
            return pages[Exception](error)
        return answer(_unforeseen(error))

    app.register_error_handler(HTTPException, http)
    app.register_error_handler(RateLimitExceeded, limited)
    app.register_error_handler(Exception, unforeseen)


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    if status == 404:
        return answer(not_found())
    code = _BY_STATUS.get(status, BROKEN if status >= 500 else UNKNOWN_PARAMETER)
    given = answer(ApiError(status, code, MEANINGS[code]))
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            given.headers[name] = value
    return given


def _unforeseen(error: Exception) -> ApiError:
    if isinstance(error, OperationalError):
        log.error("the database refused: %s", type(error).__name__)
        headers = {"Retry-After": str(RETRY_SECONDS)}
        return ApiError(503, UNAVAILABLE, MEANINGS[UNAVAILABLE], headers)
    log.error("request failed: %s at %s", type(error).__name__, request.endpoint, exc_info=error)
    return ApiError(500, BROKEN, f"Internal error, request {g.get('request_id', '')}")
