"""Money: what today's texts cost, and whether there is some left (S-29).

A text is charged when its attempt is put on record, by the price list; corrected when the gateway
tells its own price; given back only when the gateway surely sent nothing.
"""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import Insert, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from twofactor.kit import Kit
from twofactor.models import Spending
from twofactor.models.prepared import Prepared

NOTHING = Decimal(0)
_TODAY = Prepared(select(Spending.amount).where(Spending.day == bindparam("day")))


def charge(kit: Kit, amount: Decimal | None, currency: str, now: datetime) -> None:
    """Add to today's spending, in the caller's transaction; below zero gives back. An amount in a
    currency without a rate can't be counted."""
    worth = kit.settings.money.converted(amount, currency)
    if not worth:
        return
    _ADD.run(day=_day(now), amount=worth)


def _add(dialect: str) -> Insert:
    """To the day's row."""
    row = Spending.__table__.c
    insert = (sqlite if dialect == "sqlite" else postgresql).insert(Spending.__table__)
    added = insert.values({name: bindparam(name, type_=row[name].type) for name in row.keys()})
    total = row.amount + insert.excluded.amount
    statement: Insert = added.on_conflict_do_update(index_elements=["day"], set_={"amount": total})
    return statement


_ADD = Prepared(_add)


def spent(now: datetime) -> Decimal:
    """Today's spending so far, in the house's currency."""
    return _TODAY.scalar(day=_day(now)) or NOTHING


def is_left(kit: Kit, *, is_verified: bool, now: datetime) -> bool:
    """Whether one more text may be paid: the reserve is for phones that were confirmed before."""
    rules = kit.settings.money
    if rules.per_day is None:
        return True
    bound = rules.per_day if is_verified else rules.per_day * (1 - rules.reserve)
    return spent(now) < bound


def _day(now: datetime) -> str:
    return now.date().isoformat()
