"""Gateways side by side: what each achieved where, how sure that is, and who leads why."""

from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from math import ceil, sqrt
from typing import Any

from sqlalchemy import ColumnElement, func, select

from twofactor.extensions import db
from twofactor.kit import Kit
from twofactor.models import Attempt, Message
from twofactor.sms import routes
from twofactor.sms.knowledge import Knowledge
from twofactor.sms.routing import rank
from twofactor.words import CODED, Status

SURE = 1.96  # standard deviations: 95 % of the time the truth lies within
SAMPLE = 10_000  # the latest attempts that latencies are taken from
LEFT = ("accepted", "unknown")  # outcomes that count as sent

Cell = tuple[str, str]  # gateway, country
Rank = tuple[int | None, str, Decimal | None]  # position, reason, price


@dataclass(frozen=True, slots=True)
class Compared:
    """One gateway in one country. Rates from 0 to 1; money in `currency`, the house's own."""

    gateway: str
    country: str
    rank: int | None
    reason: str
    attempts: int
    accepted: int
    delivered: int
    confirmed: int
    codes: int  # texts with a code, the sample of the conversion rate
    conversion_rate: float | None
    conversion_low: float | None
    conversion_high: float | None
    p50_seconds: float | None
    p95_seconds: float | None
    price: Decimal | None  # of a segment, as listed
    cost: Decimal | None
    cost_per_verified_login: Decimal | None
    currency: str

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def compare(kit: Kit, since: datetime, country: str | None = None) -> list[Compared]:
    """Every gateway and country with attempts since then, by country and rank."""
    counts, costs = _counts(since, country), _costs(kit, since, country)
    latencies = _latencies(since, country)
    ranks = {
        (name, place): known
        for place in sorted({place for _, place in counts})
        for name, known in _ranks(kit, place).items()
    }
    found = [
        _compared(
            kit,
            cell,
            count,
            ranks.get(cell, (None, "not among the gateways in use", None)),
            costs.get(cell),
            sorted(latencies.get(cell, [])),
        )
        for cell, count in counts.items()
    ]
    return sorted(found, key=lambda row: (row.country, row.rank or 99, row.gateway))


def _compared(
    kit: Kit,
    cell: Cell,
    count: dict[str, int],
    ranked: Rank,
    cost: Decimal | None,
    seconds: list[float],
) -> Compared:
    gateway, country = cell
    position, reason, price = ranked
    low, high = wilson(count["confirmed"], count["codes"])
    return Compared(
        gateway=gateway,
        country=country,
        rank=position,
        reason=reason,
        attempts=count["attempts"],
        accepted=count["accepted"],
        delivered=count["delivered"],
        confirmed=count["confirmed"],
        codes=count["codes"],
        conversion_rate=count["confirmed"] / count["codes"] if count["codes"] else None,
        conversion_low=low,
        conversion_high=high,
        p50_seconds=percentile(seconds, 0.5),
        p95_seconds=percentile(seconds, 0.95),
        price=price,
        cost=cost,
        cost_per_verified_login=_each(cost, count["confirmed"]),
        currency=kit.settings.money.currency,
    )


def wilson(hits: int, tries: int) -> tuple[float | None, float | None]:
    """The 95 % interval of a share (E. B. Wilson, 1927); Nones without tries."""
    if not tries:
        return None, None
    share, z = hits / tries, SURE
    middle = share + z * z / (2 * tries)
    reach = z * sqrt(share * (1 - share) / tries + z * z / (4 * tries * tries))
    whole = 1 + z * z / tries
    return max(0.0, (middle - reach) / whole), min(1.0, (middle + reach) / whole)


def _ranks(kit: Kit, country: str) -> dict[str, Rank]:
    """Where each gateway stands now, and on what grounds. Changes nothing."""
    known = Knowledge(kit, kit.now())
    candidates = known.candidates(country, "", known.states.values())
    led, _ = known.leader(country)
    ranking = rank(
        candidates, kit.settings.routing, leader=led, may_change=False, chance=routes.NO_EXPLORING
    )
    return {
        standing.gateway: (
            position,
            ranking.why if standing.gateway == ranking.leader else standing.reason,
            standing.price,
        )
        for position, standing in enumerate(ranking.order, 1)
    }


def _where(since: datetime, country: str | None) -> list[ColumnElement[bool]]:
    recent: list[ColumnElement[bool]] = [Attempt.created_at >= since]
    return recent + ([Attempt.country == country] if country else [])


def _counts(since: datetime, country: str | None) -> dict[Cell, dict[str, int]]:
    left = Attempt.outcome.in_(LEFT)
    columns = {
        "attempts": func.count(),
        "accepted": func.count().filter(left),
        "delivered": func.count().filter(Attempt.status == Status.DELIVERED),
        "confirmed": func.count().filter(Attempt.confirmed_at.is_not(None)),
        "codes": func.count().filter(left, Message.purpose.in_(CODED)),
    }
    rows = db.session.execute(
        select(Attempt.gateway, Attempt.country, *columns.values())
        .join(Message, Message.id == Attempt.message_id)
        .where(*_where(since, country))
        .group_by(Attempt.gateway, Attempt.country)
    )
    return {(row[0], row[1]): dict(zip(columns, row[2:], strict=True)) for row in rows}


def _costs(kit: Kit, since: datetime, country: str | None) -> dict[Cell, Decimal]:
    """What can be told in the house's currency; a cell with a price in another is left out."""
    rows = db.session.execute(
        select(Attempt.gateway, Attempt.country, Attempt.currency, func.sum(Attempt.price))
        .where(*_where(since, country), Attempt.price.is_not(None))
        .group_by(Attempt.gateway, Attempt.country, Attempt.currency)
    )
    found: dict[Cell, Decimal] = {}
    unknown: set[Cell] = set()
    for gateway, place, currency, amount in rows:
        worth = kit.settings.money.converted(amount, currency)
        if worth is None:
            unknown.add((gateway, place))
        else:
            found[gateway, place] = found.get((gateway, place), Decimal(0)) + worth
    return {cell: amount for cell, amount in found.items() if cell not in unknown}


def _latencies(since: datetime, country: str | None) -> dict[Cell, list[float]]:
    rows = db.session.execute(
        select(Attempt.gateway, Attempt.country, Attempt.sent_at, Attempt.delivered_at)
        .where(
            *_where(since, country),
            Attempt.sent_at.is_not(None),
            Attempt.delivered_at.is_not(None),
        )
        .order_by(Attempt.id.desc())
        .limit(SAMPLE)
    )
    found: dict[Cell, list[float]] = {}
    for gateway, place, sent_at, delivered_at in rows:
        if sent_at is not None and delivered_at is not None:
            seconds = max(0.0, (delivered_at - sent_at).total_seconds())
            found.setdefault((gateway, place), []).append(seconds)
    return found


def _each(cost: Decimal | None, confirmed: int) -> Decimal | None:
    return cost / confirmed if cost is not None and confirmed else None


def percentile(ordered: list[float], share: float) -> float | None:
    """The value that `share` of the ordered values do not exceed (nearest rank)."""
    return ordered[max(0, ceil(len(ordered) * share) - 1)] if ordered else None
