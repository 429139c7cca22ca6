"""When figures are bad, when they are good again, and what lies between. Pure.

Each rule has two thresholds, a lower one to raise and a higher one to clear, and wants enough
samples; what is between or too few speaks for nothing. Together with the streaks of `move` this
keeps an alert from flapping.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from math import sqrt
from typing import Any

from twofactor.sms.stats.figures import Figures
from twofactor.words import AlertKind

ENOUGH_NOW, ENOUGH_NORM = 30, 100  # samples
DROP, DEVIATIONS = 0.10, 4  # below the norm; many routes are looked at, and often
SLOW_SECONDS, SLOWER, FAST_AGAIN = 10.0, 2.0, 1.5  # p95, and times the norm
DEARER, CHEAP_AGAIN = 1.3, 1.15  # times the norm
BALANCE_DAYS, BALANCE_DAYS_AGAIN = 3.0, 4.0  # that the money lasts
BUDGET_SHARE, BUDGET_SHARE_AGAIN = 0.80, 0.70
STRANGERS, STRANGERS_AGAIN = 20, 5  # unsigned callbacks in ten minutes
RAISE_AFTER, CLEAR_AFTER = 2, 3  # looks in a row


class Verdict(StrEnum):
    """What one look says."""

    BAD = "bad"
    GOOD = "good"
    UNSURE = "unsure"


class State(StrEnum):
    """Life of an alert."""

    NONE = "none"
    WATCHED = "watched"
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule says of one gateway, country or the whole house."""

    kind: AlertKind
    verdict: Verdict
    reason: str = ""
    figures: dict[str, Any] = field(default_factory=dict)
    gateway: str = ""
    country: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        return self.kind.value, self.gateway, self.country


def move(state: State, streak: int, verdict: Verdict) -> tuple[State, int]:
    """The state and streak after one more look."""
    if state is State.OPEN:
        if verdict is Verdict.GOOD:
            return (State.CLOSED, 0) if streak + 1 >= CLEAR_AFTER else (State.OPEN, streak + 1)
        return State.OPEN, 0 if verdict is Verdict.BAD else streak
    if verdict is not Verdict.BAD:
        return State.NONE, 0
    return (State.OPEN, 0) if streak + 1 >= RAISE_AFTER else (State.WATCHED, streak + 1)


def rate_low(kind: AlertKind, now: Figures, norm: Figures, gateway: str, country: str) -> Finding:
    """Delivery or conversion of a route below its own norm by more than chance explains."""
    is_delivery = kind is AlertKind.DELIVERY_LOW
    good, sample = (now.delivered, now.settled) if is_delivery else (now.confirmed, now.accepted)
    usual = norm.delivery_rate if is_delivery else norm.conversion_rate
    size = norm.settled if is_delivery else norm.accepted
    if usual is None or sample < ENOUGH_NOW or size < ENOUGH_NORM:
        return Finding(kind, Verdict.UNSURE, gateway=gateway, country=country)
    rate = good / sample
    margin = max(DROP, DEVIATIONS * sqrt(usual * (1 - usual) / sample))
    verdict = _between(usual - rate, margin, margin / 2)
    word = "Delivery" if is_delivery else "Conversion"
    reason = f"{word} by {gateway} in {country} is {rate * 100:.0f} %, usually {usual * 100:.0f} %"
    figures = {"rate": round(rate, 4), "norm": round(usual, 4), "sample": sample}
    return Finding(kind, verdict, reason, figures, gateway, country)


def latency_high(now: Figures, norm: Figures, gateway: str, country: str) -> Finding:
    """A route is slow, and slower than it usually is."""
    kind, p95, usual = AlertKind.LATENCY_HIGH, now.p95_seconds, norm.p95_seconds
    if p95 is None or usual is None or sum(now.latencies) < ENOUGH_NOW:
        return Finding(kind, Verdict.UNSURE, gateway=gateway, country=country)
    verdict = _between(
        p95, max(SLOW_SECONDS, SLOWER * usual), max(SLOW_SECONDS, FAST_AGAIN * usual)
    )
    reason = (
        f"95 % of texts by {gateway} in {country} take up to {p95:.0f} s, usually {usual:.0f} s"
    )
    figures = {"p95_seconds": round(p95, 1), "norm_seconds": round(usual, 1)}
    return Finding(kind, verdict, reason, figures, gateway, country)


