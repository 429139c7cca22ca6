"""One time bound over a whole HTTP call, and the truth about whether anything was sent.

A socket's timeout starts anew with every byte, so a gateway that drips its headers or its body
holds a thread for hours. Here every read of an answer gets only what is left of the call.
"""

import io
from collections.abc import Mapping
from contextvars import ContextVar
from http.client import HTTPResponse
from socket import socket
from time import monotonic
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool


class AnswerTooLarge(Exception):
    """More came than the caller wants to hold."""


class Call:
    """One HTTP call: what it asks for, when it must be over, how many bytes of answer are welcome,
    and whether a first byte has left."""

    def __init__(self, seconds: float, answer_bytes: int) -> None:
        self.target = "/"
        self.deadline = monotonic() + seconds
        self.room = 2 * answer_bytes  # head, framing and trailer: at most as much again
        self.is_sent = False


CALL: ContextVar[Call] = ContextVar("call")


class _Reader(io.RawIOBase):
    """The receiving half of a connection, never waiting past the call's deadline."""

    def __init__(self, connection: socket) -> None:
        self._connection = connection
        self._read_seconds = connection.gettimeout()
        self._call = CALL.get()
        # The file keeps the socket open when `Connection: close` lets go of it early.
        self._raw = connection.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._call.deadline - monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        self._connection.settimeout(min(left, self._read_seconds or left))
        count = self._raw.readinto(buffer)
        self._call.room -= count or 0
        if self._call.room < 0:
            raise AnswerTooLarge
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Response(HTTPResponse):
    def __init__(self, sock: socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp.close()
        self.fp = io.BufferedReader(_Reader(sock))


class _Asking:
    """Connects before it counts as sent: a refused handshake has told the gateway nothing.

    The target comes from the call, past urllib3's pool: that would put it in logs and errors, and
    it can hold a credential.
    """

    response_class: type[HTTPResponse] = _Response
    sock: socket | None

    def putrequest(self, method: str, url: str, *args: Any, **kwargs: Any) -> None:
        super().putrequest(method, CALL.get().target, *args, **kwargs)  # type: ignore[misc]

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()  # type: ignore[attr-defined]
        CALL.get().is_sent = True
        super().send(data)  # type: ignore[misc]


class _Connection(_Asking, HTTPConnection):
    pass


class _TlsConnection(_Asking, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


# Pools by scheme whose calls need a `Call` in `CALL`.
POOLS: Mapping[str, type[HTTPConnectionPool]] = {"http": _Pool, "https": _TlsPool}
