"""urllib3's pools: its connects, its TLS and its care for kept connections, but our requests and
answers. Calls need a `Call` in `CALL`, which brings the request; the pool never sees more of it
than its method, so no address with a credential reaches a log or an error."""

import ssl
from functools import cached_property
from socket import socket
from typing import Any

import certifi
from urllib3 import Retry, Timeout
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util.ssl_ import create_urllib3_context

from twofactor.gateways.answer import Answer
from twofactor.gateways.deadline import CALL
from twofactor.gateways.request import Origin

POOL_SIZE = 256  # as many as the desk has hands (twofactor.desk)


class _Speaking:
    """Connects before it counts as sent: a refused handshake has told the gateway nothing."""

    sock: Any
    timeout: float

    def request(self, method: str, *_: object, **__: object) -> None:
        call = CALL.get()
        if self.sock is None:
            self.connect()  # type: ignore[attr-defined]
        self.sock.settimeout(self.timeout)
        self._asked = method
        call.is_sent = True
        self.sock.sendall(call.request)

    def getresponse(self) -> Answer:
        connection: socket = self.sock
        connection.settimeout(self.timeout)
        answer = Answer(connection, CALL.get(), self._asked)
        if answer.is_last:
            self.close()  # type: ignore[attr-defined]
        return answer


class _Connection(_Speaking, HTTPConnection):  # type: ignore[misc]
    pass


class _TlsConnection(_Speaking, HTTPSConnection):  # type: ignore[misc]
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection  # type: ignore[assignment]


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection  # type: ignore[assignment]


class Pools:
    """Opens a pool for an origin. `ca_file` names a PEM bundle to trust instead of the public
    authorities; one that can't be read is an OSError at the first pool with TLS."""

    def __init__(self, connect_seconds: float, read_seconds: float, ca_file: str) -> None:
        self._timeout = Timeout(connect=connect_seconds, read=read_seconds)
        self._ca_file = ca_file

    def open(self, origin: Origin) -> HTTPConnectionPool:
        """A pool without proxy and without retries."""
        common: dict[str, Any] = {
            "timeout": self._timeout,
            "maxsize": POOL_SIZE,
            "retries": Retry(False),
        }
        if origin.scheme == "http":
            return _Pool(origin.host, origin.port, **common)
        return _TlsPool(
            origin.host,
            origin.port,
            cert_reqs="CERT_REQUIRED",
            ssl_context=self._trust,
            **common,
        )

    @cached_property
    def _trust(self) -> ssl.SSLContext:
        """Read once: a bundle takes longer to read than a handshake."""
        context = create_urllib3_context(cert_reqs=ssl.CERT_REQUIRED)
        context.load_verify_locations(self._ca_file or certifi.where())
        return context
