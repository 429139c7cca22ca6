"""A POST as it is answered in front of Flask, how long its body may be, and the answer to it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import NamedTuple

BODY_BYTES = 64 * 1024
# Of ASGI's `extensions`: takes the status, headers and body of an answer at once. False: say it as
# ASGI does. The headers are the house's own, which nobody looks over for line breaks.
WHOLE = "sixdigits.whole"


class Post(NamedTuple):
    """A POST whose body is there as a whole."""

    path: str  # with its escapes undone
    query: str
    headers: Mapping[str, str]  # by their names in lower case
    body: bytes


class Reply(NamedTuple):
    """A whole answer; its headers without a length."""

    status: int
    headers: Sequence[tuple[bytes, bytes]]  # names in lower case
    body: bytes


# What answers a POST; None when Flask has to. And who answers POSTs to a path, if anybody.
Handler = Callable[[Post], Awaitable[Reply | None]]
Finder = Callable[[str], Handler | None]


def encoded(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """Headers as a server takes them."""
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]
