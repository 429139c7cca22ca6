"""What a segment costs, where the house has a price list; no list, no prices."""

from collections.abc import Collection
from decimal import Decimal

from sqlalchemy import column, inspect, select, table

from twofactor.extensions import db
from twofactor.models.columns import Money

_PRICES = table(
    "prices",
    column("gateway"),
    column("country"),
    column("since"),
    column("per_segment", Money()),
    column("currency"),
)


def listed(gateways: Collection[str], country: str) -> dict[str, tuple[Decimal, str]]:
    """Gateway to price and currency of one segment there, of the latest entry."""
    if not inspect(db.engine).has_table(_PRICES.name):
        return {}
    row = _PRICES.c
    rows = select(row.gateway, row.per_segment, row.currency).where(
        row.gateway.in_(list(gateways)), row.country == country
    )
    return {
        name: (price, money) for name, price, money in db.session.execute(rows.order_by(row.since))
    }