def price_jump(now: Figures, norm: Figures, gateway: str, country: str) -> Finding:
    """A text costs more than it did."""
    kind, currency = AlertKind.PRICE_JUMP, next(iter(now.costs), "")
    too_few = now.accepted < ENOUGH_NOW or norm.accepted < ENOUGH_NORM
    if too_few or currency not in norm.costs:
        return Finding(kind, Verdict.UNSURE, gateway=gateway, country=country)
    price, usual = now.costs[currency] / now.accepted, norm.costs[currency] / norm.accepted
    verdict = _between(float(price / usual), DEARER, CHEAP_AGAIN)
    reason = f"A text by {gateway} in {country} costs {price:.4f} {currency}, before {usual:.4f}"
    figures = {"price": float(price), "norm": float(usual), "currency": currency}
    return Finding(kind, verdict, reason, figures, gateway, country)


def balance_low(gateway: str, left: Decimal, currency: str, a_day: Decimal) -> Finding:
    """The money left with a gateway ends soon at the pace of the last week."""
    kind = AlertKind.BALANCE_LOW
    if left > 0 and not a_day:
        return Finding(kind, Verdict.UNSURE, gateway=gateway)
    days = float(left / a_day) if a_day else 0.0
    verdict = _between(-days, -BALANCE_DAYS, -BALANCE_DAYS_AGAIN)
    reason = f"{left:.2f} {currency} are left with {gateway}: enough for {max(0.0, days):.0f} days"
    figures = {"left": float(left), "a_day": float(a_day), "currency": currency}
    return Finding(kind, verdict, reason, figures, gateway)


def budget_used(used: int, most: int) -> Finding:
    """Most of the texts of a day are sent."""
    verdict = _between(used / most, BUDGET_SHARE, BUDGET_SHARE_AGAIN)
    reason = f"{used:,} of the {most:,} texts of 24 hours are sent ({used / most * 100:.0f} %)"
    return Finding(AlertKind.BUDGET_USED, verdict, reason, {"used": used, "most": most})


def money_used(spent: Decimal, most: Decimal, currency: str) -> Finding:
    """Most of the money of a day is spent."""
    share = float(spent / most) if most else 1.0
    verdict = _between(share, BUDGET_SHARE, BUDGET_SHARE_AGAIN)
    reason = f"{spent:.2f} of the {most:.2f} {currency} of today are spent ({share * 100:.0f} %)"
    figures = {"used": float(spent), "most": float(most), "currency": currency}
    return Finding(AlertKind.MONEY_USED, verdict, reason, figures)


def pumping(country: str, sent: int, confirmed: int, *, is_blocked: bool) -> Finding:
    """Codes to phones nobody knew hardly come back, so those get none for a while (S-28)."""
    reason = f"{confirmed} of {sent} codes to new phones in {country} came back: they get no more"
    verdict = Verdict.BAD if is_blocked else Verdict.GOOD
    figures = {"sent": sent, "confirmed": confirmed}
    return Finding(AlertKind.PUMPING, verdict, reason, figures, country=country)


def signatures_failing(gateway: str, refused: int) -> Finding:
    """Callbacks come that the gateway did not sign: a wrong secret of ours, or a forger."""
    verdict = _between(refused, STRANGERS, STRANGERS_AGAIN)
    reason = f"{refused} callbacks for {gateway} in ten minutes were not signed by it"
    return Finding(AlertKind.SIGNATURES_FAILING, verdict, reason, {"refused": refused}, gateway)


def receipts_stopped(gateway: str, minutes: int, waiting: int) -> Finding:
    """A gateway took texts and reports on none of them."""
    verdict = Verdict.BAD if waiting else Verdict.GOOD
    reason = f"No receipts from {gateway} for {minutes} minutes; {waiting} texts wait for one"
    figures = {"minutes": minutes, "waiting": waiting}
    return Finding(AlertKind.RECEIPTS_STOPPED, verdict, reason, figures, gateway)


def _between(value: float, bad: float, good: float) -> Verdict:
    """BAD from `bad` up, GOOD below `good`."""
    if value >= bad:
        return Verdict.BAD
    return Verdict.GOOD if value < good else Verdict.UNSURE
