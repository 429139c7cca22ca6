"""Guard against pumping: where hardly any code comes back, phones nobody knows get none (S-28).

Fraudsters have codes texted to numbers that earn them money, and never type one. Phones that have
been confirmed before are neither counted nor held up. A block made in haste, by a crowd that had no
time to type yet, is void as soon as enough of the codes that caused it have come back.
"""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, func, select, text
from sqlalchemy.dialects import postgresql, sqlite

from twofactor import audit
from twofactor.extensions import db
from twofactor.kit import Kit
from twofactor.models import BlockedPlace, ConversionSlice
from twofactor.models.database import changed, connection
from twofactor.models.prepared import Prepared
from twofactor.sms import phone as phones
from twofactor.sms.phone import Phone
from twofactor.verify.entries import Entry
from twofactor.verify.limits import HOUR, PUMPING, LimitReached
from twofactor.words import AuditEvent

ENOUGH = 20  # codes in an hour that tell something
LEAST_CONFIRMED = 5  # one of so many must come back
WINDOW = timedelta(seconds=HOUR)
LIFETIME = timedelta(seconds=PUMPING.window)
GRAIN = 60  # seconds of a slice

_SENT = Prepared(
    text(
        "INSERT INTO conversion_slices (place, slice, sent, confirmed) "
        "VALUES (:place, :slice, 1, 0) "
        "ON CONFLICT (place, slice) DO UPDATE SET sent = conversion_slices.sent + 1"
    )
)
_CONFIRMED = Prepared(
    text(
        "UPDATE conversion_slices SET confirmed = confirmed + 1 "
        "WHERE place = :place AND slice = :slice"
    )
)
_SUMS = Prepared(
    select(func.sum(ConversionSlice.sent), func.sum(ConversionSlice.confirmed)).where(
        ConversionSlice.place == bindparam("of"),
        ConversionSlice.slice > bindparam("after"),
        ConversionSlice.slice <= bindparam("until"),
    )
)
_BLOCKED = Prepared(
    select(BlockedPlace.since, BlockedPlace.until).where(
        BlockedPlace.place == bindparam("of"), BlockedPlace.until > bindparam("now")
    )
)


def check(kit: Kit, phone: Phone) -> None:
    """Raise LimitReached while codes to phones like this one are held up."""
    if not kit.settings.limits:
        return
    now = kit.now()
    for place in _places(kit, phone):
        for since, until in _BLOCKED.all(of=place, now=now):
            if is_pumped(*_sums(place, since)):
                raise LimitReached(PUMPING, int((until - now).total_seconds()) + 1)


def count(kit: Kit, phone: Phone) -> None:
    """Count one code on its way, and block the place once too few have come back."""
    if not kit.settings.limits:
        return
    now = kit.now()
    for place in _places(kit, phone):
        _SENT.run(place=place, slice=_slice(now))
        if is_pumped(*_sums(place, now)):
            _block(kit, place, phone.country, now)


def confirm(kit: Kit, verification: Entry, phone: Phone) -> None:
    """The code came back right: count it where it was counted as sent."""
    if not kit.settings.limits:
        return
    for place in _places(kit, phone):
        _CONFIRMED.run(place=place, slice=_slice(verification.created_at))


def is_pumped(sent: int, confirmed: int) -> bool:
    """Whether these figures look like fraud. Pure."""
    return sent >= ENOUGH and confirmed * LEAST_CONFIRMED < sent


def holds(block: BlockedPlace) -> bool:
    """Whether a block still stands on its figures: codes of its hour may have come back since."""
    return is_pumped(*figures_of(block))


def figures_of(block: BlockedPlace) -> tuple[int, int]:
    """Codes sent in the hour that caused a block, and how many have come back by now."""
    return _sums(block.place, block.since)


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
    dialect = sqlite if connection().dialect.name == "sqlite" else postgresql
    times = {"since": now, "until": now + LIFETIME}
    row = dialect.insert(BlockedPlace).values(place=place, country=country, **times)
    again = row.on_conflict_do_update(
        index_elements=["place"], set_=times, where=BlockedPlace.until <= now
    )
    connection().execute(again)
    audit.write(kit, AuditEvent.PLACE_BLOCKED, country=country)


def _sums(place: str, until: datetime) -> tuple[int, int]:
    """Codes sent in the hour before, and how many of them have come back by now."""
    after = _slice(until - WINDOW)
    for sent, confirmed in _SUMS.all(of=place, after=after, until=_slice(until)):
        return int(sent or 0), int(confirmed or 0)
    return 0, 0


def _places(kit: Kit, phone: Phone) -> list[str]:
    """In one order everywhere, so that two transactions don't wait for each other."""
    prefix = kit.keyring.pseudonym("place", phones.prefix(phone.e164))
    return [phone.country, prefix]


def _slice(at: datetime) -> int:
    second = int(at.timestamp())
    return second - second % GRAIN
