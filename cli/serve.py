"""`make serve`: the production server, uvicorn, with its settings and what it lacks.

A process answers hot addresses in its event loop and Flask's pages in threads (`wsgi.serve_asgi`).
uvicorn waits for a request as long as it takes, takes headers however long they are, and keeps an
answer until somebody reads it; here all of that has an end. A reverse proxy in front ends TLS.
"""

import asyncio
import os
import resource
import signal
import socket
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

from twofactor.posts import WHOLE

KEPT_SECONDS = 60  # that a connection stays open without a request
DRAIN_SECONDS = 30  # for requests under way when the server is told to stop
NUMBERS = {"PORT": (8000, 65_535), "WEB_PROCESSES": (1, 64), "WEB_SLOTS": (4096, 100_000)}
_TOO_LONG = "The header of the request is too long."


class Protocol(HttpToolsProtocol):
    """One connection. Requests have to come, and answers to be read, in time; what comes beside a
    body (header, trailers, the lengths of chunks) has to be short. Else the connection ends."""

    HEADER_SECONDS = 10.0
    BODY_SECONDS = 20.0  # more
    HEADER_BYTES = 64 * 1024
    UNREAD_SECONDS = 30.0
    LAST_SECONDS = 0.2  # to read what came just before the server was told to stop

    _timer: asyncio.TimerHandle | None = None  # runs until all of a request is there
    _has_header = False
    _is_last = False
    _beside = 0  # bytes that have come since the timer began, without those of the body

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if self.limit_concurrency and len(self.connections) > 2 * self.limit_concurrency:
            transport.abort()  # uvicorn answers 503 up to there; the house needs files as well
            return
        connected = transport.get_extra_info("socket")
        if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux; it counts a window that stays shut, too
            unread = int(self.UNREAD_SECONDS * 1000)
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, unread)
        self._await_request()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end_wait()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._await_request()
        self._beside += len(data)
        super().data_received(data)
        if self._beside > self.HEADER_BYTES and not self.transport.is_closing():
            self.send_400_response(_TOO_LONG)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._await_request()  # its first bytes may come together with the end of another

    def on_headers_complete(self) -> None:
        if self._beside > self.HEADER_BYTES:  # or the beginning of the body came with it
            if sum(len(name) + len(text) for name, text in self.headers) > self.HEADER_BYTES:
                raise ValueError(_TOO_LONG)  # uvicorn answers 400
        self._has_header = True
        super().on_headers_complete()
        say: Any = partial(self._say, self.cycle)
        self.scope["extensions"] = {WHOLE: say}
        if self._is_last:
            self.cycle.keep_alive = False

    def on_body(self, body: bytes) -> None:
        self._beside -= len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._end_wait()
        if self.cycle.response_complete:  # answered before its body was there: what is next?
            self._await_request()

    def shutdown(self) -> None:
        """The server is told to stop: what the system has taken in already is answered, too."""
        self._is_last = True
        self.loop.call_later(self.LAST_SECONDS, super().shutdown)

    def _unsupported_upgrade_warning(self) -> None:
        """Who asks for WebSockets or HTTP/2 is answered by HTTP/1.1; nothing is amiss."""

    def _say(
        self,
        cycle: RequestResponseCycle,
        status: int,
        headers: Sequence[tuple[bytes, bytes]],
        body: bytes,
    ) -> bool:
        """Answer a POST in one piece, which is one call of the system and one packet instead of
        two. False where the client has to read first, or is gone."""
        if self.flow.write_paused or cycle.disconnected or cycle.scope["method"] != "POST":
            return False
        lines = [b"%b: %b\r\n" % header for header in (*cycle.default_headers, *headers)]
        end = b"\r\n" if cycle.keep_alive else b"connection: close\r\n\r\n"
        cycle.response_started = cycle.response_complete = True
        cycle.transport.write(b"".join([STATUS_LINE[status], *lines, end, body]))
        cycle.message_event.set()
        if not cycle.keep_alive:
            cycle.transport.close()
        cycle.on_response()
        return True

    def _await_request(self) -> None:
        if self._timer is None:
            self._has_header, self._beside = False, 0
            self._timer = self.loop.call_later(self.HEADER_SECONDS, self._look)

    def _look(self) -> None:
        if self._has_header:
            self._timer = self.loop.call_later(self.BODY_SECONDS, self.transport.close)
        else:
            self.transport.close()

    def _end_wait(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def main(environ: Mapping[str, str]) -> None:
    """Serve until told to stop."""
    try:
        given = {name: _number(environ, name) for name in NUMBERS}
    except ValueError as error:
        sys.exit(f"sixdigits can't start: {error}")
    # uvicorn answers who is in, stops the house, and then raises the signal once more.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    uvicorn.run(
        "wsgi:serve_asgi",
        factory=True,
        host=environ.get("HOST") or "127.0.0.1",
        port=given["PORT"],
        workers=given["WEB_PROCESSES"],
        loop="uvloop",
        http=Protocol,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        proxy_headers=False,  # who may say for whom it speaks is SIXDIGITS_TRUSTED_PROXIES
        server_header=False,
        limit_concurrency=_slots(given["WEB_SLOTS"]),
        timeout_keep_alive=KEPT_SECONDS,
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )


def _slots(wanted: int) -> int:
    """As many as wanted, or as the system has files for: four each, for Protocol takes two."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = max(4 * wanted, 4096)
    if most != resource.RLIM_INFINITY:
        files = min(files, most)
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, most))
    return min(wanted, files // 4)


def _number(environ: Mapping[str, str], name: str) -> int:
    """Raises ValueError."""
    default, most = NUMBERS[name]
    text = environ.get(name) or str(default)
    if not text.isdecimal() or not 1 <= int(text) <= most:
        raise ValueError(f"{name}: not a number. Use one from 1 to {most}.")
    return int(text)


if __name__ == "__main__":
    main(os.environ)
