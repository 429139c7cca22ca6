"""Answers and errors as they go over the wire: status, headers, JSON."""

import logging
from collections.abc import Mapping
from typing import Any, NamedTuple

import orjson
from sqlalchemy.exc import OperationalError

from api.errors import ApiError
from api.numbers import BROKEN, MEANINGS, UNAVAILABLE
from api.operation import Answer
from twofactor.models.entries import Overloaded

MORE_INFO = "https://www.twilio.com/docs/errors/{code}"
RETRY_SECONDS = 5
_SORTED = orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE

log = logging.getLogger(__name__)


class Wire(NamedTuple):
    """A whole answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def of_answer(answer: Answer) -> Wire:
    """What an operation answered."""
    if answer.body is None:
        return Wire(answer.status, {}, b"")
    return _json(answer.status, answer.body, {})


def of_error(error: ApiError, path: str) -> Wire:
    """The error in Twilio's shape; `path` is what was asked for."""
    body = {
        "code": error.code,
        "message": error.message.replace("{path}", path),
        "more_info": MORE_INFO.format(code=error.code),
        "status": error.status,
    }
    return _json(error.status, body, error.headers)


def unforeseen(error: Exception, where: str, request_id: str) -> ApiError:
    """What is said of an error that nobody expected: nothing of the error itself (S-79)."""
    if isinstance(error, OperationalError | Overloaded):
        log.error("the database refused: %s", type(error).__name__)
        headers = {"Retry-After": str(RETRY_SECONDS)}
        return ApiError(503, UNAVAILABLE, MEANINGS[UNAVAILABLE], headers)
    log.error("request failed: %s at %s", type(error).__name__, where, exc_info=error)
    return ApiError(500, BROKEN, f"Internal error, request {request_id}")


def _json(status: int, body: Mapping[str, Any], headers: Mapping[str, str]) -> Wire:
    return Wire(
        status, {"Content-Type": "application/json", **headers}, orjson.dumps(body, option=_SORTED)
    )
