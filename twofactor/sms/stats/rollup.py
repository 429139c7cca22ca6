"""Keeping the roll-ups: notes in, counts out, each note worth its difference exactly once.

Guarantee: notes, counts and `Attempt.counted` move in one transaction behind one latch, so the
roll-ups plus `pending()` equal a count over the raw rows at any moment; a process that dies in
the middle leaves everything as it was. What retention deletes stays counted.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Delete,
    Insert,
    Integer,
    Select,
    Table,
    Update,
    bindparam,
    case,
    delete,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from twofactor.extensions import db
from twofactor.models import Attempt, DeliveryChange, Message, RollupMark
from twofactor.models.database import changed, dialect_name
from twofactor.models.prepared import Prepared
from twofactor.models.rollups import (
    EVER,
    MEASURES,
    MINUTE,
    SPANS,
    SPLIT,
    cost_rollups,
    delivery_rollups,
    rollup_cells,
    slot,
)
from twofactor.models.rows import among, folded, given
from twofactor.sms.stats.measures import (
    COST,
    Cell,
    Facts,
    Key,
    difference,
    key,
    measures,
    wider,
)
from twofactor.words import Channel

CALLS = " calls"  # behind a gateway's name
MARK = "deliveries"
BATCH = 50  # notes a transaction, so that receipts never wait long for their turn to write
TAIL = 2_000  # notes a page looks at; more are waited for
MINUTES_KEPT = timedelta(hours=3)  # the longest period by the minute, the one before, and some

Deltas = dict[Key, Counter[str]]
Slices = dict[tuple[int, int], Counter[str]]  # by cell id, and start or slot


@dataclass(frozen=True, slots=True)
class Pending:
    """What the notes that nobody has counted yet are worth."""

    deltas: Deltas
    counted: Sequence[tuple[int, str]]  # attempt id and what it counts as now


def pending(most: int = TAIL) -> Pending:
    """The live tail: what the oldest notes will change."""
    return _differences(_TAIL.all(most=most))


def count_changes(now: datetime, most: int = BATCH) -> int:
    """Count the oldest notes, in the caller's transaction; how many there were."""
    dialect = dialect_name()
    _ENSURE.run()
    _LATCH.all()
    notes = _NOTES.all(most=most)
    if notes:
        texts = sorted({(message_id,) for _, message_id in notes})
        found = _differences(_NOTED.all(**folded(dialect, texts)))
        add(found.deltas, now)
        _REMEMBER.run(**folded(dialect, found.counted))
        _FORGET.run(**folded(dialect, [(note_id,) for note_id, _ in notes]))
    _MARK.run(now=now)
    return len(notes)


def counted_at() -> datetime | None:
    """When the roll-ups were last brought up to date."""
    return db.session.scalar(select(RollupMark.counted_at).where(RollupMark.name == MARK))


def add(deltas: Deltas, now: datetime) -> None:
    """Add differences to every span. The EVER span only grows: it counts how often something was
    reached, so that a late correction never looks like a counter that began anew."""
    ids = _cell_ids({at.cell for at in deltas})
    counts: Slices = {(ids[at.cell], at.slice): delta for at, delta in deltas.items()}
    ever = _widened({of: +delta for of, delta in counts.items()}, EVER)
    slots = {(cell_id, slot(EVER, at)): delta for (cell_id, at), delta in ever.items()}
    for span in SPANS[: SPANS.index(EVER)]:
        counts, first = _widened(counts, span), _first_minute(now) if span == MINUTE else 0
        slots |= {(of, slot(span, at)): delta for (of, at), delta in counts.items() if at >= first}
    _upsert(delivery_rollups, MEASURES, _delivery_rows(slots))
    _upsert(cost_rollups, ("millionths",), _cost_rows(slots))


def _widened(counts: Slices, span: int) -> Slices:
    """The same counts by longer slices."""
    wide: Slices = {}
    for (cell_id, at), delta in counts.items():
        wide.setdefault((cell_id, wider(at, span)), Counter()).update(delta)
    return wide


def forget_minutes(now: datetime) -> None:
    """Delete what is counted by the minute and no page asks for any more."""
    for table in (delivery_rollups, cost_rollups):
        old = table.c.slot < slot(MINUTE, _first_minute(now))
        changed(delete(table).where(table.c.cell_id.in_(select(rollup_cells.c.id)), old))


def cells() -> dict[int, Cell]:
    """Every cell that was ever counted, by id."""
    return {cell_id: tuple(names) for cell_id, *names in _CELLS.all()}


def _first_minute(now: datetime) -> int:
    return int((now - MINUTES_KEPT).timestamp())


def _cell_ids(wanted: set[Cell]) -> dict[Cell, int]:
    """The ids of cells; new ones are written."""
    known = {cell: cell_id for cell_id, cell in cells().items()}
    new = [dict(zip(SPLIT, cell, strict=True)) for cell in sorted(wanted - known.keys())]
    if not new:
        return known
    dialect = sqlite if db.engine.dialect.name == "sqlite" else postgresql
    db.session.connection().execute(dialect.insert(rollup_cells).on_conflict_do_nothing(), new)
    return {cell: cell_id for cell_id, cell in cells().items()}


