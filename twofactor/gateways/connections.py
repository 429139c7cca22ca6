"""urllib3's pools of connections, one for each origin. Calls on them need a `Call` in `CALL`."""

import ssl
from functools import cached_property, lru_cache
from typing import Any

import certifi
from urllib3 import Retry, Timeout
from urllib3.connectionpool import HTTPConnectionPool
from urllib3.util.ssl_ import create_urllib3_context

from twofactor.gateways.deadline import POOLS
from twofactor.gateways.request import Origin

POOL_SIZE = 256  # as many as the desk has hands (twofactor.desk)
ORIGINS = 32  # whose connections are kept


class Pools:
    """`ca_file` names a PEM bundle to trust instead of the public authorities; one that can't be
    read is an OSError at the first pool with TLS."""

    def __init__(self, connect_seconds: float, read_seconds: float, ca_file: str) -> None:
        self._timeout = Timeout(connect=connect_seconds, read=read_seconds)
        self._ca_file = ca_file
        self.of = lru_cache(ORIGINS)(self._open)

    def _open(self, origin: Origin) -> HTTPConnectionPool:
        """A pool without proxy and without retries."""
        common: dict[str, Any] = {
            "timeout": self._timeout,
            "maxsize": POOL_SIZE,
            "retries": Retry(False),
        }
        if origin.scheme == "https":
            common |= {"ssl_context": self._trust, "cert_reqs": "CERT_REQUIRED"}
        return POOLS[origin.scheme](origin.host, origin.port, **common)

    @cached_property
    def _trust(self) -> ssl.SSLContext:
        """Read once: a bundle takes longer to read than a handshake."""
        context = create_urllib3_context(cert_reqs=ssl.CERT_REQUIRED)
        context.load_verify_locations(self._ca_file or certifi.where())
        return context
