"""The hot address, answered in front of Flask: POST /webhooks/<gateway>/status[/<token>].

A receipt needs no session, form, limit or page, and those cost more than the receipt does. What is
plain goes straight to `webhooks.receipts.receive`, the same code as behind Flask's route; whatever
is odd (another host, method or address, no length, too long) goes on to Flask, which knows why.
"""

import re
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

from twofactor.gateways.base import Callback
from twofactor.house import House
from twofactor.ids import ATTEMPT, is_sid
from twofactor.posts import is_plain
from webhooks.callbacks import Answer
from webhooks.headers import Headers
from webhooks.receipts import receive

_PATH = re.compile(r"/webhooks/([a-z]+)/status(?:/([\w.~-]+))?", re.ASCII)
_CALM = [("X-Content-Type-Options", "nosniff"), ("Cache-Control", "no-store")]
_LINES = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]


def in_front(application: Application, built: House) -> Application:
    """The application, with its hot address answered before it."""
    netloc, public_url = built.kit.settings.netloc, built.kit.settings.public_url

    def answered(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        path = _PATH.fullmatch(environ["PATH_INFO"])
        if path is None or environ.get("HTTP_HOST") != netloc or not is_plain(environ):
            return application(environ, start_response)
        gateway = built.kit.gateways.get(path[1])
        if gateway is None or "POST" not in gateway.callback_methods:
            return application(environ, start_response)
        query = environ.get("QUERY_STRING", "")
        callback = Callback(
            method="POST",
            url=f"{public_url}{path[0]}?{query}" if query else public_url + path[0],
            headers=Headers(environ),
            body=environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])),
            received_at=built.kit.now(),
            path_token=path[2] or "",
            attempt_sid=_attempt(query),
        )
        return _say(receive(built, gateway, callback), start_response)

    return answered


def _attempt(query: str) -> str:
    """Our reference out of the query, or nothing where it has not its shape."""
    if "attempt=" not in query:
        return ""
    alone = query.removeprefix("attempt=")  # as it is in most: no need to take it apart
    if is_sid(alone, ATTEMPT):
        return alone
    named = ",".join(parse_qs(query).get("attempt", ()))
    return named if is_sid(named, ATTEMPT) else ""


def _say(answer: Answer, start_response: StartResponse) -> Iterable[bytes]:
    body = f"{answer.text}\n".encode() if answer.text else b""
    headers = [*_CALM, *answer.headers.items()]
    if body:
        headers += [("Content-Type", "text/plain; charset=utf-8")]
        headers += [("Content-Length", str(len(body)))]
    start_response(_LINES[answer.status], headers)
    return [body]
