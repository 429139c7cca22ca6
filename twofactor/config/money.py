"""The settings of routing and money."""

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from twofactor.config.parsing import Reader
from twofactor.config.settings import MoneyRules, RoutingRules

POLICIES = ("quality", "prefer", "cost")  # words.Policy
CURRENCY = re.compile(r"[A-Z]{3}")


def routing_rules(reader: Reader, known: tuple[str, ...]) -> RoutingRules:
    """Policy, margin, exploring and the operator's weights."""

    def weights(text: str) -> dict[str, float]:
        given = pairs(text)
        for name, value in given.items():
            if name not in known or not 0 < value <= 10:
                raise ValueError(f"{name}={value} is no gateway with a weight up to 10")
        return {name: float(value) for name, value in given.items()}

    none: dict[str, float] = {}
    return RoutingRules(
        policy=reader.choice("ROUTING_POLICY", POLICIES),
        margin=reader.number("ROUTING_MARGIN", 0, 50) / 100,
        explore=reader.number("ROUTING_EXPLORE", 0, 50) / 100,
        weights=reader.parsed(
            "ROUTING_WEIGHTS", weights, none, "Write weights like twilio=1.1,egosms=0.9."
        ),
    )


def money_rules(reader: Reader) -> MoneyRules:
    """The house's currency, the worth of others in it, the budget."""
    no_rates: dict[str, Decimal] = {}
    no_bound: Decimal | None = None
    return MoneyRules(
        currency=reader.parsed("CURRENCY", currency, "USD", "Use an ISO 4217 code like USD."),
        rates=reader.parsed(
            "EXCHANGE_RATES", _rates, no_rates, "Write rates like EUR=1.08,UGX=0.00027."
        ),
        per_day=reader.parsed(
            "BUDGET_PER_DAY", _budget, no_bound, "Write an amount like 25.00, or leave it empty."
        ),
        reserve=Decimal(reader.number("BUDGET_RESERVE", 0, 100)) / 100,
    )


def currency(text: str) -> str:
    """An ISO 4217 code. Raises ValueError."""
    if not CURRENCY.fullmatch(text):
        raise ValueError(f"{text!r} is no currency")
    return text


def amount(text: str) -> Decimal:
    """A plain positive decimal. Raises ValueError."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"{text!r} is no amount") from None
    if not value.is_finite() or not 0 < value < 10**9:
        raise ValueError(f"{text!r} is no amount above 0")
    return value


def pairs(text: str) -> dict[str, Decimal]:
    """`name=amount,…`. Raises ValueError."""
    parts = [part.strip().partition("=") for part in text.split(",") if part.strip()]
    return {name.strip(): amount(value.strip()) for name, _, value in parts}


def _rates(text: str) -> Mapping[str, Decimal]:
    return {currency(name): value for name, value in pairs(text).items()}


def _budget(text: str) -> Decimal | None:
    return amount(text) if text else None
