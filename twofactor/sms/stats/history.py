"""Figures over a period: roll-ups plus the live tail, never a count over the raw rows."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Select, Table, bindparam, func, select

from twofactor.extensions import db
from twofactor.models.rollups import (
    EVER,
    HOUR,
    MEASURES,
    SETTLED,
    SPLIT,
    cost_rollups,
    delivery_rollups,
)
from twofactor.sms.stats.figures import Figures, total
from twofactor.sms.stats.measures import COST, Key, wider
from twofactor.sms.stats.periods import Period
from twofactor.sms.stats.rollup import Deltas, pending

Cell = tuple[str, str, str]  # gateway, country, purpose
Filters = Mapping[str, str]  # dimension of SPLIT -> the one value that counts
SERIES = ("attempts", "accepted", *SETTLED, "confirmed")


@dataclass(frozen=True, slots=True)
class Compared:
    """Figures of a period beside those of the period before."""

    name: str
    now: Figures
    before: Figures


@dataclass(frozen=True, slots=True)
class History:
    """All that the deliveries page shows."""

    period: Period
    whole: Compared
    splits: Mapping[str, list[Compared]]  # by dimension, most attempts first
    series: list[tuple[int, Figures]]  # by slice, oldest first, none left out
    choices: Mapping[str, list[str]]  # every value that occurs, whatever the filters


def history(period: Period, filters: Filters) -> History:
    """Figures of the period and of the one before, split by gateway, country and purpose."""
    tail = pending().deltas
    now, before = cells(period, tail), cells(period.before, tail)
    return History(
        period,
        Compared("", total(_kept(now, filters)), total(_kept(before, filters))),
        {name: _split(name, now, before, filters) for name in SPLIT},
        series(period, filters, tail),
        {name: sorted({cell[place] for cell in now}) for place, name in enumerate(SPLIT)},
    )


def cells(period: Period, tail: Deltas | None = None) -> dict[Cell, Figures]:
    """Figures of a period by gateway, country and purpose at once."""
    found: dict[Cell, Counter[str]] = {}
    for gateway, country, purpose, *amounts in _read(delivery_rollups, period, SPLIT, MEASURES):
        counts = {name: int(n) for name, n in zip(MEASURES, amounts, strict=True) if n}
        found[gateway, country, purpose] = Counter(counts)
    by, cost = (*SPLIT, "currency"), ("millionths",)
    for gateway, country, purpose, currency, amount in _read(cost_rollups, period, by, cost):
        found.setdefault((gateway, country, purpose), Counter())[COST + currency] = int(amount)
    for key, delta in _within(period, tail if tail is not None else pending().deltas):
        cell = found.setdefault((key.gateway, key.country, key.purpose), Counter())
        cell.update(delta)
    return {cell: Figures(counts) for cell, counts in found.items() if counts["attempts"]}


def since_ever() -> dict[Cell, Figures]:
    """How often anything was reached since the first attempt: never falls, and so leaves the tail
    to the job."""
    first = datetime.fromtimestamp(0, UTC)
    return cells(Period("ever", first, first + timedelta(seconds=1), EVER), tail={})


def series(
    period: Period, filters: Filters, tail: Deltas | None = None
) -> list[tuple[int, Figures]]:
    """Counts by slice, oldest first, none left out."""
    counts = {when: Counter[str]() for when in period.slices}
    by = ("slice", *filters)
    for when, *rest in _read(delivery_rollups, period, by, SERIES):
        values, amounts = rest[: len(filters)], rest[len(filters) :]
        if values == list(filters.values()):
            counts[when] = Counter({n: int(a) for n, a in zip(SERIES, amounts, strict=True)})
    for key, delta in _within(period, pending().deltas if tail is None else tail):
        if _fits((key.gateway, key.country, key.purpose), filters):
            counts[key.slice].update({name: delta[name] for name in SERIES})
    return [(when, Figures(found)) for when, found in sorted(counts.items())]


def grouped(
    by: Iterable[str], parts: Mapping[Cell, Figures], filters: Filters
) -> dict[tuple[str, ...], Figures]:
    """Cells that pass the filters, joined by some of their dimensions."""
    places = [SPLIT.index(name) for name in by]
    groups: dict[tuple[str, ...], list[Figures]] = {}
    for cell, figures in parts.items():
        if _fits(cell, filters):
            groups.setdefault(tuple(cell[place] for place in places), []).append(figures)
    return {name: total(group) for name, group in sorted(groups.items())}


def _read(
    table: Table, period: Period, by: tuple[str, ...], sums: tuple[str, ...]
) -> Iterable[Any]:
    first, last = int(period.since.timestamp()), int(period.until.timestamp())
    inside = {"span": period.span_hours, "first": first, "last": last}
    return db.session.execute(_sums(table, by, sums), inside)


@cache
def _sums(table: Table, by: tuple[str, ...], sums: tuple[str, ...]) -> Select[Any]:
    """The statement that adds up; built once, for that costs as much as running it."""
    keys: list[Any] = [table.c[name] for name in by]
    return (
        select(*keys, *(func.sum(table.c[name]) for name in sums))
        .where(
            table.c.span_hours == bindparam("span"),
            table.c.slice >= bindparam("first"),
            table.c.slice < bindparam("last"),
        )
        .group_by(*keys)
    )


def _within(period: Period, tail: Deltas) -> Iterable[tuple[Key, Counter[str]]]:
    first, last = int(period.since.timestamp()), int(period.until.timestamp())
    for key, delta in tail.items():
        wide = key if period.span_hours == HOUR else wider(key, period.span_hours)
        if first <= wide.slice < last:
            yield wide, delta


def _kept(parts: Mapping[Cell, Figures], filters: Filters) -> list[Figures]:
    return [figures for cell, figures in parts.items() if _fits(cell, filters)]


def _fits(cell: Cell, filters: Filters) -> bool:
    return all(filters.get(name, value) == value for name, value in zip(SPLIT, cell, strict=True))


def _split(
    name: str, now: Mapping[Cell, Figures], before: Mapping[Cell, Figures], filters: Filters
) -> list[Compared]:
    """One dimension under the filters of the others, so that its own filter can be changed."""
    others = {key: value for key, value in filters.items() if key != name}
    new, old = grouped([name], now, others), grouped([name], before, others)
    rows = [Compared(key[0], figures, old.get(key, Figures())) for key, figures in new.items()]
    return sorted(rows, key=lambda row: (-row.now.attempts, row.name))
