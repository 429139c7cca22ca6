"""Hits counted in slices of time: exactly, many keys at once, also with many processes.

A key has a row a slice, and slice 0, its latch, whose hits are the sum of all others. Slices that
have left the window are taken off by whoever counts the key next, so that a count costs the same
however many hits the window holds. The clock that is furthest ahead decides what has left.

Guarantee: `count` counts all of its hits or none; a refused one writes nothing, but for empty
latches on PostgreSQL. Whoever counts or takes back holds the latches until the transaction ends.
"""

from collections.abc import Iterable, Sequence
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    Delete,
    Insert,
    Integer,
    Select,
    String,
    Table,
    bindparam,
    case,
    delete,
    false,
    func,
    select,
    tuple_,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import aliased

from twofactor.models import LimitSlice
from twofactor.models.database import connection
from twofactor.models.prepared import Prepared
from twofactor.models.rows import folded, given
from twofactor.verify.windows import LATCH, NOTHING, Hit, Sum, changes, first_full


def count(hits: Sequence[Hit], second: int) -> tuple[int, int] | None:
    """Count them all, each of a key of its own; or none where one does not fit, and then give the
    place of the first such and the seconds until it would."""
    _hold(hits, second)
    sums = read(hits, second)
    full = first_full(hits, sums, second)
    if full is not None:
        return full
    dialect = connection().dialect.name
    are_gone = [hit for hit in hits if sums.get(hit.key, NOTHING).gone is not None]
    if are_gone:
        _DROP.run(**folded(dialect, [(hit.key, hit.gone_until(second)) for hit in are_gone]))
    _CHANGE.run(**folded(dialect, changes(hits, sums, second)))
    return None


def refund(hits: Sequence[Hit], second: int) -> None:
    """Take back those that were counted at that time and still are."""
    _hold(hits, second)
    dialect = connection().dialect.name
    asked = sorted((hit.key, hit.slice_of(second), hit.weight) for hit in hits)
    lowered = [
        (key, row, -weight, 0)
        for key, start, weight in _COUNTED.all(**folded(dialect, asked))
        for row in (LATCH, start)
    ]
    if lowered:
        _CHANGE.run(**folded(dialect, lowered))


def read(hits: Iterable[Hit], second: int) -> dict[str, Sum]:
    """What is counted, by key; keys without any are left out."""
    asked = [(hit.key, hit.gone_until(second), hit.most - hit.weight) for hit in hits]
    rows = _SUMS.all(**folded(connection().dialect.name, asked))
    return {key: Sum(total, gone, frees) for key, total, gone, frees in rows}


def drop(hits: Sequence[Hit], second: int) -> None:
    """Forget all that is counted under their keys."""
    _hold(hits, second)  # else a slice counted meanwhile would be left without its latch
    _DROP_KEYS.run(**folded(connection().dialect.name, [(hit.key,) for hit in hits]))


def forget(second: int) -> None:
    """Forget the keys that no window reaches any more."""
    _FORGET.run(second=second)


def _hold(hits: Iterable[Hit], second: int) -> None:
    """Lock the latches, in one order everywhere; SQLite's one writer holds all there is."""
    dialect = connection().dialect.name
    if dialect != "sqlite":
        latches = sorted((hit.key, LATCH, 0, hit.forget_after(second)) for hit in hits)
        _HOLD.run(**folded(dialect, latches))


_ROWS = cast(Table, LimitSlice.__table__)
_KINDS = {column.name: column.type for column in _ROWS.c}
_OF = ["key", "slice"]


def _insert(dialect: str) -> Any:
    """The given rows; without a WHERE, SQLite would take ON CONFLICT for a join's ON."""
    insert = (sqlite if dialect == "sqlite" else postgresql).insert(_ROWS)
    rows = given(dialect, _KINDS)
    return insert.from_select(list(_KINDS), select(rows).where(rows.c.key.is_not(None)))


def _held(dialect: str) -> Insert:
    """An update that never comes true locks its row all the same, and writes nothing."""
    same = {"hits": _ROWS.c.hits}
    update = _insert(dialect).on_conflict_do_update
    return cast(Insert, update(index_elements=_OF, set_=same, where=false()))


def _changed(dialect: str) -> Insert:
    insert = _insert(dialect)
    new, latest = insert.excluded, func.max if dialect == "sqlite" else func.greatest
    sums = {
        "hits": _ROWS.c.hits + new.hits,
        "forget_after": latest(_ROWS.c.forget_after, new.forget_after),
    }
    return cast(Insert, insert.on_conflict_do_update(index_elements=_OF, set_=sums))


def _summed(dialect: str) -> Select[Any]:
    """Live slices are read only where there is no room, for the one that makes it."""
    asked = given(dialect, {"key": String(), "until": BigInteger(), "room": BigInteger()})
    latch, gone, live = aliased(LimitSlice), aliased(LimitSlice), aliased(LimitSlice)
    left = (gone.key == asked.c.key) & (gone.slice > LATCH) & (gone.slice <= asked.c.until)
    held = (
        select(asked, latch.hits.label("total"), func.sum(gone.hits).label("gone"))
        .join_from(asked, latch, (latch.key == asked.c.key) & (latch.slice == LATCH))
        .outerjoin(gone, left)
        .group_by(*asked.c, latch.hits)
        .subquery("held")
    )
    excess = held.c.total - func.coalesce(held.c.gone, 0) - held.c.room
    leaving = (
        select(live.slice, func.sum(live.hits).over(order_by=live.slice).label("together"))
        .where(live.key == held.c.key, live.slice > held.c.until)
        .correlate(held)
        .subquery("leaving")
    )
    frees = select(func.min(leaving.c.slice)).where(leaving.c.together >= excess)
    return select(
        held.c.key, held.c.total, held.c.gone, case((excess > 0, frees.scalar_subquery()))
    )


def _still_counted(dialect: str) -> Select[Any]:
    asked = given(dialect, {"key": String(), "slice": BigInteger(), "weight": Integer()})
    its = (LimitSlice.key == asked.c.key) & (LimitSlice.slice == asked.c.slice)
    return select(asked).join(LimitSlice, its & (LimitSlice.hits >= asked.c.weight))


def _dropped(dialect: str) -> Delete:
    asked = given(dialect, {"key": String(), "until": BigInteger()})
    gone = aliased(LimitSlice)
    left = (gone.key == asked.c.key) & (gone.slice > LATCH) & (gone.slice <= asked.c.until)
    rows = select(gone.key, gone.slice).join_from(asked, gone, left)
    return delete(_ROWS).where(tuple_(_ROWS.c.key, _ROWS.c.slice).in_(rows))


def _keys_dropped(dialect: str) -> Delete:
    return delete(_ROWS).where(_ROWS.c.key.in_(select(given(dialect, {"key": String()}))))


_IDLE = (
    select(LimitSlice.key)
    .where(LimitSlice.slice == LATCH, LimitSlice.forget_after < bindparam("second"))
    .with_for_update(skip_locked=True)  # never waits for whoever counts just now
)
_HOLD, _CHANGE, _SUMS = Prepared(_held), Prepared(_changed), Prepared(_summed)
_COUNTED, _DROP, _DROP_KEYS = Prepared(_still_counted), Prepared(_dropped), Prepared(_keys_dropped)
_FORGET = Prepared(delete(_ROWS).where(_ROWS.c.key.in_(_IDLE)))
