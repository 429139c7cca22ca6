"""Random bytes of the operating system, fetched in stores, for what must be unique and is no
secret: nonces and names.

Each fetch gives Python's lock away, and a thread among busy ones waits its turn for it again; one
fetch a thread for a hundred nonces costs nothing of that. Secrets are drawn one by one (`secrets`).
"""

import os
import threading

STORE_BYTES = 2048


class _Store(threading.local):
    """What this thread has fetched and not given out; nothing is given out twice."""

    fetched = b""
    given = 0


_store = _Store()


def _forget() -> None:
    """A process that forks shares no store with its child."""
    _store.fetched, _store.given = b"", 0


os.register_at_fork(after_in_child=_forget)


def take(size: int) -> bytes:
    """So many bytes, at most STORE_BYTES."""
    start = _store.given
    if start + size > len(_store.fetched):
        _store.fetched, start = os.urandom(STORE_BYTES), 0
    _store.given = start + size
    return _store.fetched[start : _store.given]


def fraction() -> float:
    """At least 0 and less than 1."""
    return float((int.from_bytes(take(7), "big") >> 3) / (1 << 53))
