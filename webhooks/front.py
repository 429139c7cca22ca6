"""The hot address, answered in front of Flask: POST /webhooks/<gateway>/status[/<token>].

What is plain goes straight to `webhooks.receipts`, the same code as behind Flask's route; whatever
is odd (another address, a gateway that has to ask elsewhere who signed) goes on to Flask.
"""

import re
from urllib.parse import parse_qs

from twofactor.gateways.base import Callback, Gateway
from twofactor.house import House
from twofactor.ids import ATTEMPT, is_sid
from twofactor.models.loop_writer import LoopWriter
from twofactor.posts import Finder, Handler, Post, Reply, encoded
from webhooks.callbacks import Answer
from webhooks.receipts import receive_hot

_PATH = re.compile(r"/webhooks/([a-z]+)/status(?:/([\w.~-]+))?", re.ASCII)
_CALM = [(b"x-content-type-options", b"nosniff"), (b"cache-control", b"no-store")]
_TEXT = (b"content-type", b"text/plain; charset=utf-8")


def finder(built: House, writer: LoopWriter) -> Finder:
    """Who answers receipts."""

    def find(path: str) -> Handler | None:
        parts = _PATH.fullmatch(path)
        gateway = built.kit.gateways.get(parts[1]) if parts else None
        if parts is None or gateway is None or not _is_hot(gateway):
            return None
        token = parts[2] or ""

        async def answer(post: Post) -> Reply:
            callback = _callback(built, post, token)
            return _reply(await receive_hot(built, writer, gateway, callback))

        return answer

    return find


def _is_hot(gateway: Gateway) -> bool:
    return "POST" in gateway.callback_methods and gateway.authenticates_alone


def _callback(built: House, post: Post, token: str) -> Callback:
    address = built.kit.settings.public_url + post.path
    return Callback(
        method="POST",
        url=f"{address}?{post.query}" if post.query else address,
        headers=post.headers,
        body=post.body,
        received_at=built.kit.now(),
        path_token=token,
        attempt_sid=_attempt(post.query),
    )


def _attempt(query: str) -> str:
    """Our reference out of the query, or nothing where it has not its shape."""
    if "attempt=" not in query:
        return ""
    alone = query.removeprefix("attempt=")  # as it is in most: no need to take it apart
    if is_sid(alone, ATTEMPT):
        return alone
    named = ",".join(parse_qs(query).get("attempt", ()))
    return named if is_sid(named, ATTEMPT) else ""


def _reply(answer: Answer) -> Reply:
    headers = [*_CALM, *encoded(answer.headers)]
    if not answer.text:
        return Reply(answer.status, headers, b"")
    return Reply(answer.status, [*headers, _TEXT], f"{answer.text}\n".encode())
