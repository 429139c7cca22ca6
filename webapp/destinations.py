"""Where a person goes on: only ever to a path of our own (S-43)."""

import re
from urllib.parse import urlsplit

_OWN_PATH = re.compile(r"/(?![/\\])[\w\-./~%]*(\?[\w\-./~%&=+]*)?", re.ASCII)
_DEFAULT = "/account"
_LONGEST = 500  # characters of a path
_LONGEST_QUERY = 2_500  # a draft may stand in it


def own_path(text: str | None) -> str:
    """The path if it is one of ours and harmless, else the account page."""
    if not text or len(text) > _LONGEST + _LONGEST_QUERY or not _OWN_PATH.fullmatch(text):
        return _DEFAULT
    parts = urlsplit(text)
    if len(parts.path) > _LONGEST or len(parts.query) > _LONGEST_QUERY:
        return _DEFAULT
    if parts.scheme or parts.netloc or ".." in parts.path or "%" in parts.path:
        return _DEFAULT
    return text
