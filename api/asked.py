"""One request as the desk reads it, whoever carries it in: Flask, or the front."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from werkzeug.datastructures import MultiDict

from api.operation import Caller


class Asked(NamedTuple):
    """A request to one operation."""

    path: str
    sids: Mapping[str, str]  # in the path, by their names there
    caller: Caller
    values: Callable[[], MultiDict[str, str]]  # what was sent; raises ApiError
    token: str | None = None  # the idempotency key
