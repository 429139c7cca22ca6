"""Callbacks that a gateway did not sign: only counted, and that sparingly, for anybody can send
them. One row a gateway and minute at most; nothing of the request is kept (S-51)."""

import logging
from datetime import datetime, timedelta
from threading import Lock
from time import monotonic

from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from twofactor.extensions import db
from twofactor.models import LimitSlice

log = logging.getLogger(__name__)

KEPT = timedelta(hours=1)
WRITE_SECONDS = 1.0  # at most one write a gateway, process and second
_COUNT = text(
    """
    INSERT INTO limit_slices (key, slice, hits, forget_after)
    VALUES (:key, :slice, :hits, :forget_after)
    ON CONFLICT (key, slice) DO UPDATE SET hits = limit_slices.hits + :hits
    """
)
_waiting: dict[str, tuple[int, float]] = {}  # gateway -> not written yet, time of the last write
_lock = Lock()


def note(gateway: str, now: datetime) -> None:
    """Count one unsigned callback for `gateway`, a name out of the settings. Commits by itself."""
    with _lock:
        count, written = _waiting.get(gateway, (0, 0.0))
        is_due = monotonic() - written >= WRITE_SECONDS
        _waiting[gateway] = (0, monotonic()) if is_due else (count + 1, written)
    if is_due:
        second = int(now.timestamp())
        values = {
            "key": _key(gateway),
            "slice": second - second % 60,
            "hits": count + 1,
            "forget_after": second + int(KEPT.total_seconds()),
        }
        try:
            _write(values)
        except SQLAlchemyError as error:  # a count lost must not turn 403 into 500
            log.warning("unsigned callbacks are not counted: %s", type(error).__name__)


def _write(values: dict[str, object]) -> None:
    with db.engine.connect().execution_options(writes=True) as connection, connection.begin():
        connection.execute(_COUNT, values)


def seen(gateway: str, since: datetime) -> int:
    """How many there were, as far as they are written."""
    hits = select(func.sum(LimitSlice.hits)).where(
        LimitSlice.key == _key(gateway), LimitSlice.slice >= int(since.timestamp()) - 60
    )
    return int(db.session.scalar(hits) or 0)


def _key(gateway: str) -> str:
    return f"strangers:{gateway}"
