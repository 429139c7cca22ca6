"""The SQL store of the outer rate limits, where no Redis is configured.

Fixed windows: one row a key, raised by one upsert, so that several processes share the count.
"""

import time
from typing import Any

from limits.storage import Storage
from sqlalchemy import BigInteger, String, delete, select, text
from sqlalchemy.orm import Mapped, mapped_column

from twofactor.extensions import Base, db


class FenceCounter(Base):
    """Hits of one key in its present window."""

    __tablename__ = "fence_counters"

    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    hits: Mapped[int]
    ends_at: Mapped[int] = mapped_column(BigInteger, index=True)  # epoch seconds


_RAISE = text(
    """
    INSERT INTO fence_counters (key, hits, ends_at) VALUES (:key, :amount, :ends_at)
    ON CONFLICT (key) DO UPDATE SET
        hits = CASE WHEN fence_counters.ends_at <= :now THEN :amount
                    ELSE fence_counters.hits + :amount END,
        ends_at = CASE WHEN fence_counters.ends_at <= :now THEN :ends_at
                       ELSE fence_counters.ends_at END
    RETURNING hits
    """
)


class SqlStorage(Storage):
    """Storage class of the `limits` library over `fence_counters`; needs an app context."""

    STORAGE_SCHEME = ["sql"]

    def __init__(self, uri: str | None = None, wrap_exceptions: bool = False, **_: Any) -> None:
        super().__init__(uri, wrap_exceptions=wrap_exceptions)

    @property
    def base_exceptions(self) -> type[Exception]:
        return Exception

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Raise the key's count and return it; a window that ended starts anew."""
        now = int(time.time())
        values = {"key": key, "amount": amount, "now": now, "ends_at": now + expiry}
        with db.engine.connect().execution_options(writes=True) as connection, connection.begin():
            return int(connection.execute(_RAISE, values).scalar_one())

    def get(self, key: str) -> int:
        """Hits in the present window."""
        return self._row(key)[0]

    def get_expiry(self, key: str) -> float:
        """End of the present window, epoch seconds."""
        return float(self._row(key)[1])

    def check(self) -> bool:
        """True when the store answers."""
        with db.engine.connect() as connection:
            return bool(connection.execute(select(1)).scalar_one())

    def reset(self) -> int | None:
        """Forget every count."""
        with db.engine.connect().execution_options(writes=True) as connection, connection.begin():
            return connection.execute(delete(FenceCounter)).rowcount

    def clear(self, key: str) -> None:
        """Forget one count."""
        with db.engine.connect().execution_options(writes=True) as connection, connection.begin():
            connection.execute(delete(FenceCounter).where(FenceCounter.key == key))

    def _row(self, key: str) -> tuple[int, int]:
        now = int(time.time())
        found = select(FenceCounter.hits, FenceCounter.ends_at).where(
            FenceCounter.key == key, FenceCounter.ends_at > now
        )
        with db.engine.connect() as connection:
            row = connection.execute(found).first()
        return (row.hits, row.ends_at) if row else (0, now)
