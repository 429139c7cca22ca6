"""Who leads in a country: one row, changed by conditional UPDATE, every change kept."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert

from twofactor.extensions import db
from twofactor.models import Route, RouteChange
from twofactor.models.prepared import Prepared
from twofactor.models.row_of import RowOf
from twofactor.sms.routing import Ranking

STAYS = timedelta(minutes=5)  # a leader leads at least that long

_ROW = Route.__table__.c


def _first(dialect: str) -> ReturningInsert[Any]:
    insert = (sqlite if dialect == "sqlite" else postgresql).insert(Route.__table__)
    values = {name: bindparam(name, type_=_ROW[name].type) for name in _ROW.keys()}
    first = insert.values(values).on_conflict_do_nothing()
    mine: ReturningInsert[Any] = first.returning(_ROW.country)
    return mine


_FIRST, _TELL = Prepared(_first), RowOf(RouteChange)
_LEADER = Prepared(select(_ROW.gateway, _ROW.since).where(_ROW.country == bindparam("of")))
_NEXT = Prepared(
    update(Route)
    .where(_ROW.country == bindparam("of"), _ROW.gateway == bindparam("led"))
    .values(gateway=bindparam("leads"), since=bindparam("now"))
)


def leader(country: str) -> tuple[str | None, datetime | None]:
    """Who leads in a country, since when."""
    gateway, since = _LEADER.first(of=country) or (None, None)
    return gateway, since


def change(country: str, led: str | None, ranking: Ranking, now: datetime) -> None:
    """Put a new leader on record with its reason: once, whoever sees it first."""
    if _put(country, led, ranking.leader, now):
        _TELL.add(
            at=now,
            country=country,
            gateway=ranking.leader,
            before=led or "",
            reason=ranking.why[:300],
        )


def _put(country: str, led: str | None, leader: str, now: datetime) -> bool:
    """True for who makes the change."""
    if led is not None:
        return _NEXT.run(of=country, led=led, leads=leader, now=now) == 1
    return _FIRST.first(country=country, gateway=leader, since=now) is not None


def changes(most: int) -> Sequence[RouteChange]:
    """The latest changes of leaders and states, newest first."""
    return db.session.scalars(select(RouteChange).order_by(RouteChange.id.desc()).limit(most)).all()
