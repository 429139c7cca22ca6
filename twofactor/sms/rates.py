"""How gateways fare lately: learnt from every attempt once, kept in one fading row a destination.

A text is judged 90 s after it left, or at once when its code comes back or the person asks again:
waiting for receipts would trust those who fake them. Reading is a handful of rows by primary key,
whatever the history (design.md: routing reads a window).
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Insert, Select, Update, and_, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from twofactor.models import Attempt, Message, RouteRate
from twofactor.models.database import connection, dialect_name
from twofactor.models.prepared import Prepared
from twofactor.models.rows import among, folded, given
from twofactor.sms.routing import Record, places
from twofactor.words import Status

JUDGED_AFTER = timedelta(seconds=90)
BATCH = 50
KEEP, KEEP_RECENT = 1 - 1 / 200, 1 - 1 / 25  # a text's weight after one more
HALF_LIFE_SECONDS = 12 * 3600.0  # without texts

COUNTED = ("sent", "confirmed", "recent_sent", "recent_confirmed", "heard", "delivered", "seconds")
RECENT = ("recent_sent", "recent_confirmed")

_ATTEMPT, _RATE = Attempt.__table__.c, RouteRate.__table__.c


class _Due(NamedTuple):
    """An attempt whose time has come."""

    id: int
    gateway: str
    country: str
    carrier: str
    status: str
    sent_at: datetime | None
    delivered_at: datetime | None
    confirmed_at: datetime | None


def _rates(dialect: str) -> Select[Any]:
    keys = ("gateway", "destination")
    asked = given(dialect, {name: _RATE[name].type for name in keys})
    same = and_(*(_RATE[name] == asked.c[name] for name in keys))
    columns = (*keys, "updated_at", *COUNTED)
    return select(*(_RATE[name] for name in columns)).join_from(asked, RouteRate.__table__, same)


def _judged(dialect: str) -> Update:
    return update(Attempt).where(among(dialect, _ATTEMPT.id)).values(judge_at=None)


_DUE = Prepared(
    select(*(_ATTEMPT[name] for name in _Due._fields))
    .where(_ATTEMPT.judge_at <= bindparam("now"))
    .order_by(_ATTEMPT.judge_at)
    .limit(BATCH)
    .with_for_update(skip_locked=True)
)
_RATES, _JUDGED = Prepared(_rates), Prepared(_judged)
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
    due = [_Due(*row) for row in _DUE.all(now=now)]
    if not due:
        return 0
    here = connection()
    _JUDGED.run(**folded(here.dialect.name, [(row.id,) for row in due]))
    by_place: dict[tuple[str, str], list[_Due]] = {}
    for row in due:
        for place in places(row.country, row.carrier):
            by_place.setdefault((row.gateway, place), []).append(row)
    # Always in the same order, so that two who learn at once never wait for each other in a ring.
    learnt = [
        {"gateway": gateway, "destination": place, "updated_at": now} | _sums(rows)
        for (gateway, place), rows in sorted(by_place.items())
    ]
    here.execute(_add(here.dialect.name), learnt)
    return len(due)


def hasten(verification_id: int, now: datetime) -> None:
    """The person asks again: what was sent so far did not arrive in time."""
    _HASTEN.run(of=verification_id, now=now)


def read(
    gateways: Collection[str], destinations: Sequence[str], now: datetime
) -> Mapping[str, list[Record]]:
    """Each gateway's records, in the order of `destinations`."""
    asked = [(gateway, place) for gateway in gateways for place in destinations]
    rows = _RATES.all(**folded(dialect_name(), asked))
    found = {(row[0], row[1]): _record(row[2], row[3:], now) for row in rows}
    return {
        gateway: [found.get((gateway, place)) or Record() for place in destinations]
        for gateway in gateways
    }


def _record(updated_at: datetime, counts: Sequence[float], now: datetime) -> Record:
    """The row as it is now: what is old says less."""
    fade = 0.5 ** (max(0.0, (now - updated_at).total_seconds()) / HALF_LIFE_SECONDS)
    return Record(**{name: n * fade for name, n in zip(COUNTED, counts, strict=True)})


def _sums(rows: Sequence[_Due]) -> dict[str, float]:
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


def _single(row: _Due) -> dict[str, float]:
    confirmed = 0.0 if row.confirmed_at is None else 1.0
    delivered, seconds = 0.0, 0.0
    if row.status == Status.DELIVERED and row.delivered_at and row.sent_at:
        delivered, seconds = 1.0, max(0.0, (row.delivered_at - row.sent_at).total_seconds())
    return {
        "sent": 1.0,
        "confirmed": confirmed,
        "recent_sent": 1.0,
        "recent_confirmed": confirmed,
        "heard": 1.0 if Status(row.status).is_final else 0.0,
        "delivered": delivered,
        "seconds": seconds,
    }
