"""The product for an ASGI server: hot addresses in front, Flask in threads behind.

A plain POST to a hot address is answered in the server's event loop, without a thread, session,
form object or page, which cost more than its work does. Whatever is odd (another host or method, a
header given twice, a body without a length or too long) goes on to Flask, which knows why.

Bodies are taken in whole before anybody works on them, so a dripping client holds no thread, and
nobody in the middle of a transaction waits for the network. The server ends who drips too long.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, MutableMapping, Sequence
from io import BytesIO
from typing import Any

from a2wsgi import WSGIMiddleware

from twofactor.posts import BODY_BYTES, WHOLE, Finder, Post, Reply

THREADS = 64
_BODY = "sixdigits.body"
_PLAIN = (b"content-type", b"text/plain; charset=utf-8")

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Environ = dict[str, Any]
Wsgi = Callable[[Environ, Any], Iterable[bytes]]


class Front:
    """An ASGI application. Finders are asked in their order who answers a path; `stop` is called
    when the server has answered its last request."""

    def __init__(
        self,
        application: Wsgi,
        netloc: str,
        finders: Sequence[Finder],
        stop: Callable[[], None] = lambda: None,
    ) -> None:
        whole: Any = _whole(application)
        self._behind: Any = WSGIMiddleware(whole, workers=THREADS)
        self._netloc, self._finders, self._stop = netloc, finders, stop

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._live(receive, send)
            return
        # Taken out of the scope, to which it leads back: else each request would leave a ring.
        say = scope.pop("extensions", {}).get(WHOLE)
        headers = {
            name.decode("latin-1"): text.decode("latin-1") for name, text in scope["headers"]
        }
        try:
            body = await _body(headers, receive)
        except ConnectionError:
            return
        reply = await self._reply(scope, headers, body)
        if reply is None:
            scope[_BODY] = body
            # In an environ `X_Real` and `X-Real` are one: only what a proxy can't have meant goes.
            scope["headers"] = [pair for pair in scope["headers"] if b"_" not in pair[0]]
            await self._behind(scope, receive, send)
        else:
            await _say(reply, say, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        """ASGI's lifespan: ready from the beginning; stopped before the server ends."""
        is_over = False
        while not is_over:
            event = (await receive())["type"]
            is_over = event == "lifespan.shutdown"
            if is_over:
                await asyncio.to_thread(self._stop)
            await send({"type": f"{event}.complete"})

    async def _reply(self, scope: Scope, headers: dict[str, str], body: bytes) -> Reply | None:
        if not scope["query_string"].isascii():  # RFC 3986; the way to Flask takes no other
            return Reply(400, [_PLAIN], b"The address may hold ASCII characters only.\n")
        if not self._is_plain(scope, headers):
            return None
        path = scope["path"]
        for find in self._finders:
            answer = find(path)
            if answer is not None:
                return await answer(Post(path, scope["query_string"].decode(), headers, body))
        return None

    def _is_plain(self, scope: Scope, headers: dict[str, str]) -> bool:
        length = headers.get("content-length", "")
        return (
            scope["method"] == "POST"
            and headers.get("host") == self._netloc
            and len(headers) == len(scope["headers"])
            and not scope.get("root_path")
            and "transfer-encoding" not in headers
            and length.isdecimal()
            and int(length) <= BODY_BYTES
        )


async def _body(headers: dict[str, str], receive: Receive) -> bytes:
    """The body, or as much of it as shows that it is too long. Raises ConnectionError when
    the client has gone."""
    length = headers.get("content-length", "0")
    if "transfer-encoding" not in headers and (
        length == "0" or not length.isdecimal() or int(length) > BODY_BYTES
    ):
        return b""  # nothing comes, or more than Flask would read
    body = b""
    while len(body) <= BODY_BYTES:
        message = await receive()
        if message["type"] != "http.request":
            raise ConnectionError
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    return body


async def _say(reply: Reply, say: Callable[..., bool] | None, send: Send) -> None:
    length = (b"content-length", str(len(reply.body)).encode())
    headers = [*reply.headers] if reply.status == 204 else [*reply.headers, length]
    if say is not None and say(reply.status, headers, reply.body):
        return
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body})


def _whole(application: Wsgi) -> Wsgi:
    """The application with the body at hand, and with answers in one piece, so that its threads
    seldom wait for the loop."""

    def answer(environ: Environ, start_response: Any) -> Iterable[bytes]:
        body = environ["asgi.scope"][_BODY]
        environ["wsgi.input"] = BytesIO(body)
        if environ.pop("HTTP_TRANSFER_ENCODING", None):  # it is whole now
            environ["CONTENT_LENGTH"] = str(len(body))
        pieces = application(environ, start_response)
        try:
            return [b"".join(pieces)]
        finally:
            getattr(pieces, "close", lambda: None)()

    return answer
