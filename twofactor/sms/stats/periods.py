"""The time a page looks at, and the same length of time before it. Pure."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from twofactor.models.rollups import DAY, HOUR
from twofactor.sms.stats.measures import start

HOURS_AT_MOST = timedelta(hours=72)  # longer periods are read by the day
LONGEST = timedelta(days=400)
NAMED = {
    "24h": "the last 24 hours",
    "7d": "the last 7 days",
    "30d": "the last 30 days",
    "90d": "the last 90 days",
}
DEFAULT = "24h"


@dataclass(frozen=True, slots=True)
class Period:
    """Whole slices: from `since` on, `until` excluded; the last one may still be running."""

    name: str
    since: datetime
    until: datetime
    span_hours: int

    @property
    def before(self) -> "Period":
        """The period of the same length that ends where this one begins."""
        return Period("before", self.since - (self.until - self.since), self.since, self.span_hours)

    @property
    def slices(self) -> list[int]:
        """The start of each slice, epoch seconds."""
        first, last = start(self.since, self.span_hours), int(self.until.timestamp())
        return list(range(first, last, self.span_hours * 3600))

    @property
    def words(self) -> str:
        """The period as the end of a sentence."""
        return NAMED.get(self.name, f"since {self.since:%Y-%m-%d %H:%M} UTC")


def period(text: str, now: datetime) -> Period:
    """The period that a person means: `24h`, `7d` or any such number, or a start like 2026-11-01
    or 2026-11-01T08:00 (UTC). Raises ValueError."""
    since = _start(text, now)
    length = now - since
    if not timedelta(0) < length <= LONGEST:
        raise ValueError(f"Choose a time between now and {LONGEST.days} days ago.")
    span = HOUR if length <= HOURS_AT_MOST else DAY
    step = timedelta(hours=span)
    until = datetime.fromtimestamp(start(now, span), UTC) + step
    first = datetime.fromtimestamp(start(since, span), UTC)
    if re.fullmatch(r"\d+[hd]", text):  # so many slices, the running one among them
        first += step
    return Period(text, first, until, span)


def _start(text: str, now: datetime) -> datetime:
    if found := re.fullmatch(r"(\d{1,4})([hd])", text, re.ASCII):
        hours = int(found[1]) * (24 if found[2] == "d" else 1)
        return now - timedelta(hours=hours)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("Write a time like 24h, 7d, 2026-11-01 or 2026-11-01T08:00.") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
