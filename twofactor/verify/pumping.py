"""Guard against pumping: where hardly any code comes back, phones nobody knows get none (S-28).

Fraudsters have codes texted to numbers that earn them money, and never type one. Phones that have
been confirmed before are neither counted nor held up. A block made in haste, by a crowd that had no
time to type yet, is void as soon as enough of the codes that caused it have come back.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from twofactor import audit
from twofactor.extensions import db
from twofactor.kit import Kit
from twofactor.models import BlockedPlace, ConversionSlice, Verification
from twofactor.models.database import changed
from twofactor.sms import phone as phones
from twofactor.sms.phone import Phone
from twofactor.verify.limits import HOUR, PUMPING, LimitReached
from twofactor.words import AuditEvent

ENOUGH = 20  # codes in an hour that tell something
LEAST_CONFIRMED = 5  # one of so many must come back
WINDOW = timedelta(seconds=HOUR)
LIFETIME = timedelta(seconds=PUMPING.window)
GRAIN = 60  # seconds of a slice

_SENT = text(
    "INSERT INTO conversion_slices (place, slice, sent, confirmed) VALUES (:place, :slice, 1, 0) "
    "ON CONFLICT (place, slice) DO UPDATE SET sent = conversion_slices.sent + 1"
)


def check(kit: Kit, phone: Phone) -> None:
    """Raise LimitReached while codes to phones like this one are held up."""
    if not kit.settings.limits:
        return
    now = kit.now()
    blocked = select(BlockedPlace).where(BlockedPlace.place.in_(_places(kit, phone)))
    for block in db.session.scalars(blocked.where(BlockedPlace.until > now)):
        if holds(block):
            raise LimitReached(PUMPING, int((block.until - now).total_seconds()) + 1)


def count(kit: Kit, phone: Phone) -> None:
    """Count one code on its way, and block the place once too few have come back."""
    if not kit.settings.limits:
        return
    now, places = kit.now(), _places(kit, phone)
    for place in places:
        db.session.execute(_SENT, {"place": place, "slice": _slice(now)})
    for place, sent, confirmed in _sums(places, now - WINDOW, now):
        if is_pumped(sent, confirmed):
            _block(kit, place, phone.country, now)


def confirm(kit: Kit, verification: Verification, phone: Phone) -> None:
    """The code came back right: count it where it was counted as sent."""
    for place in _places(kit, phone):
        row = update(ConversionSlice).where(
            ConversionSlice.place == place, ConversionSlice.slice == _slice(verification.created_at)
        )
        changed(row.values(confirmed=ConversionSlice.confirmed + 1))


def is_pumped(sent: int, confirmed: int) -> bool:
    """Whether these figures look like fraud. Pure."""
    return sent >= ENOUGH and confirmed * LEAST_CONFIRMED < sent


def holds(block: BlockedPlace) -> bool:
    """Whether a block still stands on its figures: codes of its hour may have come back since."""
    return is_pumped(*figures_of(block))


def figures_of(block: BlockedPlace) -> tuple[int, int]:
    """Codes sent in the hour that caused a block, and how many have come back by now."""
    for _, sent, confirmed in _sums([block.place], block.since - WINDOW, block.since):
        return sent, confirmed
    return 0, 0


def blocks() -> list[BlockedPlace]:
    """Blocks that stand or stood lately, the latest last."""
    return list(db.session.scalars(select(BlockedPlace).order_by(BlockedPlace.since)))


def lift(country: str) -> int:
    """Text everybody in a country again: an operator has looked into it. How many blocks fell."""
    return changed(delete(BlockedPlace).where(BlockedPlace.country == country.upper()))


def forget(now: datetime) -> None:
    """Drop blocks that are over, and figures that no block stands on any more."""
    changed(delete(BlockedPlace).where(BlockedPlace.until < now - WINDOW))
    oldest = _slice(now - LIFETIME - 2 * WINDOW)
    changed(delete(ConversionSlice).where(ConversionSlice.slice < oldest))


def _block(kit: Kit, place: str, country: str, now: datetime) -> None:
    dialect = sqlite if db.engine.dialect.name == "sqlite" else postgresql
    times = {"since": now, "until": now + LIFETIME}
    row = dialect.insert(BlockedPlace).values(place=place, country=country, **times)
    again = row.on_conflict_do_update(
        index_elements=["place"], set_=times, where=BlockedPlace.until <= now
    )
    db.session.execute(again)
    audit.write(kit, AuditEvent.PLACE_BLOCKED, country=country)


def _sums(places: list[str], after: datetime, until: datetime) -> list[tuple[str, int, int]]:
    figures = select(
        ConversionSlice.place, func.sum(ConversionSlice.sent), func.sum(ConversionSlice.confirmed)
    ).where(ConversionSlice.place.in_(places), *_between(after, until))
    rows = db.session.execute(figures.group_by(ConversionSlice.place))
    return [(place, int(sent), int(confirmed)) for place, sent, confirmed in rows]


def _between(after: datetime, until: datetime) -> tuple[ColumnElement[bool], ...]:
    return ConversionSlice.slice > _slice(after), ConversionSlice.slice <= _slice(until)


def _places(kit: Kit, phone: Phone) -> list[str]:
    """In one order everywhere, so that two transactions don't wait for each other."""
    prefix = kit.keyring.pseudonym("place", phones.prefix(phone.e164))
    return [phone.country, prefix]


def _slice(at: datetime) -> int:
    second = int(at.timestamp())
    return second - second % GRAIN
