"""One time bound over a whole HTTP call, and the truth about whether anything was sent.

A socket's timeout starts anew with every byte, so a gateway that drips its headers or its body
holds a thread for hours. Here every read of an answer gets only what is left of the call.
"""

import io
from contextvars import ContextVar
from http.client import HTTPResponse
from socket import socket
from time import monotonic
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool


class Call:
    """One HTTP call: when it must be over, and whether a first byte has left."""

    def __init__(self, seconds: float) -> None:
        self.deadline = monotonic() + seconds
        self.is_sent = False


CALL: ContextVar[Call] = ContextVar("call")


class _Reader(io.RawIOBase):
    """The receiving half of a connection, never waiting past the call's deadline."""

    def __init__(self, connection: socket) -> None:
        self._connection = connection
        self._read_seconds = connection.gettimeout()
        self._deadline = CALL.get().deadline
        # The file keeps the socket open when `Connection: close` lets go of it early.
        self._raw = connection.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._deadline - monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        self._connection.settimeout(min(left, self._read_seconds or left))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Response(HTTPResponse):
    def __init__(self, sock: socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp.close()
        self.fp = io.BufferedReader(_Reader(sock))


class _Sending:
    """Connects before it counts as sent: a refused handshake has told the gateway nothing."""

    response_class: type[HTTPResponse] = _Response
    sock: socket | None

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()  # type: ignore[attr-defined]
        CALL.get().is_sent = True
        super().send(data)  # type: ignore[misc]


class _Connection(_Sending, HTTPConnection):
    pass


class _TlsConnection(_Sending, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


class Bounded(HTTPAdapter):
    """Transport whose calls need a `Call` in `CALL`."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}
