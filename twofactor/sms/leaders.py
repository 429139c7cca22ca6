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
    values = {"gateway": ranking.leader, "since": now}
    if led is None:
        dialect = sqlite if db.engine.dialect.name == "sqlite" else postgresql
        first = dialect.insert(Route.__table__).values(country=country, **values)
        done = changed(first.on_conflict_do_nothing())
    else:
        row = update(Route).where(Route.country == country, Route.gateway == led)
        done = changed(row.values(values))
    if done == 1:
        db.session.add(
            RouteChange(
                at=now,
                country=country,
                gateway=ranking.leader,
                before=led or "",
                reason=ranking.why[:300],
            )
        )


def changes(most: int) -> Sequence[RouteChange]:
    """The latest changes of leaders and states, newest first."""
    return db.session.scalars(select(RouteChange).order_by(RouteChange.id.desc()).limit(most)).all()
