"""Gateways side by side: what each achieved where, how sure that is, and who leads why.

Counts come from the roll-ups and their live tail, so that a comparison costs the same however many
texts there were.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from math import sqrt
from typing import Any

from twofactor.kit import Kit
from twofactor.sms import routes
from twofactor.sms.knowledge import Knowledge
from twofactor.sms.prices import Listed
from twofactor.sms.routing import rank
from twofactor.sms.stats.figures import Figures
from twofactor.sms.stats.history import cells, grouped
from twofactor.sms.stats.periods import Period
from twofactor.sms.stats.rollup import CALLS
from twofactor.words import CODED

SURE = 1.96  # standard deviations: 95 % of the time the truth lies within
ROUTE = ("gateway", "country")

Rank = tuple[int | None, str, Decimal | None, Listed | None]  # position, reason, price, list's own
NO_RANK: Rank = (None, "not among the gateways in use", None, None)
OF_CALLS: Rank = (None, "calls go in the order of the settings", None, None)


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
    price: Decimal | None  # of a segment; None also where the list's has no exchange rate
    listed_price: Decimal | None  # as the list has it, in `listed_currency`
    listed_currency: str
    cost: Decimal | None  # None also where a part of it has no exchange rate
    cost_per_verified_login: Decimal | None
    currency: str
    charged_per_verified_login: dict[str, Decimal]  # by the currency that the gateway charges in

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def compare(kit: Kit, period: Period, country: str | None = None) -> list[Compared]:
    """Every gateway and country with attempts in the period, by country and rank."""
    parts = cells(period)
    kept = {"country": country} if country else {}
    every = grouped(ROUTE, parts, kept)
    coded = grouped(ROUTE, {cell: part for cell, part in parts.items() if cell[-1] in CODED}, kept)
    ranks = _ranks(kit, {place for _, place in every})
    found = [
        _compared(kit, route, figures, coded.get(route, Figures()), ranks.get(route, _none(route)))
        for route, figures in every.items()
    ]
    return sorted(found, key=lambda row: (row.country, row.rank or 99, row.gateway))


def _none(route: tuple[str, ...]) -> Rank:
    return OF_CALLS if route[0].endswith(CALLS) else NO_RANK


def _compared(
    kit: Kit, route: tuple[str, ...], figures: Figures, coded: Figures, ranked: Rank
) -> Compared:
    gateway, country = route
    position, reason, price, listed = ranked
    low, high = wilson(coded.confirmed, coded.accepted)
    cost = _worth(kit, figures.costs)
    return Compared(
        gateway=gateway,
        country=country,
        rank=position,
        reason=reason,
        attempts=figures.attempts,
        accepted=figures.accepted,
        delivered=figures.delivered,
        confirmed=coded.confirmed,
        codes=coded.accepted,
        conversion_rate=coded.conversion_rate,
        conversion_low=low,
        conversion_high=high,
        p50_seconds=figures.p50_seconds,
        p95_seconds=figures.p95_seconds,
        price=price,
        listed_price=listed.per_segment if listed else None,
        listed_currency=listed.currency if listed else "",
        cost=cost,
        cost_per_verified_login=cost / coded.confirmed if cost and coded.confirmed else None,
        currency=kit.settings.money.currency,
        charged_per_verified_login=figures.costs_per_login,
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


def _ranks(kit: Kit, countries: set[str]) -> dict[tuple[str, ...], Rank]:
    """Where each gateway stands now, and on what grounds. Changes nothing."""
    known = Knowledge(kit, kit.now())
    return {
        (gateway, country): ranked
        for country in countries
        for gateway, ranked in _ranks_in(known, country).items()
    }


def _ranks_in(known: Knowledge, country: str) -> dict[str, Rank]:
    lists, rules = known.lists(country), known.kit.settings.routing
    candidates = known.candidates(country, "", known.states.values())
    led, _ = known.leader(country)
    ranking = rank(candidates, rules, leader=led, may_change=False, chance=routes.NO_EXPLORING)
    return {
        standing.gateway: (
            position,
            ranking.why if standing.gateway == ranking.leader else standing.reason,
            standing.price,
            lists.get(standing.gateway),
        )
        for position, standing in enumerate(ranking.order, 1)
    }


def _worth(kit: Kit, costs: Mapping[str, Decimal]) -> Decimal | None:
    """Costs in the house's currency; None without any, or where one has no exchange rate."""
    worth = [kit.settings.money.converted(amount, currency) for currency, amount in costs.items()]
    known = [amount for amount in worth if amount is not None]
    return sum(known, Decimal(0)) if known and len(known) == len(worth) else None
