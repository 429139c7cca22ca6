"""An HTTP/1.1 request as the bytes that leave. All raise ValueError for what can't be sent; no
error holds an address, which could hold a credential."""

import json
import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlencode

from urllib3.exceptions import LocationParseError
from urllib3.util import Url, parse_url

Form = Mapping[str, str | list[str]] | bytes
PORTS = {"http": 80, "https": 443}
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
DEFAULTS: Mapping[str, tuple[str, str]] = {
    "user-agent": ("User-Agent", "Sixdigits"),
    # A packed answer could unfold far past the size bound before anybody counts it.
    "accept-encoding": ("Accept-Encoding", "identity"),
    "accept": ("Accept", "*/*"),
}

_URL = re.compile(r"\s*(https?://[^\\/?#]+)(.*)", re.IGNORECASE | re.DOTALL)
_PLAIN = re.compile(r"/(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]++|%[0-9A-F]{2})*+")
_FIELD = re.compile(r"[^:\s][^:\r\n]*: (?:\S[^\r\n]*)?")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an address leads. `login` is what it held of user and password."""

    scheme: str
    host: str
    port: int
    login: tuple[str, str] | None

    @property
    def name(self) -> str:
        """As the Host header has it."""
        return self.host if self.port == PORTS[self.scheme] else f"{self.host}:{self.port}"


def split(url: str) -> tuple[str, str]:
    """Scheme and host, and the rest."""
    found = _URL.fullmatch(url)
    if found is None:
        raise ValueError("no HTTP address")
    return found[1], found[2]


def origin(text: str) -> Origin:
    """The first half of a split address."""
    parts = _parsed(text)
    if parts.scheme not in PORTS or not parts.host:
        raise ValueError("no HTTP address")
    user, colon, password = (parts.auth or "").partition(":")
    login = (unquote(user), unquote(password)) if colon else None
    port = PORTS[parts.scheme] if parts.port is None else parts.port
    return Origin(parts.scheme, parts.host, port, login)


def target(rest: str, params: Mapping[str, str] | None) -> str:
    """The second half of a split address as the request line has it."""
    if not _PLAIN.fullmatch(rest) or "/." in rest:
        rest = _parsed(f"http://host{rest}").request_uri
    if params:
        rest += ("&" if "?" in rest else "?") + urlencode(params)
    return rest


def body(form: Form | None, json_body: Any) -> tuple[bytes, str]:
    """The body and its type. A form that holds something goes first."""
    if isinstance(form, bytes):
        if form:
            return form, ""
    elif form:
        return urlencode(form, doseq=True).encode(), FORM
    if json_body is not None:
        return json.dumps(json_body, allow_nan=False).encode(), JSON
    return b"", ""


def fields(
    given: Mapping[str, str] | None, kind: str, login: tuple[str, str] | None
) -> dict[str, str]:
    """The headers: what is given goes before what we would say, a login before that."""
    named = dict(DEFAULTS)
    if kind:
        named["content-type"] = ("Content-Type", kind)
    for name, value in (given or {}).items():
        named[name.lower()] = (name, value)
    if login is not None:
        named["authorization"] = ("Authorization", _basic(*login))
    return dict(named.values())


def compose(
    method: str, target: str, host: str, headers: Mapping[str, str], content: bytes
) -> bytes:
    """All of it."""
    lines = [f"{name}: {value}" for name, value in headers.items()]
    if not (method.isascii() and method.isalpha()):
        raise ValueError("no such method")
    if not all(map(_FIELD.fullmatch, lines)):
        raise ValueError("a header would break the request")
    names = {name.lower() for name in headers}
    start = [f"{method} {target} HTTP/1.1"]
    if "host" not in names:
        start.append(f"Host: {host}")
    if "content-length" not in names and (content or method not in ("GET", "HEAD")):
        lines.append(f"Content-Length: {len(content)}")
    return "\r\n".join([*start, *lines, "", ""]).encode("latin-1") + content


def _parsed(url: str) -> Url:
    try:
        return parse_url(url)
    except LocationParseError:
        raise ValueError("no HTTP address") from None


def _basic(user: str, password: str) -> str:
    return "Basic " + b64encode(f"{user}:{password}".encode("latin-1")).decode()
