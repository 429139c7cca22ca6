"""Who leads in a country: one row, changed by conditional UPDATE, every change kept."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from twofactor.extensions import db
from twofactor.models import Route, RouteChange
from twofactor.models.database import changed
from twofactor.sms.routing import Ranking

STAYS = timedelta(minutes=5)  # a leader leads at least that long

_ROW = Route.__table__.c
_LEADER = select(_ROW.gateway, _ROW.since).where(_ROW.country == bindparam("country"))


def leader(country: str) -> tuple[str | None, datetime | None]:
    """Who leads in a country, since when."""
    row = db.session.connection().execute(_LEADER, {"country": country}).first()
    return (row.gateway, row.since) if row else (None, None)


def change(country: str, led: str | None, ranking: Ranking, now: datetime) -> None:
    """Put a new leader on record with its reason: once, whoever sees it first."""
    if _put(country, led, {"gateway": ranking.leader, "since": now}):
        db.session.add(
            RouteChange(
                at=now,
                country=country,
                gateway=ranking.leader,
                before=led or "",
                reason=ranking.why[:300],
            )
        )


def _put(country: str, led: str | None, values: dict[str, object]) -> bool:
    """True for who makes the change."""
    if led is not None:
        row = update(Route).where(Route.country == country, Route.gateway == led)
        return changed(row.values(values)) == 1
    dialect = sqlite if db.engine.dialect.name == "sqlite" else postgresql
    first = dialect.insert(Route.__table__).values(country=country, **values)
    mine = first.on_conflict_do_nothing().returning(_ROW.country)
    return db.session.execute(mine).first() is not None


def changes(most: int) -> Sequence[RouteChange]:
    """The latest changes of leaders and states, newest first."""
    return db.session.scalars(select(RouteChange).order_by(RouteChange.id.desc()).limit(most)).all()
