"""How gateways fare lately: learnt from every attempt once, kept in one fading row a destination.

A text is judged 90 s after it left, or at once when its code comes back or the person asks again:
waiting for receipts would trust those who fake them. Reading is a handful of rows by primary key,
whatever the history (design.md: routing reads a window).
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Insert, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from twofactor.extensions import db
from twofactor.models import Attempt, Message, RouteRate
from twofactor.models.prepared import Prepared
from twofactor.sms.routing import Record, places
from twofactor.words import Status

JUDGED_AFTER = timedelta(seconds=90)
BATCH = 50
KEEP, KEEP_RECENT = 1 - 1 / 200, 1 - 1 / 25  # a text's weight after one more
HALF_LIFE_SECONDS = 12 * 3600.0  # without texts

COUNTED = ("sent", "confirmed", "recent_sent", "recent_confirmed", "heard", "delivered", "seconds")
RECENT = ("recent_sent", "recent_confirmed")

_ATTEMPT, _RATE = Attempt.__table__.c, RouteRate.__table__.c
_RATES = select(RouteRate.__table__).where(
    _RATE.gateway.in_(bindparam("gateways", expanding=True)),
    _RATE.destination.in_(bindparam("destinations", expanding=True)),
)
_DUE = (
    select(
        _ATTEMPT.id,
        _ATTEMPT.gateway,
        _ATTEMPT.country,
        _ATTEMPT.carrier,
        _ATTEMPT.status,
        _ATTEMPT.sent_at,
        _ATTEMPT.delivered_at,
        _ATTEMPT.confirmed_at,
    )
    .where(_ATTEMPT.judge_at <= bindparam("now"))
    .order_by(_ATTEMPT.judge_at)
    .limit(BATCH)
    .with_for_update(skip_locked=True)
)
_JUDGED = (
    update(Attempt)
    .where(Attempt.id.in_(bindparam("attempts", expanding=True)))
    .values(judge_at=None)
)

_HASTEN = Prepared(
    update(Attempt)
    .where(
        Attempt.message_id.in_(
            select(Message.id).where(Message.verification_id == bindparam("of"))
        ),
        Attempt.judge_at > bindparam("now"),
    )
    .values(judge_at=bindparam("now"))
)


def judge(now: datetime) -> int:
    """Learn from the attempts whose time has come, in the caller's transaction; how many."""
    connection = db.session.connection()
    due = connection.execute(_DUE, {"now": now}).all()
    if not due:
        return 0
    connection.execute(_JUDGED, {"attempts": [row.id for row in due]})
    by_place: dict[tuple[str, str], list[Any]] = {}
    for row in due:
        for place in places(row.country, row.carrier):
            by_place.setdefault((row.gateway, place), []).append(row)
    # Always in the same order, so that two who learn at once never wait for each other in a ring.
    learnt = [
        {"gateway": gateway, "destination": place, "updated_at": now} | _sums(rows)
        for (gateway, place), rows in sorted(by_place.items())
    ]
    connection.execute(_add(connection.dialect.name), learnt)
    return len(due)


def hasten(verification_id: int, now: datetime) -> None:
    """The person asks again: what was sent so far did not arrive in time."""
    _HASTEN.run(of=verification_id, now=now)


def read(
    gateways: Collection[str], destinations: Sequence[str], now: datetime
) -> Mapping[str, list[Record]]:
    """Each gateway's records, in the order of `destinations`."""
    rows = db.session.connection().execute(
        _RATES, {"gateways": list(gateways), "destinations": list(destinations)}
    )
    found = {(row.gateway, row.destination): row for row in rows}
    return {
        gateway: [_record(found.get((gateway, place)), now) for place in destinations]
        for gateway in gateways
    }


def _record(row: Any, now: datetime) -> Record:
    """The row as it is now: what is old says less."""
    if row is None:
        return Record()
    fade = 0.5 ** (max(0.0, (now - row.updated_at).total_seconds()) / HALF_LIFE_SECONDS)
    return Record(**{name: getattr(row, name) * fade for name in COUNTED})


def _sums(rows: Sequence[Any]) -> dict[str, float]:
    """What these attempts, oldest first, add to a row, and how much they fade it."""
    counts = dict.fromkeys(COUNTED, 0.0)
    for row in rows:
        single = _single(row)
        counts = {name: counts[name] * _kept(name) + single[name] for name in COUNTED}
    return counts | {"keep": KEEP ** len(rows), "keep_recent": KEEP_RECENT ** len(rows)}


@cache
def _add(dialect: str) -> Insert:
    """Fade one row and add to it, in a single statement."""
    table = RouteRate.__table__
    insert = (sqlite if dialect == "sqlite" else postgresql).insert(table)
    added = insert.excluded
    faded = {
        name: table.c[name] * bindparam("keep_recent" if name in RECENT else "keep") + added[name]
        for name in COUNTED
    }
    statement: Insert = insert.on_conflict_do_update(
        index_elements=["gateway", "destination"],
        set_=faded | {"updated_at": added.updated_at},
    )
    return statement


def _kept(name: str) -> float:
    return KEEP_RECENT if name in RECENT else KEEP


def _single(row: Any) -> dict[str, float]:
    confirmed = 0.0 if row.confirmed_at is None else 1.0
    delivered = row.status == Status.DELIVERED and row.delivered_at and row.sent_at
    seconds = max(0.0, (row.delivered_at - row.sent_at).total_seconds()) if delivered else 0.0
    return {
        "sent": 1.0,
        "confirmed": confirmed,
        "recent_sent": 1.0,
        "recent_confirmed": confirmed,
        "heard": 1.0 if Status(row.status).is_final else 0.0,
        "delivered": 1.0 if delivered else 0.0,
        "seconds": seconds,
    }
