"""Which gateway a text goes by. Pure: records and chance come in, a ranking with reasons goes out.

What counts, first things first: codes that came back (gateways fake receipts, nobody fakes a typed
code), receipts, seconds to the phone, the price, the operator's own trust. Few texts say little, so
a gateway's record in a carrier leans on its record in the country, that on its record everywhere,
and that on what all gateways together achieve (Bayesian shrinkage: a beta prior at each step).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import hypot, sqrt

from twofactor.config.settings import RoutingRules
from twofactor.words import Policy

USUAL_CONVERSION = 0.9  # before anything is known; soon outweighed
PRIOR_TEXTS = (4.0, 10.0, 20.0, 20.0)  # that each step of leaning counts for, broad to narrow
RECENT_TEXTS = 6.0
RECEIPTS, SPEED, CHEAPNESS = 0.05, 0.10, 0.02  # weights beside conversion, which has 1
HALF_SPEED_SECONDS = 20.0
CALM = 0.04  # a challenger must be better by this much


@dataclass(frozen=True, slots=True)
class Record:
    """How a gateway fared lately with one destination; the counts fade and so are no whole ones."""

    sent: float = 0.0
    confirmed: float = 0.0
    recent_sent: float = 0.0
    recent_confirmed: float = 0.0
    heard: float = 0.0
    delivered: float = 0.0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A gateway that could take this text. `records` run from everywhere to the carrier."""

    gateway: str
    records: Sequence[Record]
    price: Decimal | None  # of a segment, in the house's currency
    is_lowered: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """What is thought of one gateway for this destination, and on what grounds."""

    gateway: str
    conversion: float  # estimated share of codes that come back
    doubt: float  # one standard deviation of it
    texts: float  # that the estimate stands on
    score: float
    price: Decimal | None
    is_lowered: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Ranking:
    """Best first. `leader` would stay without exploring, `why` it leads."""

    order: tuple[Standing, ...]
    leader: str
    why: str
    is_exploring: bool = False

    def told(self, gateway: str) -> str:
        """Why a text goes by this one, first of the order or not."""
        if gateway == self.leader:
            return f"leads: {self.why}"
        if self.is_exploring and gateway == self.order[0].gateway:
            return "tries another gateway now and then, to know how it fares"
        return f"{self.leader} is slow or on trial; next best"


def places(country: str, carrier: str) -> tuple[str, ...]:
    """The destinations a text belongs to, from everywhere to its carrier."""
    return ("", country, f"{country}/{carrier}") if carrier else ("", country)


def rank(
    candidates: Sequence[Candidate],
    rules: RoutingRules,
    *,
    leader: str | None,
    may_change: bool,
    chance: float,
) -> Ranking:
    """Order the candidates, which come in the operator's order and must not be none.

    `leader` led so far; while `may_change` is False it goes on. `chance` (0 to 1) below
    `rules.explore` sends this one text by another gateway, to keep knowing them.
    """
    standings = _standings(candidates, rules.weights)
    best, why = _best(standings, rules, leader)
    known = next((s for s in standings if s.gateway == leader), None)
    if known is not None and not may_change:
        best, why = known, f"{known.reason}; leads for the moment"
    others = [s for s in standings if s is not best]
    if rules.policy != Policy.PREFER:
        others.sort(key=lambda s: -s.score)
    order = sorted((best, *others), key=lambda s: s.is_lowered)
    exploring = chance < rules.explore and len(order) > 1
    if exploring:
        at = 1 + int(chance / rules.explore * (len(order) - 1))
        order.insert(0, order.pop(at))
    return Ranking(tuple(order), best.gateway, why, exploring)


def standing(
    candidate: Candidate, pooled: float, weight: float, cheapest: Decimal | None
) -> Standing:
    """Weigh one gateway. `pooled` is the conversion of all together."""
    mean, texts = pooled, 0.0
    for record, prior in zip(candidate.records, PRIOR_TEXTS[1:], strict=False):
        mean = (record.confirmed + prior * mean) / (record.sent + prior)
        texts = record.sent
    last = candidate.records[-1] if candidate.records else Record()
    doubt = sqrt(mean * (1 - mean) / (texts + PRIOR_TEXTS[-1]))
    conversion = min(mean, _lately(candidate.records, mean))
    heard = last.delivered / last.heard if last.heard else 0.9
    seconds = last.seconds / last.delivered if last.delivered > 0.5 else 5.0
    score = conversion + RECEIPTS * heard + SPEED / (1 + seconds / HALF_SPEED_SECONDS)
    if candidate.price and cheapest:
        score += CHEAPNESS * float(cheapest / candidate.price)
    told = f"{conversion:.0%} of codes come back ({texts:.0f} texts), {seconds:.0f} s to the phone"
    if candidate.price is not None:
        told += f", {candidate.price.normalize():f} a segment"
    return Standing(
        candidate.gateway,
        conversion,
        doubt,
        texts,
        score * weight,
        candidate.price,
        candidate.is_lowered,
        told,
    )


def _lately(records: Sequence[Record], mean: float) -> float:
    """What the latest texts alone say, with the benefit of the doubt: a sudden fall shows here long
    before it shows in the long record."""
    lowest = 1.0
    for record in records[1:]:
        texts = record.recent_sent + RECENT_TEXTS
        share = min(1.0, (record.recent_confirmed + RECENT_TEXTS * mean) / texts)
        lowest = min(lowest, share + sqrt(share * (1 - share) / texts))
    return lowest


def _standings(candidates: Sequence[Candidate], weights: Mapping[str, float]) -> list[Standing]:
    overall = [c.records[0] for c in candidates if c.records]
    sent, confirmed = sum(r.sent for r in overall), sum(r.confirmed for r in overall)
    prior = PRIOR_TEXTS[0]
    pooled = (confirmed + prior * USUAL_CONVERSION) / (sent + prior)
    prices = [c.price for c in candidates if c.price]
    cheapest = min(prices, default=None)
    return [standing(c, pooled, weights.get(c.gateway, 1.0), cheapest) for c in candidates]


def _best(
    standings: Sequence[Standing], rules: RoutingRules, leader: str | None
) -> tuple[Standing, str]:
    """Who should lead, and why."""
    if rules.policy == Policy.PREFER:
        return standings[0], "first in the operator's order"
    if rules.policy == Policy.COST:
        return _cheapest(standings, rules.margin)
    held = next((s for s in standings if s.gateway == leader), standings[0])
    best = max(standings, key=lambda s: s.score)
    if best.score <= held.score + CALM:
        return held, f"{held.reason}; no other is clearly better"
    return best, f"{best.reason}; {held.gateway}: {held.reason}"


def _cheapest(standings: Sequence[Standing], margin: float) -> tuple[Standing, str]:
    """The cheapest that is, as far as anybody can tell, within the margin of the best: both are
    estimates, so the doubt is that of their difference."""
    best = max(standings, key=lambda s: s.conversion)
    good = [
        s
        for s in standings
        if best.conversion - s.conversion <= margin + hypot(s.doubt, best.doubt) or s is best
    ]
    chosen = min(good, key=lambda s: (s.price is None, s.price or 0))
    return chosen, f"the cheapest within {margin:.0%} of the best: {chosen.reason}"
