"""One request as the desk reads it, whoever carries it in: Flask, or the front."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from api.operation import Caller, Pairs


class Asked(NamedTuple):
    """A request to one operation."""

    path: str
    sids: Mapping[str, str]  # in the path, by their names there
    caller: Caller
    pairs: Callable[[], Pairs]  # what was sent; raises ApiError
    token: str | None = None  # the idempotency key
