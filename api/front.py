"""The hot operations, answered in front of Flask: a start and a check of a caller who is known.

What is plain goes straight to the desk, the same code as behind Flask's routes; whatever is odd (a
stranger, a query, another kind of body) goes on to Flask, which knows why.
"""

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl

from api import answers, idempotency
from api.answers import Wire
from api.asked import Asked
from api.desk import Desk
from api.door import FORM
from api.errors import ApiError
from api.operation import Operation, Pairs
from api.table import OPERATIONS
from twofactor import randomness
from twofactor.house import House
from twofactor.models.loop_writer import LoopWriter
from twofactor.posts import Finder, Handler, Post, Reply, encoded

MOST_FIELDS = 100
_PATH = re.compile(r"(/v2/Services/)(VA[0-9a-f]{32})(/\w+)", re.ASCII)
_TOKENS = [name.lower() for name in idempotency.HEADERS]
_HOT = {operation.path: operation for operation in OPERATIONS if operation.is_hot}


def finder(built: House, desk: Desk, writer: LoopWriter, dress: Mapping[str, str]) -> Finder:
    """Who answers hot operations; `dress` are the headers that every answer carries."""
    dressed = encoded(dress)

    def find(path: str) -> Handler | None:
        parts = _PATH.fullmatch(path)
        operation = _HOT.get(f"{parts[1]}{{ServiceSid}}{parts[3]}") if parts else None
        if parts is None or operation is None:
            return None
        service_sid = parts[2]

        async def answer(post: Post) -> Reply | None:
            request_id = randomness.take(16).hex()
            wire: Wire | None
            try:
                wire = await _serve(built, desk, writer, operation, service_sid, post)
            except ApiError as error:
                wire = answers.of_error(error, path)
            except Exception as error:
                unforeseen = answers.unforeseen(error, operation.name, request_id)
                wire = answers.of_error(unforeseen, path)
            if wire is None:
                return None
            own = {**wire.headers, "X-Request-Id": request_id}
            return Reply(wire.status, [*dressed, *encoded(own)], wire.body)

        return answer

    return find


async def _serve(
    built: House,
    desk: Desk,
    writer: LoopWriter,
    operation: Operation,
    service_sid: str,
    post: Post,
) -> Wire | None:
    """The answer; None when Flask has to find it. Raises ApiError."""
    if post.query or post.headers.get("content-type") != FORM or not post.body.isascii():
        return None
    if post.body.count(b"&") >= MOST_FIELDS:
        return None
    caller = desk.known(built.kit, post.headers.get("authorization"))
    if caller is None:
        return None
    tokens = [post.headers[name] for name in _TOKENS if name in post.headers]
    asked = Asked(
        post.path,
        {"ServiceSid": service_sid},
        caller,
        lambda: _pairs(post.body),
        tokens[0] if tokens else None,
    )
    return answers.of_answer(await desk.serve_hot(built, writer, operation, asked))


def _pairs(body: bytes) -> Pairs:
    return parse_qsl(body.decode(), keep_blank_values=True, errors="werkzeug.url_quote")
