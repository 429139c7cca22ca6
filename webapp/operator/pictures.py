"""The charts of the deliveries page, out of its history."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from twofactor.models.rollups import DAY, HOUR, LATENCY_BOUNDS, MINUTE
from twofactor.sms.stats.figures import Figures
from twofactor.sms.stats.history import History
from twofactor.sms.stats.periods import Period
from webapp.charts import Chart, Part, bars, lines

Series = list[tuple[int, Figures]]
UNITS = {MINUTE: "minute", HOUR: "hour", DAY: "day"}
FORMS = {MINUTE: "%H:%M", HOUR: "%a %H:00", DAY: "%d %b"}


def pictures(history: History, messages: Callable[..., str]) -> list[Chart]:
    """Volume, rates, latency and funnel; none where there is nothing to draw. `messages` is the
    address of the messages of a slice."""
    if not history.whole.now.attempts:
        return []
    minutes = history.period.span_minutes
    slices = [messages(**{"from": when, "minutes": minutes}) for when, _ in history.series]
    return [
        replace(volume(history), links=slices),
        rates(history.period, history.series),
        latency(history.whole.now),
        funnel(history.whole.now),
    ]


def volume(history: History) -> Chart:
    """What became of the attempts, by hour or day."""
    series = [figures for _, figures in history.series]
    failed = [figures.settled - figures.delivered for figures in series]
    unsettled = [figures.attempts - figures.settled for figures in series]
    about = f"{history.whole.now.attempts:,} attempts in {history.period.words}, oldest first."
    names = _names(history.period, history.series)
    parts = [
        Part("delivered", "good", [figures.delivered for figures in series]),
        Part("not settled yet", "open", unsettled),
        Part("failed", "bad", failed),
    ]
    return bars(f"Attempts by {_unit(history.period)}", about, names, parts)


def rates(period: Period, counted: Series) -> Chart:
    """Delivery and conversion, by hour or day."""
    series = [figures for _, figures in counted]
    about = "Delivered of settled attempts, and confirmed of those that gateways took."
    parts = [
        Part("delivery rate", "good", [figures.delivery_rate for figures in series]),
        Part("conversion rate", "tone", [figures.conversion_rate for figures in series]),
    ]
    return lines(f"Rates by {_unit(period)}", about, _names(period, counted), parts)


def slowness(period: Period, counted: Series) -> Chart:
    """Within how many seconds 95 % arrived, by hour or day."""
    values = [figures.p95_seconds for _, figures in counted]
    about = "Seconds from handed over to delivered within which 95 % arrived."
    parts = [Part("seconds", "tone", values)]
    return bars(f"95 % within, by {_unit(period)}", about, _names(period, counted), parts)


def latency(figures: Figures) -> Chart:
    """How long delivered texts took."""
    bounds = [f"≤ {bound:g} s" for bound in LATENCY_BOUNDS] + [f"> {LATENCY_BOUNDS[-1]:g} s"]
    about = "Delivered attempts by seconds from handed over to delivered; the steps grow."
    return bars("Latency", about, bounds, [Part("delivered", "tone", figures.latencies)])


def funnel(figures: Figures) -> Chart:
    """From asked for to confirmed."""
    steps = {
        "Attempts": figures.attempts,
        "Taken by a gateway": figures.accepted,
        "Delivered": figures.delivered,
        "Confirmed": figures.confirmed,
    }
    shares = [
        f"{value / max(1, figures.attempts) * 100:.1f}\N{NO-BREAK SPACE}%"
        for value in steps.values()
    ]
    names = [f"{name} {share}" for name, share in zip(steps, shares, strict=True)]
    about = "How many attempts came how far: " + ", ".join(names) + "."
    return bars("Funnel", about, names, [Part("attempts", "tone", list(steps.values()))])


def _unit(period: Period) -> str:
    return UNITS[period.span_minutes]


def _names(period: Period, counted: Series) -> list[str]:
    form = FORMS[period.span_minutes]
    return [f"{datetime.fromtimestamp(when, UTC):{form}}" for when, _ in counted]
