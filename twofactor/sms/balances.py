"""The money that is left with each gateway: asked for by a job, shown with its age."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from twofactor.extensions import db
from twofactor.gateways.base import Balance
from twofactor.kit import Kit
from twofactor.models import GatewayBalance


def ask(kit: Kit) -> dict[str, Balance]:
    """What the gateways tell now; calls each of them. Left out: who tells nothing, or can't be
    reached."""
    told = {name: gateway.balance() for name, gateway in kit.gateways.items()}
    return {name: balance for name, balance in told.items() if balance is not None}


def keep(told: Mapping[str, Balance], now: datetime) -> None:
    """Put what was told in place of what was known, in the caller's transaction."""
    dialect = sqlite if db.engine.dialect.name == "sqlite" else postgresql
    for name, balance in told.items():
        new = dialect.insert(GatewayBalance).values(
            gateway=name, amount=balance.amount, currency=balance.currency, at=now
        )
        fresh = {column: new.excluded[column] for column in ("amount", "currency", "at")}
        db.session.execute(new.on_conflict_do_update(index_elements=["gateway"], set_=fresh))


def kept() -> dict[str, GatewayBalance]:
    """What each gateway told last, with the time."""
    return {row.gateway: row for row in db.session.scalars(select(GatewayBalance))}
