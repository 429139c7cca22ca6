"""Money: what today's texts cost, and whether there is some left (S-29).

A text is charged when its attempt is put on record, by the price list; corrected when the gateway
tells its own price; given back only when the gateway surely sent nothing.
"""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from twofactor.extensions import db
from twofactor.gateways.base import Accepted, SendResult, Unknown
from twofactor.kit import Kit
from twofactor.models import Attempt, Spending
from twofactor.models.prepared import Prepared

NOTHING = Decimal(0)
_TODAY = Prepared(select(Spending.amount).where(Spending.day == bindparam("day")))


def charge(kit: Kit, amount: Decimal | None, currency: str, now: datetime) -> None:
    """Add to today's spending, in the caller's transaction; below zero gives back. An amount in a
    currency without a rate can't be counted."""
    worth = kit.settings.money.converted(amount, currency)
    if not worth:
        return
    dialect = sqlite if db.engine.dialect.name == "sqlite" else postgresql
    insert = dialect.insert(Spending.__table__).values(day=_day(now), amount=worth)
    total = Spending.__table__.c.amount + insert.excluded.amount
    db.session.execute(insert.on_conflict_do_update(index_elements=["day"], set_={"amount": total}))


def correct(kit: Kit, attempt_id: int, result: SendResult, now: datetime) -> None:
    """Set the charge of an attempt right after its gateway has answered."""
    if isinstance(result, Unknown) or (isinstance(result, Accepted) and result.price is None):
        return
    attempt = db.session.get_one(Attempt, attempt_id)
    if attempt.price is not None:
        charge(kit, -attempt.price, attempt.currency, now)
    if isinstance(result, Accepted):
        charge(kit, result.price, result.currency, now)
    else:
        attempt.price, attempt.judge_at = None, None


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
