"""Figures as flat rows: what `flask stats deliveries`, CSV and JSON hold. Pure."""

from collections.abc import Mapping
from typing import Any

from twofactor.sms.stats.figures import Figures

Row = dict[str, Any]
COLUMNS = (
    "attempts accepted delivered undelivered failed expired rejected confirmed delivery_rate"
    " conversion_rate p50_seconds p95_seconds cost currency cost_per_verified_login"
).split()
SEVERAL = "several"  # currencies in one row: then there is no one cost


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
    }


def _rounded(value: Any, digits: int) -> float | None:
    return None if value is None else round(float(value), digits)
