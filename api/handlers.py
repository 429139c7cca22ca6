"""Errors that reach Flask: below /v2/ they are JSON, also those that never reached an operation;
the rest of the app keeps its pages."""

from collections.abc import Callable
from typing import Any

from flask import Flask, Response, g, request
from flask_limiter import RateLimitExceeded
from werkzeug.exceptions import HTTPException

from api import answers
from api.answers import Wire
from api.errors import ApiError, not_found, too_many
from api.numbers import (
    BROKEN,
    DENIED,
    MEANINGS,
    NOT_FOUND,
    TOO_LARGE,
    TOO_MANY,
    UNAVAILABLE,
    UNKNOWN_PARAMETER,
    WRONG_METHOD,
    WRONG_TYPE,
)

PREFIX = "/v2/"

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


def install(app: Flask) -> None:
    """Call it after the pages' own handlers are installed."""
    by_status = app.error_handler_spec[None].values()  # Flask keeps them by status, then class
    pages = {kind: page for handlers in by_status for kind, page in handlers.items()}

    def below_v2(kind: type[Exception], said: Callable[[Any], ApiError]) -> None:
        def handler(error: Exception) -> Any:
            if kind in pages and not request.path.startswith(PREFIX):
                return pages[kind](error)
            return response(answers.of_error(said(error), request.path))

        app.register_error_handler(kind, handler)

    below_v2(ApiError, lambda error: error)
    below_v2(HTTPException, _of_http)
    below_v2(RateLimitExceeded, lambda _: too_many("Too many requests", 60))
    below_v2(Exception, _unforeseen)


def response(wire: Wire) -> Response:
    """The answer as Flask carries it."""
    carried = Response(wire.body, wire.status)
    carried.headers.pop("Content-Type", None)
    carried.headers.update(wire.headers)
    return carried


def _of_http(error: HTTPException) -> ApiError:
    status = error.code or 500
    if status == 404:
        return not_found()
    code = _BY_STATUS.get(status, BROKEN if status >= 500 else UNKNOWN_PARAMETER)
    kept = {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")}
    return ApiError(status, code, MEANINGS[code], kept)


def _unforeseen(error: Exception) -> ApiError:
    return answers.unforeseen(error, str(request.endpoint), g.get("request_id", ""))
