"""The time a page looks at, and the same length of time before it. Pure."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from twofactor.models.rollups import DAY, EVER, HOUR, MINUTE, SPANS
from twofactor.sms.stats.measures import start

# Longer periods are drawn by the hour and by the day.
MINUTES_AT_MOST, HOURS_AT_MOST = timedelta(hours=1), timedelta(hours=72)
LONGEST = timedelta(days=400)
NAMED = {
    "15m": "the last 15 minutes",
    "24h": "the last 24 hours",
    "7d": "the last 7 days",
    "30d": "the last 30 days",
    "90d": "the last 90 days",
}
DEFAULT = "24h"
_COUNTED = re.compile(r"(\d{1,4})([mhd])", re.ASCII)
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


@dataclass(frozen=True, slots=True)
class Period:
    """Whole slices: from `since` on, `until` excluded; the last one may still be running."""

    name: str
    since: datetime
    until: datetime
    span_minutes: int

    @property
    def before(self) -> "Period":
        """The period of the same length that ends where this one begins."""
        since = self.since - (self.until - self.since)
        return Period("before", since, self.since, self.span_minutes)

    @property
    def slices(self) -> list[int]:
        """The start of each slice, epoch seconds."""
        first, last = start(self.since, self.span_minutes), int(self.until.timestamp())
        return list(range(first, last, self.span_minutes * 60))

    @property
    def cover(self) -> list[tuple[int, int]]:
        """The fewest slices that make up the period: span and start."""
        found = []
        at, last = int(self.since.timestamp()), int(self.until.timestamp())
        while at < last:
            lengths = {span: span * 60 for span in SPANS if span != EVER}
            fits = [s for s, n in lengths.items() if at % n == 0 and at + n <= last]
            span = max(fits)
            found.append((span, at))
            at += lengths[span]
        return found

    @property
    def words(self) -> str:
        """The period as the end of a sentence."""
        return NAMED.get(self.name, f"since {self.since:%Y-%m-%d %H:%M} UTC")


def period(text: str, now: datetime) -> Period:
    """The period that a person means: `15m`, `24h`, `7d` or any such number, or a start like
    2026-11-01 or 2026-11-01T08:00 (UTC). Raises ValueError."""
    since = _start(text, now)
    length = now - since
    if not timedelta(0) < length <= LONGEST:
        raise ValueError(f"Choose a time between now and {LONGEST.days} days ago.")
    span = _span(length)
    step = timedelta(minutes=span)
    until = datetime.fromtimestamp(start(now, span), UTC) + step
    first = datetime.fromtimestamp(start(since, span), UTC)
    if _COUNTED.fullmatch(text):  # so many slices, the running one among them
        first += step
    return Period(text, first, until, span)


def _span(length: timedelta) -> int:
    if length <= MINUTES_AT_MOST:
        return MINUTE
    return HOUR if length <= HOURS_AT_MOST else DAY


def _start(text: str, now: datetime) -> datetime:
    if found := _COUNTED.fullmatch(text):
        return now - int(found[1]) * _UNITS[found[2]]
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(
            "Write a time like 15m, 24h, 7d, 2026-11-01 or 2026-11-01T08:00."
        ) from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
