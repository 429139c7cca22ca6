"""Figures over a period: roll-ups plus the live tail, never a count over the raw rows."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, BindParameter, Select, Table, bindparam, cast, func, select

from twofactor.extensions import db
from twofactor.models.rollups import (
    EVER,
    MEASURES,
    SETTLED,
    SLOTS_A_SPAN,
    SPLIT,
    cost_rollups,
    delivery_rollups,
    rollup_cells,
    slot,
)
from twofactor.sms.stats.figures import Figures, total
from twofactor.sms.stats.measures import Cell, Key, wider
from twofactor.sms.stats.periods import Period
from twofactor.sms.stats.rollup import Deltas, pending
from twofactor.sms.stats.rollup import cells as known_cells

Filters = Mapping[str, str]  # dimension of SPLIT -> the one value that counts
NO_FILTERS: Filters = {}
Name = tuple[str, ...]  # of a line: its values of one dimension, or of several
SERIES = ("attempts", "accepted", *SETTLED, "confirmed")
# What a table splits by: the same carrier's name in two countries is two networks.
TABLES = {"gateway": ("gateway",), "country": ("country",), "carrier": ("country", "carrier")}
TABLES |= {"purpose": ("purpose",)}


@dataclass(frozen=True, slots=True)
class Compared:
    """Figures of a period beside those of the period before."""

    names: Filters  # what they are the figures of, as filters
    now: Figures
    before: Figures


@dataclass(frozen=True, slots=True)
class History:
    """All that the deliveries page shows."""

    period: Period
    whole: Compared
    splits: Mapping[str, list[Compared]]  # by table, most attempts first
    series: list[tuple[int, Figures]]  # by slice, oldest first, none left out
    choices: Mapping[str, list[str]]  # every value that occurs, whatever the filters


def history(period: Period, filters: Filters) -> History:
    """Figures of the period and of the one before, split by each dimension."""
    tail = pending().deltas
    now, before = cells(period, tail, filters), cells(period.before, tail, filters)
    occurring = now if len(filters) < 2 else _occurring(period, tail)
    return History(
        period,
        Compared(
            filters,
            total(_kept(now, filters).values()),
            total(_kept(before, filters).values()),
        ),
        {name: _split(name, now, before, filters) for name in TABLES},
        series(period, filters, tail),
        {name: sorted({cell[place] for cell in occurring}) for place, name in enumerate(SPLIT)},
    )


def cells(
    period: Period, tail: Deltas | None = None, filters: Filters = NO_FILTERS
) -> dict[Cell, Figures]:
    """Figures of a period by every dimension at once; of the cells that pass all filters but one,
    for a table leaves the filter of its own dimension out."""
    found = _read(period.cover, filters)
    for key, delta in _within(period, pending().deltas if tail is None else tail):
        if _is_near(key.cell, filters):
            known = found.get(key.cell, Figures())
            found[key.cell] = total([known, Figures.of(delta)])
    return {cell: figures for cell, figures in found.items() if figures.attempts}


def since_ever() -> dict[Cell, Figures]:
    """How often anything was reached since the first attempt: never falls, and so leaves the tail
    to the job."""
    return _read([(EVER, 0)])


def series(
    period: Period,
    filters: Filters,
    tail: Deltas | None = None,
    measures: tuple[str, ...] = SERIES,
) -> list[tuple[int, Figures]]:
    """Counts of some measures by slice, oldest first, none left out."""
    counts = {when: Counter[str]() for when in period.slices}
    inside = {"slots": [slot(period.span_minutes, when) for when in counts], **filters}
    statement = _sums(delivery_rollups, ("slot",), measures, tuple(filters))
    for place, *amounts in db.session.connection().execute(statement, inside):
        counts[place % SLOTS_A_SPAN] = Counter(dict(zip(measures, amounts, strict=True)))
    for key, delta in _within(period, pending().deltas if tail is None else tail):
        if _fits(key.cell, filters):
            counts[wider(key.slice, period.span_minutes)].update(
                {name: delta[name] for name in measures}
            )
    return [(when, Figures.of(found)) for when, found in sorted(counts.items())]


def grouped(
    by: Iterable[str], parts: Mapping[Cell, Figures], filters: Filters
) -> dict[Name, Figures]:
    """Cells that pass the filters, joined by some of their dimensions."""
    places = [SPLIT.index(name) for name in by]
    groups: dict[Name, list[Figures]] = {}
    for cell, figures in _kept(parts, filters).items():
        groups.setdefault(tuple(cell[place] for place in places), []).append(figures)
    return {name: total(group) for name, group in sorted(groups.items())}


def _occurring(period: Period, tail: Deltas) -> set[Cell]:
    """The cells that anything is counted in, whatever the filters."""
    names, inside = known_cells(), _slots(period.cover)
    rows = db.session.connection().execute(_ATTEMPTS, inside)
    found = {names[cell_id] for cell_id, attempts in rows if attempts}
    return found | {key.cell for key, delta in _within(period, tail) if delta["attempts"]}


def _read(slices: Iterable[tuple[int, int]], filters: Filters = NO_FILTERS) -> dict[Cell, Figures]:
    """What the roll-ups hold of slices, by span and start."""
    inside: dict[str, Any] = _slots(slices)
    names, connection = known_cells(), db.session.connection()
    counted, paid = _COUNTS, _COSTS
    if len(filters) > 1:  # else every cell passes all but one
        counted, paid = _COUNTS_OF, _COSTS_OF
        inside["cells"] = [of for of, cell in names.items() if _is_near(cell, filters)]
    spent: dict[int, dict[str, int]] = {}
    for cell_id, currency, amount in connection.execute(paid, inside).all():
        spent.setdefault(cell_id, {})[currency] = amount
    counts = connection.execute(counted, inside).all()
    return {names[row[0]]: Figures(row[1:], spent.get(row[0], {})) for row in counts}


def _slots(slices: Iterable[tuple[int, int]]) -> dict[str, Any]:
    return {"slots": [slot(span, start) for span, start in slices]}


@cache
def _sums(
    table: Table, by: tuple[str, ...], sums: tuple[str, ...], filters: tuple[str, ...] = ()
) -> Select[Any]:
    """The statement that adds up; built once, for that costs as much as running it. The cells are
    asked for by their ids, so that the key is walked cell by cell and nothing is sorted."""
    keys: list[Any] = [table.c[name] for name in by]
    wanted = select(rollup_cells.c.id).where(
        *(rollup_cells.c[name] == bindparam(name) for name in filters)
    )
    return (
        select(*keys, *(cast(func.sum(table.c[name]), BigInteger) for name in sums))
        .where(
            table.c.cell_id.in_(wanted),
            table.c.slot.in_(bindparam("slots", expanding=True)),
        )
        .group_by(*keys)
    )


_COUNTS = _sums(delivery_rollups, ("cell_id",), MEASURES)
_COSTS = _sums(cost_rollups, ("cell_id", "currency"), ("millionths",))
_ATTEMPTS = _sums(delivery_rollups, ("cell_id",), ("attempts",))
_SOME: BindParameter[int] = bindparam("cells", expanding=True)
_COUNTS_OF = _COUNTS.where(delivery_rollups.c.cell_id.in_(_SOME))
_COSTS_OF = _COSTS.where(cost_rollups.c.cell_id.in_(_SOME))


def _within(period: Period, tail: Deltas) -> Iterable[tuple[Key, Counter[str]]]:
    first, last = int(period.since.timestamp()), int(period.until.timestamp())
    return ((key, delta) for key, delta in tail.items() if first <= key.slice < last)


def _kept(parts: Mapping[Cell, Figures], filters: Filters) -> Mapping[Cell, Figures]:
    if not filters:
        return parts
    return {cell: figures for cell, figures in parts.items() if _fits(cell, filters)}


def _is_near(cell: Cell, filters: Filters) -> bool:
    """Passes all filters but one at most."""
    return sum(cell[SPLIT.index(name)] != value for name, value in filters.items()) <= 1


def _fits(cell: Cell, filters: Filters) -> bool:
    return all(cell[SPLIT.index(name)] == value for name, value in filters.items())


def _split(
    table: str, now: Mapping[Cell, Figures], before: Mapping[Cell, Figures], filters: Filters
) -> list[Compared]:
    """One dimension under the filters of the others, so that its own filter can be changed."""
    by, others = TABLES[table], {key: value for key, value in filters.items() if key != table}
    new, old = grouped(by, now, others), grouped(by, before, others)
    rows = [
        Compared(dict(zip(by, name, strict=True)), figures, old.get(name, Figures()))
        for name, figures in new.items()
    ]
    return sorted(rows, key=lambda row: (-row.now.attempts, *row.names.values()))
