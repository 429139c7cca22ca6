"""The circuit breaker of each gateway, as a row that all processes share (S-76).

Five errors in a row open it for 30 s; then one text may try, and closes it or opens it again.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Insert, Select, bindparam, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from twofactor.gateways.base import Refused, SendResult, Unknown
from twofactor.models import GatewayState, RouteChange
from twofactor.models.database import changed, dialect_name
from twofactor.models.prepared import Prepared
from twofactor.models.row_of import RowOf
from twofactor.models.rows import among, folded
from twofactor.words import ErrorClass

ERRORS_TO_OPEN = 5
OPEN = timedelta(seconds=30)
PROBE = timedelta(seconds=20)  # longer than any gateway call may take

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


def _states(dialect: str) -> Select[Any]:
    columns = [_ROW[field.name] for field in fields(State)]
    return select(*columns).where(among(dialect, _ROW.gateway))


def _ensure(dialect: str) -> Insert:
    insert = (sqlite if dialect == "sqlite" else postgresql).insert(GatewayState.__table__)
    row = {"errors": 0, "is_off": False, "reason": ""}
    names = {name: bindparam(name, type_=_ROW[name].type) for name in ("gateway", "changed_at")}
    statement: Insert = insert.values({**names, **row}).on_conflict_do_nothing()
    return statement


_STATES, _ENSURE, _TELL = Prepared(_states), Prepared(_ensure), RowOf(RouteChange)
_ERRORS = Prepared(select(_ROW.errors).where(_ROW.gateway == bindparam("of")))
_HAS_ERRORS = Prepared(
    select(_ROW.gateway).where(
        _ROW.gateway == bindparam("of"), or_(_ROW.errors > 0, _ROW.open_until.is_not(None))
    )
)


def states(gateways: Collection[str]) -> dict[str, State]:
    """The state of each; one that has no row is in order."""
    asked = folded(dialect_name(), [(name,) for name in gateways])
    known = {row[0]: State(*row) for row in _STATES.all(**asked)}
    return {name: known.get(name) or State(name) for name in gateways}


def take_probe(gateway: str, now: datetime) -> bool:
    """Claim the one text that may try an opened gateway."""
    free = update(GatewayState).where(
        GatewayState.gateway == gateway,
        GatewayState.open_until <= now,
        or_(GatewayState.probe_until.is_(None), GatewayState.probe_until <= now),
    )
    return changed(free.values(probe_until=now + PROBE)) == 1


def note_calls(calls: Sequence[tuple[str, SendResult]], now: datetime) -> None:
    """Count what calls to gateways came to, in order, in the transaction that settles them."""
    before: dict[str, bool] = {}  # what comes twice with nothing between says nothing new
    for gateway, result in calls:
        is_error = _is_error(result)
        if is_error:
            _note_error(gateway, result, now)
        elif before.get(gateway, True):
            _close(gateway, now)
        before[gateway] = is_error


def _note_error(gateway: str, result: SendResult, now: datetime) -> None:
    ensure(gateway, now)
    row = update(GatewayState).where(GatewayState.gateway == gateway)
    changed(row.values(errors=GatewayState.errors + 1))
    errors = int(_ERRORS.scalar(of=gateway))
    if errors < ERRORS_TO_OPEN:
        return
    first = row.where(GatewayState.open_until.is_(None)).values(open_until=now + OPEN)
    if changed(first) == 1:
        tell(gateway, now, f"out of order: {errors} errors in a row, the last: {_why(result)}")
    else:
        changed(row.values(open_until=now + OPEN, probe_until=None))


def switch(gateway: str, *, is_off: bool, reason: str, now: datetime) -> None:
    """An operator takes a gateway out, or back in, and says why."""
    ensure(gateway, now)
    row = update(GatewayState).where(GatewayState.gateway == gateway)
    changed(row.values(is_off=is_off, reason=reason, changed_at=now))
    tell(gateway, now, f"switched {'off' if is_off else 'on'} by an operator: {reason}")


def _close(gateway: str, now: datetime) -> None:
    """It works: most often it did all along, and one look is all it costs."""
    if _HAS_ERRORS.first(of=gateway) is None:
        return
    row = update(GatewayState).where(GatewayState.gateway == gateway)
    shut = row.where(GatewayState.open_until.is_not(None))
    if changed(shut.values(errors=0, open_until=None, probe_until=None)) == 1:
        tell(gateway, now, "works again")
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


def ensure(gateway: str, now: datetime) -> None:
    """Make sure that the gateway has a row."""
    _ENSURE.run(gateway=gateway, changed_at=now)


def tell(gateway: str, now: datetime, reason: str) -> None:
    """Keep a change of state with its reason."""
    _TELL.add(at=now, country="", gateway=gateway, before="", reason=reason[:300])
