"""Alerts in plain words: title, place and figures, for the page and the mail. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from twofactor.words import AlertKind

TITLES = {
    AlertKind.DELIVERY_LOW: "Delivery is low",
    AlertKind.CONVERSION_LOW: "Conversion is low",
    AlertKind.LATENCY_HIGH: "Texts are slow",
    AlertKind.PRICE_JUMP: "Texts became dearer",
    AlertKind.RECEIPTS_STOPPED: "Receipts stopped",
    AlertKind.SIGNATURES_FAILING: "Callbacks are not signed",
    AlertKind.BALANCE_LOW: "Money runs out",
    AlertKind.BUDGET_USED: "The day's texts run out",
    AlertKind.MONEY_USED: "The day's money runs out",
    AlertKind.PUMPING: "Codes to new phones hardly come back",
}
_RATES = (("Now", "{rate:.1%}"), ("Usually", "{norm:.1%}"), ("Of attempts", "{sample:,}"))
_FIGURES: Mapping[AlertKind, Sequence[tuple[str, str]]] = {
    AlertKind.DELIVERY_LOW: _RATES,
    AlertKind.CONVERSION_LOW: _RATES,
    AlertKind.LATENCY_HIGH: (
        ("95 % within", "{p95_seconds:g} s"),
        ("Usually within", "{norm_seconds:g} s"),
    ),
    AlertKind.PRICE_JUMP: (
        ("A text now", "{price:.4f} {currency}"),
        ("Before", "{norm:.4f} {currency}"),
    ),
    AlertKind.RECEIPTS_STOPPED: (
        ("Minutes without a receipt", "{minutes:,}"),
        ("Texts that wait for one", "{waiting:,}"),
    ),
    AlertKind.SIGNATURES_FAILING: (("Refused in ten minutes", "{refused:,}"),),
    AlertKind.BALANCE_LOW: (
        ("Left", "{left:,.2f} {currency}"),
        ("Spent a day", "{a_day:,.2f} {currency}"),
    ),
    AlertKind.BUDGET_USED: (("Sent", "{used:,}"), ("Of", "{most:,}")),
    AlertKind.PUMPING: (("Codes sent", "{sent:,}"), ("Came back", "{confirmed:,}")),
    AlertKind.MONEY_USED: (
        ("Spent today", "{used:,.2f} {currency}"),
        ("Of", "{most:,.2f} {currency}"),
    ),
    AlertKind.PUMPING: (("Codes to new phones", "{sent:,}"), ("Came back", "{confirmed:,}")),
}
_STEPS = "▁▂▃▄▅▆▇█"


def figures(kind: str, values: Mapping[str, Any]) -> dict[str, str]:
    """The figures of an alert, each with its name; those that were not noted are left out."""
    found = {}
    for name, form in _FIGURES[AlertKind(kind)]:
        try:
            found[name] = form.format_map(values).replace("%", " %")
        except KeyError:
            continue
    return found


def title(kind: str, gateway: str, country: str) -> str:
    """What is wrong, and where."""
    place = " in ".join(word for word in (gateway, country) if word)
    return TITLES[AlertKind(kind)] + (f": {place}" if place else "")


def sparks(rates: Sequence[float | None]) -> str:
    """A chart of one line of text: rates from 0 to 1 as columns, a dot where there is no sample."""
    top = len(_STEPS) - 1
    return "".join("·" if rate is None else _STEPS[round(rate * top)] for rate in rates)
