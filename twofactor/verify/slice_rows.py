"""The statements about slices of hits: `verify.slices` says what they mean."""

from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Delete,
    Insert,
    Select,
    String,
    Table,
    and_,
    bindparam,
    delete,
    false,
    func,
    select,
    tuple_,
)
from sqlalchemy.orm import aliased

from twofactor.models import LimitSlice
from twofactor.models.prepared import Prepared
from twofactor.models.rows import given, insert
from twofactor.verify.windows import LATCH

_ROWS = cast(Table, LimitSlice.__table__)
KINDS = {column.name: column.type for column in _ROWS.c}
_OF = ["key", "slice"]


def _held(dialect: str) -> Insert:
    """An update that never comes true locks its row all the same, and writes nothing."""
    same = {"hits": _ROWS.c.hits}
    update = insert(dialect, _ROWS, KINDS).on_conflict_do_update
    return cast(Insert, update(index_elements=_OF, set_=same, where=false()))


def _changed(dialect: str) -> Insert:
    added = insert(dialect, _ROWS, KINDS)
    new, latest = added.excluded, func.max if dialect == "sqlite" else func.greatest
    sums = {
        "hits": _ROWS.c.hits + new.hits,
        "forget_after": latest(_ROWS.c.forget_after, new.forget_after),
    }
    return cast(Insert, added.on_conflict_do_update(index_elements=_OF, set_=sums))


def _has_left(slices: Any, asked: Any) -> ColumnElement[bool]:
    """Which slices of a given key its window reaches no more."""
    its = slices.key == asked.c.key
    return and_(its, slices.slice > LATCH, slices.slice <= asked.c.until)


def _summed(dialect: str) -> Select[Any]:
    """The latches of keys, and what has left the window of each; None: no slice has."""
    asked = given(dialect, {"key": String(), "until": BigInteger()})
    latch, gone = aliased(LimitSlice), aliased(LimitSlice)
    its = (latch.key == asked.c.key) & (latch.slice == LATCH)
    sums = (
        select(func.sum(gone.hits)).where(_has_left(gone, asked)).correlate(asked).scalar_subquery()
    )
    return select(asked.c.key, latch.hits, sums).join_from(asked, latch, its)


def _freeing() -> Select[Any]:
    """The slice of a key with which so many hits will have left the window."""
    together = func.sum(LimitSlice.hits).over(order_by=LimitSlice.slice).label("together")
    live = (
        select(LimitSlice.slice, together)
        .where(LimitSlice.key == bindparam("of"), LimitSlice.slice > bindparam("until"))
        .subquery()
    )
    return select(func.min(live.c.slice)).where(live.c.together >= bindparam("excess"))


def _still_counted(dialect: str) -> Select[Any]:
    asked = given(dialect, {"key": String(), "slice": BigInteger()})
    its = (LimitSlice.key == asked.c.key) & (LimitSlice.slice == asked.c.slice)
    return select(asked, LimitSlice.hits).join(LimitSlice, its)


def _dropped(dialect: str) -> Delete:
    asked = given(dialect, {"key": String(), "until": BigInteger()})
    gone = aliased(LimitSlice)
    rows = select(gone.key, gone.slice).join_from(asked, gone, _has_left(gone, asked))
    return delete(_ROWS).where(tuple_(_ROWS.c.key, _ROWS.c.slice).in_(rows))


def _keys_dropped(dialect: str) -> Delete:
    return delete(_ROWS).where(_ROWS.c.key.in_(select(given(dialect, {"key": String()}))))


_IDLE = (
    select(LimitSlice.key)
    .where(LimitSlice.slice == LATCH, LimitSlice.forget_after < bindparam("second"))
    .with_for_update(skip_locked=True)  # never waits for whoever counts just now
)
HOLD, CHANGE = Prepared(_held), Prepared(_changed)
SUMS, FREES = Prepared(_summed), Prepared(_freeing())
COUNTED, DROP, DROP_KEYS = Prepared(_still_counted), Prepared(_dropped), Prepared(_keys_dropped)
FORGET = Prepared(delete(_ROWS).where(_ROWS.c.key.in_(_IDLE)))
