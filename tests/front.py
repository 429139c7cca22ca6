"""A client of the whole house: the hot addresses in front, Flask behind, without a server."""

import asyncio
from collections.abc import Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from flask import Flask
from werkzeug.datastructures import EnvironHeaders
from werkzeug.test import Client

from twofactor.front import Front, Message
from wsgi import in_front

T = TypeVar("T")


def at_the_front(app: Flask) -> Client:
    """As `app.test_client()`, but with the front before it."""
    front = in_front(app)

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        start, *pieces = run(_asked(front, environ))
        headers = [(name.decode().title(), text.decode()) for name, text in start["headers"]]
        start_response(f"{start['status']} -", headers)
        return [piece["body"] for piece in pieces]

    return Client(application)


def run(work: Coroutine[Any, Any, T]) -> T:
    """In a loop of its own; in a thread, for this one may have a browser's loop already."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


async def _asked(front: Front, environ: dict[str, Any]) -> list[Message]:
    said: list[Message] = []
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))

    async def receive() -> Message:
        return {"type": "http.request", "body": body}

    async def send(message: Message) -> None:
        said.append(message)

    await front(_scope(environ), receive, send)
    return said


def _scope(environ: dict[str, Any]) -> dict[str, Any]:
    headers = EnvironHeaders(environ)
    return {
        "type": "http",
        "method": environ["REQUEST_METHOD"],
        "path": environ["PATH_INFO"].encode("latin-1").decode(),
        "query_string": environ["QUERY_STRING"].encode("latin-1"),
        "headers": [(name.lower().encode(), text.encode("latin-1")) for name, text in headers],
        "http_version": "1.1",
        "scheme": environ["wsgi.url_scheme"],
        "server": (environ["SERVER_NAME"], int(environ["SERVER_PORT"])),
        "client": ("127.0.0.1", 40_000),
    }
