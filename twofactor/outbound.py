"""Posts to addresses that strangers chose, safely (S-63).

https to a public address only; the name is resolved once, every address it has must be public, and
the connection goes to the very address that was checked. Nothing is followed, 5 s for everything,
and of the answer only the status line is read.
"""

import ipaddress
import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import monotonic
from urllib.parse import urlsplit

TOTAL_SECONDS = 5.0
STATUS_LINE_BYTES = 1024
PORTS = (443, 8443)
# Addresses that carry another address inside, or lead into the network next door.
TUNNELS = tuple(
    ipaddress.ip_network(net)
    for net in (
        "::ffff:0:0/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2002::/16",
        "2001::/32",
        "::/96",
    )
)


class BadAddress(ValueError):
    """Nothing is posted there; the reason is for whoever chose it."""


class Unanswered(Exception):
    """No answer came; the reason names no secret."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a URL leads."""

    host: str
    port: int
    path: str  # with query


def place_of(url: str) -> Place:
    """Read a URL. Raises BadAddress."""
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise BadAddress("the address holds characters that a URL can't have")
    try:
        parts = urlsplit(url)
        port = parts.port or 443
    except ValueError:
        raise BadAddress("the address is no URL") from None
    if parts.scheme != "https" or not url.lower().startswith("https://"):
        raise BadAddress("the address must start with https://")
    if parts.username is not None or parts.password is not None or "@" in parts.netloc:
        raise BadAddress("the address must not hold a user name or password")
    if not parts.hostname or port not in PORTS or parts.fragment:
        raise BadAddress(f"the address needs a host, one of the ports {PORTS}, and no fragment")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Place(parts.hostname, port, path)


def is_public(address: str) -> bool:
    """True for an address of the public internet."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    if any(parsed.version == net.version and parsed in net for net in TUNNELS):
        return False
    return parsed.is_global and not parsed.is_multicast


def resolve(host: str, port: int) -> list[str]:
    """Every address of a name. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


class Poster:
    """Posts. Who resolves, what is allowed and how it connects are arguments, for tests alone."""

    def __init__(
        self,
        resolver: Callable[[str, int], list[str]] = resolve,
        allows: Callable[[str], bool] = is_public,
        context: ssl.SSLContext | None = None,
        total_seconds: float = TOTAL_SECONDS,
        connect: Callable[[tuple[str, int], float], socket.socket] = socket.create_connection,
    ) -> None:
        self._connect = connect
        self._resolver = resolver
        self._allows = allows
        self._context = context or ssl.create_default_context()
        self._total_seconds = total_seconds

    def address_of(self, url: str) -> tuple[Place, str]:
        """The one address to connect to. Raises BadAddress."""
        place = place_of(url)
        try:
            found = self._resolver(place.host, place.port)
        except (OSError, UnicodeError):
            raise BadAddress("the host has no address") from None
        if not found or not all(self._allows(address) for address in found):
            raise BadAddress("the host does not lead to the public internet")
        return place, found[0]

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """The status of the answer. Raises BadAddress, Unanswered."""
        until = monotonic() + self._total_seconds
        place, address = self.address_of(url)
        try:
            with self._connect((address, place.port), _left(until)) as plain:
                plain.settimeout(_left(until))
                with self._context.wrap_socket(plain, server_hostname=place.host) as secure:
                    secure.settimeout(_left(until))
                    secure.sendall(_request(place, headers, body))
                    return _status(secure, until)
        except (OSError, ValueError) as error:
            raise Unanswered(type(error).__name__) from error


def _request(place: Place, headers: Mapping[str, str], body: bytes) -> bytes:
    host = f"[{place.host}]" if ":" in place.host else place.host
    named = {"Host": host if place.port == 443 else f"{host}:{place.port}", **headers}
    named |= {"Content-Length": str(len(body)), "Connection": "close"}
    lines = [f"POST {place.path} HTTP/1.1", *(f"{name}: {value}" for name, value in named.items())]
    return "\r\n".join([*lines, "", ""]).encode("ascii") + body


def _status(secure: ssl.SSLSocket, until: float) -> int:
    line = b""
    while b"\n" not in line:
        secure.settimeout(_left(until))
        more = secure.recv(STATUS_LINE_BYTES)
        line += more
        if not more or len(line) > STATUS_LINE_BYTES * 2:
            break
    words = line.split(b"\n", 1)[0].split(b" ")
    if len(words) < 2 or not words[0].startswith(b"HTTP/1."):
        raise ValueError("no HTTP")
    return int(words[1])


def _left(until: float) -> float:
    left = until - monotonic()
    if left <= 0:
        raise TimeoutError
    return left
