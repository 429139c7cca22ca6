"""Slow gateways are lowered: the others come first for a while (S-76)."""

from datetime import datetime, timedelta

from sqlalchemy import or_, select, update

from twofactor.extensions import db
from twofactor.models import Attempt, GatewayState
from twofactor.models.database import changed
from twofactor.sms.breaker import ensure, tell
from twofactor.words import Status

SLOW = timedelta(minutes=5)
SLOW_WINDOW = timedelta(minutes=15)
SLOW_SHARE = 0.15
SLOW_SAMPLE = 10  # fewer texts prove nothing
SLOW_MOST = 2_000  # texts that are looked at
LOWERED = timedelta(minutes=15)


def lower(now: datetime) -> None:
    """Lower the gateways that were slow in the last quarter of an hour; for the periodic work."""
    for gateway, share in sorted(_slow_shares(now).items()):
        if share < SLOW_SHARE:
            continue
        ensure(gateway, now)
        row = update(GatewayState).where(GatewayState.gateway == gateway)
        fresh = or_(GatewayState.lowered_until.is_(None), GatewayState.lowered_until <= now)
        if changed(row.where(fresh).values(lowered_until=now + LOWERED)) == 1:
            tell(gateway, now, f"slow: {share:.0%} of texts took over 5 minutes")
        else:
            changed(row.values(lowered_until=now + LOWERED))


def _slow_shares(now: datetime) -> dict[str, float]:
    """Of each gateway's texts whose speed is known, the share that took over five minutes. A text
    without receipt counts as slow only where the gateway sends receipts at all."""
    rows = db.session.execute(
        select(Attempt.gateway, Attempt.sent_at, Attempt.delivered_at)
        .where(
            Attempt.created_at >= now - SLOW_WINDOW,
            Attempt.sent_at.is_not(None),
            Attempt.status.in_([Status.SENT, Status.DELIVERED]),
        )
        .order_by(Attempt.created_at.desc())
        .limit(SLOW_MOST)
    ).all()
    hearing = {row.gateway for row in rows if row.delivered_at is not None}
    spans: dict[str, list[bool]] = {}
    for row in rows:
        span = (row.delivered_at or now) - row.sent_at
        if row.delivered_at is not None or (row.gateway in hearing and span > SLOW):
            spans.setdefault(row.gateway, []).append(span > SLOW)
    return {name: sum(slow) / len(slow) for name, slow in spans.items() if len(slow) >= SLOW_SAMPLE}
