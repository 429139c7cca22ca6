"""How long a request's body may be, and which POST is plain enough to be answered in front of
Flask."""

from collections.abc import Mapping
from typing import Any

BODY_BYTES = 64 * 1024


def is_plain(environ: Mapping[str, Any]) -> bool:
    """True for a POST of a told length within bounds, at the root of the server. What is odd goes
    on to Flask, which knows why."""
    length = environ.get("CONTENT_LENGTH") or ""
    return (
        environ["REQUEST_METHOD"] == "POST"
        and not environ.get("SCRIPT_NAME")
        and "HTTP_TRANSFER_ENCODING" not in environ
        and length.isdecimal()
        and int(length) <= BODY_BYTES
    )
