"""The circuit breaker of each gateway, as a row that all processes share (S-76).

Five errors in a row open it for 30 s; then one text may try, and closes it or opens it again. A
gateway that was slow lately is lowered: the others come first.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from twofactor.extensions import db
from twofactor.gateways.base import Refused, SendResult, Unknown
from twofactor.models import Attempt, GatewayState, RouteChange
from twofactor.models.database import changed
from twofactor.words import ErrorClass, Status

ERRORS_TO_OPEN = 5
OPEN = timedelta(seconds=30)
PROBE = timedelta(seconds=20)  # longer than any gateway call may take

SLOW = timedelta(minutes=5)
SLOW_WINDOW = timedelta(minutes=15)
SLOW_SHARE = 0.15
SLOW_SAMPLE = 10  # fewer texts prove nothing
SLOW_MOST = 2_000  # texts that are looked at
LOWERED = timedelta(minutes=15)

# The gateway itself is out of order, whatever the text.
GATEWAY_ERRORS = (ErrorClass.RETRY, ErrorClass.ACCOUNT)


@dataclass(frozen=True, slots=True)
class State:
    """What a gateway is good for now."""

    gateway: str
    errors: int = 0
    open_until: datetime | None = None
    probe_until: datetime | None = None
    lowered_until: datetime | None = None
    is_off: bool = False
    reason: str = ""

    def is_open(self, now: datetime) -> bool:
        """True while no text may try it."""
        if self.open_until is None:
            return False
        return now < (self.probe_until or self.open_until)

    def needs_probe(self, now: datetime) -> bool:
        """True when one text may try it."""
        return self.open_until is not None and not self.is_open(now)

    def is_lowered(self, now: datetime) -> bool:
        return self.lowered_until is not None and now < self.lowered_until

    def word(self, now: datetime) -> str:
        """The state in one word, for people."""
        if self.is_off:
            return "off"
        if self.is_open(now):
            return "out of order"
        if self.needs_probe(now):
            return "on trial"
        return "slow" if self.is_lowered(now) else "working"


_ROW = GatewayState.__table__.c
_STATES = select(
    _ROW.gateway,
    _ROW.errors,
    _ROW.open_until,
    _ROW.probe_until,
    _ROW.lowered_until,
    _ROW.is_off,
    _ROW.reason,
).where(_ROW.gateway.in_(bindparam("gateways", expanding=True)))


def states(gateways: Collection[str]) -> dict[str, State]:
    """The state of each; one that has no row is in order."""
    rows = db.session.connection().execute(_STATES, {"gateways": list(gateways)})
    known = {row.gateway: State(*row) for row in rows}
    return {name: known.get(name) or State(name) for name in gateways}


def take_probe(gateway: str, now: datetime) -> bool:
    """Claim the one text that may try an opened gateway."""
    free = update(GatewayState).where(
        GatewayState.gateway == gateway,
        GatewayState.open_until <= now,
        or_(GatewayState.probe_until.is_(None), GatewayState.probe_until <= now),
    )
    return changed(free.values(probe_until=now + PROBE)) == 1


def note(gateway: str, result: SendResult, now: datetime) -> None:
    """Count what a call came to, in the transaction that settles it."""
    row = update(GatewayState).where(GatewayState.gateway == gateway)
    if not _is_error(result):
        _close(gateway, now)
        return
    _ensure(gateway, now)
    changed(row.values(errors=GatewayState.errors + 1))
    errors = _errors(gateway)
    if errors < ERRORS_TO_OPEN:
        return
    first = row.where(GatewayState.open_until.is_(None)).values(open_until=now + OPEN)
    if changed(first) == 1:
        _tell(gateway, now, f"out of order: {errors} errors in a row, the last: {_why(result)}")
    else:
        changed(row.values(open_until=now + OPEN, probe_until=None))


def lower_slow(now: datetime) -> None:
    """Lower the gateways that were slow in the last quarter of an hour; for the periodic work."""
    for gateway, share in sorted(_slow_shares(now).items()):
        if share < SLOW_SHARE:
            continue
        _ensure(gateway, now)
        row = update(GatewayState).where(GatewayState.gateway == gateway)
        fresh = or_(GatewayState.lowered_until.is_(None), GatewayState.lowered_until <= now)
        if changed(row.where(fresh).values(lowered_until=now + LOWERED)) == 1:
            _tell(gateway, now, f"slow: {share:.0%} of texts took over 5 minutes")
        else:
            changed(row.values(lowered_until=now + LOWERED))


def switch(gateway: str, *, is_off: bool, reason: str, now: datetime) -> None:
    """An operator takes a gateway out, or back in, and says why."""
    _ensure(gateway, now)
    row = update(GatewayState).where(GatewayState.gateway == gateway)
    changed(row.values(is_off=is_off, reason=reason, changed_at=now))
    _tell(gateway, now, f"switched {'off' if is_off else 'on'} by an operator: {reason}")


def _close(gateway: str, now: datetime) -> None:
    row = update(GatewayState).where(GatewayState.gateway == gateway)
    shut = row.where(GatewayState.open_until.is_not(None))
    if changed(shut.values(errors=0, open_until=None, probe_until=None)) == 1:
        _tell(gateway, now, "works again")
    else:
        changed(row.where(GatewayState.errors > 0).values(errors=0))


def _is_error(result: SendResult) -> bool:
    if isinstance(result, Refused):
        return result.error_class in GATEWAY_ERRORS or not result.permanent
    return isinstance(result, Unknown)


def _why(result: SendResult) -> str:
    if isinstance(result, Refused):
        return f"{result.code} {result.detail}".strip()
    return result.reason if isinstance(result, Unknown) else ""


def _ensure(gateway: str, now: datetime) -> None:
    dialect = sqlite if db.engine.dialect.name == "sqlite" else postgresql
    row = {"gateway": gateway, "errors": 0, "is_off": False, "reason": "", "changed_at": now}
    db.session.execute(dialect.insert(GatewayState.__table__).values(row).on_conflict_do_nothing())


def _errors(gateway: str) -> int:
    counted = select(GatewayState.errors).where(GatewayState.gateway == gateway)
    return db.session.scalars(counted).one()


def _tell(gateway: str, now: datetime, reason: str) -> None:
    db.session.add(RouteChange(at=now, country="", gateway=gateway, before="", reason=reason[:300]))


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
