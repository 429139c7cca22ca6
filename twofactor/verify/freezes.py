"""Phones that get no text for a while, because somebody reported: this was not me."""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from twofactor.extensions import db
from twofactor.kit import Kit
from twofactor.models import FrozenPhone
from twofactor.models.database import changed
from twofactor.models.prepared import Prepared
from twofactor.sms.phone import Phone
from twofactor.verify.limits import DAY, Limit, LimitReached

LIFETIME = timedelta(hours=24)
FROZEN = Limit("frozen", 0, DAY, "Texts to this number are paused after a report")
_UNTIL = Prepared(select(FrozenPhone.until).where(FrozenPhone.phone_fingerprint == bindparam("of")))


def freeze(kit: Kit, fingerprint: str) -> None:
    """No text to this phone for a day."""
    dialect = sqlite if db.engine.dialect.name == "sqlite" else postgresql
    until = kit.now() + LIFETIME
    row = dialect.insert(FrozenPhone).values(phone_fingerprint=fingerprint, until=until)
    again = row.on_conflict_do_update(index_elements=["phone_fingerprint"], set_={"until": until})
    db.session.execute(again)


def check(kit: Kit, phone: Phone) -> None:
    """Raise LimitReached while this phone is frozen."""
    until = paused_until(kit, phone)
    if until is not None:
        raise refusal(until, kit.now())


def refusal(until: datetime, now: datetime) -> LimitReached:
    """What is raised for a phone that is frozen until then."""
    return LimitReached(FROZEN, int((until - now).total_seconds()) + 1)


def paused_until(kit: Kit, phone: Phone) -> datetime | None:
    """Until when this phone is frozen; None when it is not."""
    ends = [_UNTIL.scalar(of=one) for one in kit.keyring.fingerprints(phone.e164)]
    return max((end for end in ends if end and end > kit.now()), default=None)


def thaw(fingerprint: str) -> None:
    """Text this phone again."""
    changed(delete(FrozenPhone).where(FrozenPhone.phone_fingerprint == fingerprint))


def forget(kit: Kit) -> None:
    """Drop freezes that are over."""
    changed(delete(FrozenPhone).where(FrozenPhone.until < kit.now()))
