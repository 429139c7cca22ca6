"""How many callbacks and receipts each gateway brought, and what became of them; by the hour.

Counted in memory and written now and then, so that a stranger's callback costs no row and no write
(S-51, S-53): the table holds one row a gateway, fate and hour, whatever comes in.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from threading import Lock

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from twofactor.extensions import db
from twofactor.kit import Kit
from twofactor.models import ReceiptCount
from twofactor.models.database import transaction
from twofactor.words import ReceiptFate

LIFE = timedelta(days=30)


class Tally:
    """Counts of one process that are not written yet. Safe to call from any thread."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, ReceiptFate]] = Counter()
        self._lock = Lock()

    def add(self, gateway: str, fates: Iterable[ReceiptFate]) -> None:
        """Count what became of the receipts of one callback. `gateway` must be one of ours."""
        with self._lock:
            self._counts.update((gateway, fate) for fate in fates)

    def flush(self, kit: Kit) -> None:
        """Add what was counted to the rows of this hour; commits by itself."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
        if not counts:
            return
        dialect = sqlite if db.engine.dialect.name == "sqlite" else postgresql
        added = dialect.insert(ReceiptCount)
        row = added.on_conflict_do_update(
            index_elements=["gateway", "fate", "hour"],
            set_={"hits": ReceiptCount.hits + added.excluded.hits},
        )
        hour = kit.now().replace(minute=0, second=0, microsecond=0)
        rows = [
            {"gateway": gateway, "fate": fate.value, "hour": hour, "hits": hits}
            for (gateway, fate), hits in sorted(counts.items())
        ]
        try:
            with transaction() as session:
                session.execute(row, rows)
                session.execute(delete(ReceiptCount).where(ReceiptCount.hour < hour - LIFE))
        except BaseException:
            with self._lock:
                self._counts.update(counts)
            raise


def refused(gateway: str, since: datetime) -> int:
    """How many callbacks of a gateway were not signed by it, counted from the hour of `since`."""
    hour = since.replace(minute=0, second=0, microsecond=0)
    hits = select(func.sum(ReceiptCount.hits)).where(
        ReceiptCount.gateway == gateway,
        ReceiptCount.fate == ReceiptFate.REFUSED.value,
        ReceiptCount.hour >= hour,
    )
    return int(db.session.scalar(hits) or 0)


def heard() -> dict[str, datetime]:
    """The hour in which each gateway brought its latest receipt, of the last LIFE."""
    good = [fate.value for fate in (ReceiptFate.TAKEN, ReceiptFate.KNOWN, ReceiptFate.EARLY)]
    latest = select(ReceiptCount.gateway, func.max(ReceiptCount.hour))
    rows = db.session.execute(
        latest.where(ReceiptCount.fate.in_(good)).group_by(ReceiptCount.gateway)
    )
    return {gateway: hour for gateway, hour in rows}
