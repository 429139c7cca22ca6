"""What one attempt counts for: pure, and the same for the job, the live tail and the demo.

The words that were counted stay with the attempt (`Attempt.counted`), so that a change is worth
exactly the difference, however late it comes and however often it is looked at.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from twofactor.models.rollups import EVER, LATENCIES, LATENCY_BOUNDS, MINUTE, SETTLED, UNKNOWN
from twofactor.words import Status

COST = "cost:"  # a measure a currency, in millionths of its unit


Cell = tuple[str, str, str, str]  # gateway, country, carrier, purpose; as SPLIT names them


class Key(NamedTuple):
    """What attempts are counted by; `slice` is the start of a minute in epoch seconds."""

    slice: int
    gateway: str
    country: str
    carrier: str
    purpose: str

    @property
    def cell(self) -> Cell:
        return self[1:]


class Facts(NamedTuple):
    """What decides how an attempt counts."""

    status: str
    outcome: str
    error_class: str
    sent_at: datetime | None
    delivered_at: datetime | None
    confirmed: bool
    price: Decimal | None
    currency: str


def measures(facts: Facts) -> str:
    """The measures an attempt adds to, as words; `counted` of its row.

    An attempt without an answer counts as accepted, since it may have left (so for money and
    limits); latency is from handed over to delivered.
    """
    words = ["attempts"]
    if facts.outcome in ("accepted", "unknown") or facts.delivered_at is not None:
        words.append("accepted")
    if facts.status in SETTLED:
        words.append(facts.status)
        if facts.error_class and facts.status != Status.DELIVERED:
            words.append(f"error_{facts.error_class}")
    if facts.confirmed:
        words.append("confirmed")
    if facts.sent_at is not None and facts.delivered_at is not None:
        words.append(bucket((facts.delivered_at - facts.sent_at).total_seconds()))
    if facts.price:
        words.append(f"{COST}{facts.currency}={int(facts.price * 1_000_000)}")
    return " ".join(words)


def bucket(seconds: float) -> str:
    """The latency bucket of so many seconds."""
    return LATENCIES[bisect_left(LATENCY_BOUNDS, seconds)]


def amounts(counted: str) -> Iterable[tuple[str, int]]:
    """The measures of a `counted`, each with its amount."""
    for word in counted.split():
        name, _, amount = word.partition("=")
        yield name, int(amount) if amount else 1


def difference(before: str, now: str) -> Counter[str]:
    """What changes in the counts when an attempt counted as `before` counts as `now`."""
    delta: Counter[str] = Counter()
    for name, amount in amounts(now):
        delta[name] += amount
    for name, amount in amounts(before):
        delta[name] -= amount
    return Counter({name: amount for name, amount in delta.items() if amount})


def key(created_at: datetime, gateway: str, country: str, carrier: str, purpose: str) -> Key:
    """What an attempt is counted by; it keeps its minute whatever happens to it later."""
    return Key(start(created_at, MINUTE), gateway, country, carrier or UNKNOWN, purpose)


def start(at: datetime, span_minutes: int) -> int:
    """The slice that holds a time: its start in epoch seconds, in UTC."""
    return wider(int(at.timestamp()), span_minutes)


def wider(slice_: int, span_minutes: int) -> int:
    """The slice of this span that a shorter one belongs to."""
    return 0 if span_minutes == EVER else slice_ - slice_ % (span_minutes * 60)