def _attempts() -> Select[Any]:
    columns: list[Any] = [
        Attempt.id,
        Attempt.created_at,
        _counted_as(),
        Attempt.country,
        Attempt.carrier,
        Message.purpose,
        Attempt.counted,
        Attempt.status,
        Attempt.outcome,
        Attempt.error_class,
        Attempt.sent_at,
        Attempt.delivered_at,
        Message.confirmed_at.is_not(None) & (Message.attempt_id == Attempt.id),
        Attempt.price,
        Attempt.currency,
    ]
    return select(*columns).join(Message, Message.id == Attempt.message_id)


def _counted_as() -> ColumnElement[str]:
    """Calls have a line of their own beside a gateway's texts: other prices, other success."""
    calls = Attempt.gateway.concat(CALLS)
    return case((Attempt.channel == Channel.CALL, calls), else_=Attempt.gateway)


def _differences(attempts: Iterable[Sequence[Any]]) -> Pending:
    """Of rows with the columns of `_attempts`."""
    deltas: Deltas = {}
    counted = []
    for row in attempts:
        attempt_id, created_at, gateway, country, carrier, purpose, before, *facts = row
        now = measures(Facts(*facts))
        if now != before:
            of = key(created_at, gateway, country, carrier, purpose)
            delta = deltas.setdefault(of, Counter())
            for name, amount in difference(before, now).items():
                delta[name] += amount
            counted.append((attempt_id, now))
    return Pending(deltas, counted)


def _delivery_rows(slots: Slices) -> list[tuple[Any, ...]]:
    """In the order of the table's columns, as are the next."""
    rows = [
        (*of, *[delta.get(name, 0) for name in MEASURES]) for of, delta in sorted(slots.items())
    ]
    return [row for row in rows if any(row[2:])]


def _cost_rows(slots: Slices) -> list[tuple[Any, ...]]:
    return [
        (*of, name[len(COST) :], amount)
        for of, delta in sorted(slots.items())
        for name, amount in sorted(delta.items())
        if name.startswith(COST) and amount
    ]


def _upsert(table: Table, sums: Sequence[str], rows: list[tuple[Any, ...]]) -> None:
    if rows:
        raising = _raise(db.engine.dialect.name, table, tuple(sums))
        db.session.connection().exec_driver_sql(raising, rows)


@cache
def _raise(dialect_name: str, table: Table, sums: tuple[str, ...]) -> str:
    """The upsert that adds, as the driver takes it: it gets many rows, each by position."""
    is_sqlite = dialect_name == "sqlite"
    driver = sqlite.dialect() if is_sqlite else postgresql.dialect(paramstyle="format")  # type: ignore[no-untyped-call]
    new = (sqlite if is_sqlite else postgresql).insert(table)
    raised = {name: table.c[name] + new.excluded[name] for name in sums}
    keys = [column.name for column in table.primary_key]
    statement = new.on_conflict_do_update(index_elements=keys, set_=raised)
    return str(statement.compile(dialect=driver, column_keys=table.columns.keys()))


def _ensure(dialect: str) -> Insert:
    insert = (sqlite if dialect == "sqlite" else postgresql).insert(RollupMark.__table__)
    statement: Insert = insert.values(name=MARK).on_conflict_do_nothing()
    return statement


def _noted(dialect: str) -> Select[Any]:
    return _attempts().where(among(dialect, _TEXT.id))


def _forget(dialect: str) -> Delete:
    return delete(DeliveryChange).where(among(dialect, _NOTE.id))


def _remember(dialect: str) -> Update:
    own = Attempt.__table__.c
    new = given(dialect, {"id": own.id.type, "counted": own.counted.type}).c
    return update(Attempt).where(own.id == new.id).values(counted=new.counted)


_TEXT, _NOTE = Message.__table__.c, DeliveryChange.__table__.c
_MOST = bindparam("most", type_=Integer())
_OLDEST = select(_NOTE.id, _NOTE.message_id).order_by(_NOTE.id).limit(_MOST)
_IS_MARK = RollupMark.name == MARK
_CELLS, _NOTES = Prepared(select(rollup_cells)), Prepared(_OLDEST)
_TAIL = Prepared(_attempts().where(_TEXT.id.in_(select(_OLDEST.subquery().c.message_id))))
_ENSURE, _LATCH = (
    Prepared(_ensure),
    Prepared(select(RollupMark.name).where(_IS_MARK).with_for_update()),
)
_NOTED, _FORGET, _REMEMBER = Prepared(_noted), Prepared(_forget), Prepared(_remember)
_MARK = Prepared(update(RollupMark).where(_IS_MARK).values(counted_at=bindparam("now")))
