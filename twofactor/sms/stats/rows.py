"""Figures as flat rows: what `flask stats deliveries`, CSV and JSON hold. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from twofactor.models.rollups import ERRORS, SPLIT
from twofactor.sms.stats.figures import Figures
from twofactor.sms.stats.history import Filters, grouped
from twofactor.sms.stats.measures import Cell

Row = dict[str, Any]
COLUMNS = (
    "attempts accepted delivered undelivered failed expired rejected confirmed delivery_rate"
    " conversion_rate p50_seconds p95_seconds cost currency cost_per_verified_login"
).split()
ERROR = "error"  # splits the failed by their class, with a row of its own for each
BY = (*SPLIT, ERROR)
SEVERAL = "several"  # currencies in one row: then there is no one cost


def split(text: str) -> list[str]:
    """The dimensions in `gateway,country`. Raises ValueError."""
    by = list(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    if unknown := [name for name in by if name not in BY]:
        raise ValueError(f"{', '.join(unknown)}: rows can't be split so. Use {', '.join(BY)}.")
    return by


def table(
    by: Sequence[str], parts: Mapping[Cell, Figures], filters: Filters
) -> tuple[list[str], list[Row]]:
    """Columns for people, and rows, which also hold the failed by error class."""
    plain = [name for name in by if name != ERROR]
    groups = [
        (dict(zip(plain, names, strict=True)), figures)
        for names, figures in grouped(plain, parts, filters).items()
    ]
    if ERROR in by:
        columns = [*plain, ERROR, "attempts", "share"]
        return columns, [line for names, figures in groups for line in errors(names, figures)]
    return [*by, *COLUMNS], [row(names, figures) for names, figures in groups]


def errors(names: Mapping[str, str], figures: Figures) -> list[Row]:
    """A row an error class, most first; `share` is of all attempts."""
    return [
        {**names, ERROR: name, "attempts": count, "share": round(count / figures.attempts, 4)}
        for name, count in figures.errors.items()
    ]


def row(names: Mapping[str, str], figures: Figures) -> Row:
    """One row; rates from 0 to 1, None where there is no sample."""
    costs, each = figures.costs, figures.costs_per_login
    currency = next(iter(costs), "") if len(costs) < 2 else SEVERAL
    return {
        **names,
        **{name: figures[name] for name in COLUMNS[:8]},
        "delivery_rate": _rounded(figures.delivery_rate, 4),
        "conversion_rate": _rounded(figures.conversion_rate, 4),
        "p50_seconds": _rounded(figures.p50_seconds, 2),
        "p95_seconds": _rounded(figures.p95_seconds, 2),
        "cost": _rounded(costs.get(currency), 6),
        "currency": currency,
        "cost_per_verified_login": _rounded(each.get(currency), 6),
        **{name: figures[name] for name in ERRORS},
    }


def _rounded(value: Any, digits: int) -> float | None:
    return None if value is None else round(float(value), digits)
