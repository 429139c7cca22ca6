"""A browser in plain words, from what it calls itself."""

import re

MAX_LENGTH = 80
_NAMES = (  # the first that is found wins: many browsers also claim to be the later ones
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
    ("curl", "curl"),
    ("python", "a Python program"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def in_words(user_agent: str) -> str:
    """Like "Firefox on Android"; "a browser" where nothing is known. At most 80 characters."""
    name = _first(_NAMES, user_agent) or "a browser"
    system = _first(_SYSTEMS, user_agent)
    return f"{name} on {system}"[:MAX_LENGTH] if system else name


def _first(table: tuple[tuple[str, str], ...], text: str) -> str:
    return next((word for mark, word in table if re.search(re.escape(mark), text, re.I)), "")
