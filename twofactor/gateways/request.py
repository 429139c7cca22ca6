"""What a call is given, as urllib3 wants it. All raise ValueError for what can't be sent; no error
holds an address, which could hold a credential."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote, urlencode

from urllib3.exceptions import LocationParseError
from urllib3.util import Url, make_headers, parse_url

Form = Mapping[str, str | list[str]] | bytes
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
# A packed answer could unfold far past the size bound before anybody counts it.
DEFAULTS = make_headers(accept_encoding="identity", user_agent="Sixdigits") | {"accept": "*/*"}


class Origin(NamedTuple):
    """Where an address leads."""

    scheme: str
    host: str
    port: int | None


def split(url: str) -> tuple[Origin, Url]:
    """Where an HTTP address leads, and all its parts, quoted where needed."""
    try:
        parts = parse_url(url.lstrip())
    except LocationParseError:
        raise ValueError("no HTTP address") from None
    if parts.scheme not in ("http", "https") or not parts.host:
        raise ValueError("no HTTP address")
    return Origin(parts.scheme, parts.host, parts.port), parts


def login(address: Url) -> tuple[str, str] | None:
    """User and password, when the address holds both."""
    user, colon, password = (address.auth or "").partition(":")
    return (unquote(user), unquote(password)) if colon else None


def target(address: Url, params: Mapping[str, str] | None) -> str:
    """What the request line asks for."""
    asked = address.request_uri
    if params:
        asked += ("&" if "?" in asked else "?") + urlencode(params)
    return asked


def body(form: Form | None, json_body: Any) -> tuple[bytes | None, str]:
    """The body and its type. A form that holds something goes first."""
    if form:
        return (form, "") if isinstance(form, bytes) else (urlencode(form, True).encode(), FORM)
    if json_body is not None:
        return json.dumps(json_body, allow_nan=False).encode(), JSON
    return None, ""


def headers(
    given: Mapping[str, str] | None, kind: str, login: tuple[str, str] | None
) -> dict[str, str]:
    """In lower case: what is given goes before what we would say, a login before that."""
    said = DEFAULTS | ({"content-type": kind} if kind else {})
    said |= {name.lower(): value for name, value in (given or {}).items()}
    return said | (make_headers(basic_auth=":".join(login)) if login else {})
