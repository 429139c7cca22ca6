"""The pace of texts to many: a token bucket for each gateway and sender ID, counted in segments.

Kept as the moment from which the sender ID is free again, one row each, moved on by a conditional
UPDATE: any number of senders keep to one pace. Texts that somebody waits for never ask here.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite

from twofactor.extensions import db
from twofactor.gateways.base import Gateway
from twofactor.kit import Kit
from twofactor.models import Pace
from twofactor.models.database import changed

SECOND = 1_000_000  # microseconds
BURST_SECONDS = 2  # what may be saved up while nothing is sent


@dataclass(frozen=True, slots=True)
class Allowance:
    """What may leave now by one gateway; `take` it before use."""

    key: str
    rate: float  # segments a second
    seen: int  # free_at as it was read
    segments: int

    def take(self, segments: int, now: datetime) -> bool:
        """Spend; False when somebody else was first. The last text may overdraw: what it costs
        is waited for."""
        start = max(self.seen, _micros(now) - BURST_SECONDS * SECOND)
        row = update(Pace).where(Pace.key == self.key, Pace.free_at == self.seen)
        return changed(row.values(free_at=start + int(segments * SECOND / self.rate))) == 1


def allowance(kit: Kit, gateway: Gateway, now: datetime) -> Allowance:
    """The whole segments that `gateway` may be given now; 0 means: look again later."""
    rate = kit.settings.bulk_rates.get(gateway.name, gateway.bulk_rate)
    key = f"{gateway.name}:{gateway.sender_id}"[:160]
    seen = _free_at(key)
    saved = _micros(now) - max(seen, _micros(now) - BURST_SECONDS * SECOND)
    whole = int(saved * rate / SECOND) if saved > 0 else 0
    return Allowance(key, rate, seen, max(whole, 1) if saved >= SECOND else whole)


def _free_at(key: str) -> int:
    found = db.session.scalar(select(Pace.free_at).where(Pace.key == key))
    if found is not None:
        return found
    dialect = sqlite if db.engine.dialect.name == "sqlite" else postgresql
    first = dialect.insert(Pace.__table__).values(key=key, free_at=0)
    db.session.execute(first.on_conflict_do_nothing())
    return 0


def _micros(at: datetime) -> int:
    return int(at.timestamp() * SECOND)
