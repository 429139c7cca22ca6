"""Counts of attempts, and the rates they give. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from twofactor.models.rollups import ERRORS, LATENCIES, LATENCY_BOUNDS, MEASURES, SETTLED
from twofactor.sms.stats.measures import COST

_PLACES = {name: place for place, name in enumerate(MEASURES)}
_NONE = (0,) * len(MEASURES)


@dataclass(frozen=True, slots=True)
class Figures:
    """Sums over some attempts. Rates are from 0 to 1, spans in seconds; None without a sample."""

    sums: Sequence[int] = _NONE  # in the order of MEASURES
    spent: Mapping[str, int] = field(default_factory=dict)  # millionths by currency

    @classmethod
    def of(cls, counts: Mapping[str, int]) -> "Figures":
        """From counts by measure, costs among them; what is not named is 0."""
        spent = {name[len(COST) :]: n for name, n in counts.items() if name.startswith(COST)}
        return cls([counts.get(name, 0) for name in MEASURES], spent)

    def __getitem__(self, measure: str) -> int:
        return self.sums[_PLACES[measure]]

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
        first = _PLACES[LATENCIES[0]]
        return list(self.sums[first : first + len(LATENCIES)])

    @property
    def errors(self) -> dict[str, int]:
        """Failed attempts by error class, most first."""
        found = {name.removeprefix("error_"): self[name] for name in ERRORS if self[name]}
        return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))

    @property
    def costs(self) -> dict[str, Decimal]:
        """What gateways charged, by currency."""
        return {
            currency: Decimal(amount) / 1_000_000
            for currency, amount in sorted(self.spent.items())
            if amount
        }

    @property
    def costs_per_login(self) -> dict[str, Decimal]:
        """Cost of one confirmed code, by currency; empty while none is confirmed."""
        if not self.confirmed:
            return {}
        return {currency: cost / self.confirmed for currency, cost in self.costs.items()}


def total(parts: Iterable[Figures]) -> Figures:
    """The sum of figures."""
    sums: list[Sequence[int]] = []
    spent: dict[str, int] = {}
    for part in parts:
        sums.append(part.sums)
        for currency, amount in part.spent.items():
            spent[currency] = spent.get(currency, 0) + amount
    return Figures(tuple(map(sum, zip(*sums, strict=True))) or _NONE, spent)


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
