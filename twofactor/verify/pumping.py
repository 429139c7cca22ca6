"""Guard against pumping: where hardly any code comes back, phones nobody knows get none (S-28).

Fraudsters have codes texted to numbers that earn them money, and never type one. Phones that have
been confirmed before are neither counted nor held up. A block made in haste, by a crowd that had no
time to type yet, is void as soon as enough of the codes that caused it have come back.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import (
    Insert,
    Select,
    String,
    Table,
    bindparam,
    delete,
    func,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite

from twofactor import audit
from twofactor.extensions import db
from twofactor.kit import Kit
from twofactor.models import BlockedPlace, ConversionSlice
from twofactor.models.database import changed, connection, dialect_name
from twofactor.models.hand import memory, write_late, write_waiting
from twofactor.models.prepared import Prepared
from twofactor.models.rows import folded, given, insert, write
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


@dataclass(slots=True)
class _Place:
    """A place: its block, if any, and what became of the codes of its latest hour. Of one
    transaction, whose works see what each of them counted."""

    place: str
    slice: int  # the latest one that is counted in
    since: datetime | None
    until: datetime | None
    sent: int
    confirmed: int


_SLICES = cast(Table, ConversionSlice.__table__)


_COUNTS = {name: _SLICES.c[name].type for name in ("place", "slice", "sent", "confirmed")}


def _more(dialect: str) -> Insert:
    added = insert(dialect, _SLICES, _COUNTS)
    more = {"sent": _SLICES.c.sent + added.excluded.sent}
    return cast(Insert, added.on_conflict_do_update(index_elements=["place", "slice"], set_=more))


def _told(dialect: str) -> Select[Any]:
    """Of each given place: since and until when it is blocked, and its latest hour."""
    asked = given(dialect, {"place": String()})
    block = (BlockedPlace.place == asked.c.place) & (BlockedPlace.until > bindparam("now"))
    in_hour = (
        (ConversionSlice.place == asked.c.place)
        & (ConversionSlice.slice > bindparam("after"))
        & (ConversionSlice.slice <= bindparam("until"))
    )
    times = (BlockedPlace.since, BlockedPlace.until)
    sums = (func.sum(ConversionSlice.sent), func.sum(ConversionSlice.confirmed))
    found = select(asked.c.place, *times, *sums).select_from(asked).outerjoin(BlockedPlace, block)
    return found.outerjoin(ConversionSlice, in_hour).group_by(asked.c.place, *times)


_SENT, _TOLD = Prepared(_more), Prepared(_told)
_CONFIRMED = Prepared(
    text(
        "UPDATE conversion_slices SET confirmed = confirmed + :more "
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


def check(kit: Kit, phone: Phone) -> None:
    """Raise LimitReached while codes to phones like this one are held up."""
    if kit.settings.limits:
        _check(_of(_places(kit, phone), kit.now()), kit.now())


def count(kit: Kit, phone: Phone) -> None:
    """Count one code on its way, and block the place once too few have come back; after
    `limits.permit_send`, which keeps others from counting at the same time. Raises LimitReached,
    and counts nothing, while codes to phones like this one are held up."""
    if not kit.settings.limits:
        return
    now = kit.now()
    told = _of(_places(kit, phone), now)
    _check(told, now)
    write_late(_send, [(of.place, of.slice) for of in told])
    for of in told:
        of.sent += 1
    for of in told:
        if is_pumped(of.sent, of.confirmed):
            _block(kit, of.place, phone.country, now)
            _settle()


def confirm(kit: Kit, verification: Entry, phone: Phone) -> None:
    """The code came back right: count it where it was counted as sent."""
    if not kit.settings.limits:
        return
    known, places = _known(), _places(kit, phone)
    write_late(_confirm, [(place, _slice(verification.created_at)) for place in places])
    for place in places:
        if place in known:
            known[place].confirmed += 1


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
    dialect = sqlite if dialect_name() == "sqlite" else postgresql
    times = {"since": now, "until": now + LIFETIME}
    row = dialect.insert(BlockedPlace).values(place=place, country=country, **times)
    again = row.on_conflict_do_update(
        index_elements=["place"], set_=times, where=BlockedPlace.until <= now
    )
    connection().execute(again)
    audit.write(kit, AuditEvent.PLACE_BLOCKED, country=country)


def _of(places: Sequence[str], now: datetime) -> list[_Place]:
    until, known = _slice(now), _known()
    if not known or next(iter(known.values())).slice != until:  # they are read together
        _settle()
    asked = [(place,) for place in places if place not in known]
    if asked:
        rows = folded(dialect_name(), asked)
        told = _TOLD.all(now=now, after=_slice(now - WINDOW), until=until, **rows)
        for place, since, over, sent, confirmed in told:
            known[place] = _Place(place, until, since, over, int(sent or 0), int(confirmed or 0))
    return [known[place] for place in places]


def _known() -> dict[str, _Place]:
    """What the transaction at hand has read and counted; a session keeps nothing."""
    kept = memory()
    return {} if kept is None else cast(dict[str, _Place], kept.setdefault(_of, {}))


def _settle() -> None:
    """Write what waits, so that it can be read anew."""
    write_waiting(_send)
    write_waiting(_confirm)
    _known().clear()


def _send(counts: Sequence[Sequence[tuple[str, int]]]) -> None:
    """Count codes on their way: of each the places and their slice."""
    counted = Counter(of for places in counts for of in places)
    write(_SENT, [(*of, sent, 0) for of, sent in sorted(counted.items())])


def _confirm(counts: Sequence[Sequence[tuple[str, int]]]) -> None:
    """Count codes that came back: of each the places and the slice that it was sent in."""
    for (place, start), more in sorted(Counter(of for places in counts for of in places).items()):
        _CONFIRMED.run(place=place, slice=start, more=more)


def _check(told: Iterable[_Place], now: datetime) -> None:
    for of in told:
        if of.since is None or of.until is None:
            continue
        write_waiting(_confirm)
        if is_pumped(*_sums(of.place, of.since)):
            raise LimitReached(PUMPING, int((of.until - now).total_seconds()) + 1)


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
