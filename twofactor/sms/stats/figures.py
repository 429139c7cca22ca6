"""Counts of attempts, and the rates they give. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from twofactor.models.rollups import ERRORS, LATENCIES, LATENCY_BOUNDS, SETTLED
from twofactor.sms.stats.measures import COST


@dataclass(frozen=True, slots=True)
class Figures:
    """Sums over some attempts. Rates are from 0 to 1, spans in seconds; None without a sample."""

    counts: Mapping[str, int] = field(default_factory=dict)  # by measure

    def __getitem__(self, measure: str) -> int:
        return self.counts.get(measure, 0)

    @property
    def attempts(self) -> int:
        return self["attempts"]

    @property
    def accepted(self) -> int:
        return self["accepted"]

    @property
    def delivered(self) -> int:
        return self["delivered"]

    @property
    def confirmed(self) -> int:
        return self["confirmed"]

    @property
    def settled(self) -> int:
        return sum(self[status] for status in SETTLED)

    @property
    def delivery_rate(self) -> float | None:
        """Delivered of settled attempts."""
        return self.delivered / self.settled if self.settled else None

    @property
    def conversion_rate(self) -> float | None:
        """Confirmed of sent attempts."""
        return self.confirmed / self.accepted if self.accepted else None

    @property
    def p50_seconds(self) -> float | None:
        return quantile(self.latencies, 0.5)

    @property
    def p95_seconds(self) -> float | None:
        return quantile(self.latencies, 0.95)

    @property
    def latencies(self) -> list[int]:
        """Delivered attempts by latency bucket."""
        return [self[name] for name in LATENCIES]

    @property
    def errors(self) -> dict[str, int]:
        """Failed attempts by error class, most first."""
        found = {name.removeprefix("error_"): self[name] for name in ERRORS if self[name]}
        return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))

    @property
    def costs(self) -> dict[str, Decimal]:
        """What gateways charged, by currency."""
        return {
            name[len(COST) :]: Decimal(amount) / 1_000_000
            for name, amount in sorted(self.counts.items())
            if name.startswith(COST) and amount
        }

    @property
    def costs_per_login(self) -> dict[str, Decimal]:
        """Cost of one confirmed code, by currency; empty while none is confirmed."""
        if not self.confirmed:
            return {}
        return {currency: cost / self.confirmed for currency, cost in self.costs.items()}


def total(parts: Iterable[Figures]) -> Figures:
    """The sum of figures."""
    counts: dict[str, int] = {}
    for part in parts:
        for name, amount in part.counts.items():
            counts[name] = counts.get(name, 0) + amount
    return Figures(counts)


def quantile(buckets: Iterable[int], share: float) -> float | None:
    """The seconds within which `share` of the counted were; interpolated inside a bucket, so off
    by no more than its width. What is slower than the last bound counts as that bound."""
    counts = list(buckets)
    rank, seen = share * sum(counts), 0
    if not rank:
        return None
    lower = 0.0
    for count, upper in zip(counts, LATENCY_BOUNDS, strict=False):
        if count and seen + count >= rank:
            return lower + (upper - lower) * (rank - seen) / count
        seen, lower = seen + count, upper
    return float(LATENCY_BOUNDS[-1])
