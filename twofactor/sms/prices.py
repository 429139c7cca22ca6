"""What a segment or a call costs: price lists; the latest entry that has begun counts."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from twofactor.extensions import db
from twofactor.models import Price
from twofactor.models.database import dialect_name
from twofactor.models.prepared import Prepared
from twofactor.models.rows import among, folded
from twofactor.words import Channel


@dataclass(frozen=True, slots=True)
class Listed:
    """The price of one segment, or of one call."""

    per_segment: Decimal
    currency: str


_ROW = Price.__table__.c


def _listed(dialect: str) -> Select[Any]:
    return (
        select(_ROW.gateway, _ROW.per_segment, _ROW.currency)
        .where(
            among(dialect, _ROW.gateway),
            _ROW.country == bindparam("country"),
            _ROW.channel == bindparam("way"),
            _ROW.since <= bindparam("today"),
        )
        .order_by(_ROW.since)
    )


_LISTED = Prepared(_listed)


def at(
    gateways: Collection[str], country: str, now: datetime, channel: Channel = Channel.SMS
) -> dict[str, Listed]:
    """What each gateway's list says today; gateways without an entry are left out."""
    asked = folded(dialect_name(), [(name,) for name in gateways])
    today = now.date().isoformat()
    rows = _LISTED.all(country=country, way=channel.value, today=today, **asked)
    return {gateway: Listed(per_segment, currency) for gateway, per_segment, currency in rows}


def countries(gateways: Collection[str]) -> list[str]:
    """Where these gateways have an entry, by code."""
    listed = select(_ROW.country).where(_ROW.gateway.in_(gateways)).distinct()
    return list(db.session.scalars(listed.order_by(_ROW.country)))


def put(rows: Collection[dict[str, object]]) -> None:
    """Add list entries in the caller's transaction; one that is there already is replaced."""
    dialect = sqlite if db.engine.dialect.name == "sqlite" else postgresql
    for row in rows:
        insert = dialect.insert(Price.__table__).values(row)
        db.session.execute(
            insert.on_conflict_do_update(
                index_elements=["gateway", "country", "channel", "since"],
                set_={
                    "per_segment": insert.excluded.per_segment,
                    "currency": insert.excluded.currency,
                },
            )
        )
