"""`make serve`: the production server, uvicorn, with its settings and what it lacks.

A process answers hot addresses in its event loop and Flask's pages in threads (`wsgi.serve_asgi`).
uvicorn waits for a header as long as it takes and however long it is; here it has its time and its
size. A reverse proxy in front ends TLS.
"""

import asyncio
import os
import resource
import signal
import sys
from collections.abc import Mapping

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEADER_SECONDS = 10.0
HEADER_BYTES = 64 * 1024
KEPT_SECONDS = 60  # that a connection stays open without a request
DRAIN_SECONDS = 30  # for requests under way when the server is told to stop
NUMBERS = {"PORT": (8000, 65_535), "WEB_PROCESSES": (1, 64), "WEB_SLOTS": (4096, 100_000)}
_TOO_LONG = "The header of the request is too long."


class Protocol(HttpToolsProtocol):
    """One connection. A header has to come within HEADER_SECONDS and HEADER_BYTES."""

    _timer: asyncio.TimerHandle | None = None  # runs while a header is awaited
    _header_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._await_header()

    def connection_lost(self, exc: Exception | None) -> None:
        self._have_header()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._header_bytes += len(data)
        super().data_received(data)
        if self._timer is not None and self._header_bytes > HEADER_BYTES:
            self.send_400_response(_TOO_LONG)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._await_header()

    def on_headers_complete(self) -> None:
        self._have_header()
        super().on_headers_complete()

    def _await_header(self) -> None:
        if self._timer is None:
            self._header_bytes = 0
            self._timer = self.loop.call_later(HEADER_SECONDS, self.transport.close)

    def _have_header(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def main(environ: Mapping[str, str]) -> None:
    """Serve until told to stop."""
    try:
        given = {name: _number(environ, name) for name in NUMBERS}
    except ValueError as error:
        sys.exit(f"sixdigits can't start: {error}")
    slots = given["WEB_SLOTS"]
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, max(4 * slots, 4096)), most))
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
        limit_concurrency=slots,
        timeout_keep_alive=KEPT_SECONDS,
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )


def _number(environ: Mapping[str, str], name: str) -> int:
    """Raises ValueError."""
    default, most = NUMBERS[name]
    text = environ.get(name) or str(default)
    if not text.isdecimal() or not 1 <= int(text) <= most:
        raise ValueError(f"{name}: not a number. Use one from 1 to {most}.")
    return int(text)


if __name__ == "__main__":
    main(os.environ)
