"""GET /metrics for Prometheus: read from SQL at scrape time, so that all processes tell the same.

Holds no personal data: gateways, countries, purposes and counts. Open to loopback, else only with
the operator's token.
"""

from __future__ import annotations

import hmac
from collections import Counter
from collections.abc import Iterable, Mapping
from ipaddress import ip_address
from itertools import accumulate
from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue

from twofactor.alerts import keep
from twofactor.house import house
from twofactor.kit import Kit
from twofactor.models.rollups import LATENCY_BOUNDS, SETTLED
from twofactor.sms.stats import rollup, watch
from twofactor.sms.stats.figures import Figures
from twofactor.sms.stats.history import grouped, since_ever
from twofactor.words import AlertKind

if TYPE_CHECKING:
    from prometheus_client import Metric

metrics = Blueprint("metrics", __name__)

ROUTE = ("gateway", "country")
Routes = Mapping[tuple[str, ...], Figures]
REACHED = ("attempts", "accepted", *SETTLED, "confirmed")


@metrics.get("/metrics")
def show() -> ResponseReturnValue:
    """The text format of Prometheus."""
    from prometheus_client import CollectorRegistry, generate_latest
    from prometheus_client.exposition import CONTENT_TYPE_LATEST

    kit = house().kit
    if not _may(kit):
        abort(Response("send the operator's token\n", 401, {"WWW-Authenticate": "Bearer"}))
    registry = CollectorRegistry()
    registry.register(_House(kit))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _may(kit: Kit) -> bool:
    """By token, or from loopback and not through a proxy there."""
    token, sent = kit.settings.metrics_token, request.headers.get("Authorization", "")
    if token and hmac.compare_digest(sent.encode(), f"Bearer {token}".encode()):
        return True
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        return ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


class _House:
    """What prometheus-client calls a collector."""

    def __init__(self, kit: Kit) -> None:
        self.kit = kit

    def collect(self) -> Iterable[Metric]:
        routes = grouped(ROUTE, since_ever(), {})
        yield from _counters(routes)
        yield _latency(routes)
        yield from _gauges(self.kit)


def _counters(routes: Routes) -> Iterable[Metric]:
    from prometheus_client.core import CounterMetricFamily

    reached = CounterMetricFamily(
        "sixdigits_attempts", "How often attempts reached a status", labels=[*ROUTE, "status"]
    )
    errors = CounterMetricFamily(
        "sixdigits_errors", "Failed attempts by error class", labels=[*ROUTE, "error"]
    )
    costs = CounterMetricFamily(
        "sixdigits_cost", "What gateways charged, in the currency", labels=[*ROUTE, "currency"]
    )
    for route, figures in routes.items():
        for status in REACHED:
            reached.add_metric([*route, status], figures[status])
        for error, count in figures.errors.items():
            errors.add_metric([*route, error], count)
        for currency, amount in figures.costs.items():
            costs.add_metric([*route, currency], float(amount))
    return reached, errors, costs


def _latency(routes: Routes) -> Metric:
    from prometheus_client.core import HistogramMetricFamily

    family = HistogramMetricFamily(
        "sixdigits_delivery_seconds", "From handed over to delivered", labels=ROUTE
    )
    bounds = [*(str(float(bound)) for bound in LATENCY_BOUNDS), "+Inf"]
    for route, figures in routes.items():
        sums = accumulate(figures.latencies)
        family.add_metric(list(route), list(zip(bounds, sums, strict=True)), sum_value=None)
    return family


def _gauges(kit: Kit) -> Iterable[Metric]:
    from prometheus_client.core import GaugeMetricFamily

    queue, now, counted_at = watch.queue(kit.now()), kit.now(), rollup.counted_at()
    yield GaugeMetricFamily("sixdigits_queue_depth", "Texts that are due", queue.depth)
    yield GaugeMetricFamily(
        "sixdigits_queue_oldest_seconds", "How long the oldest of them waits", queue.oldest_seconds
    )
    behind = (now - counted_at).total_seconds() if counted_at else 0.0
    yield GaugeMetricFamily(
        "sixdigits_rollup_age_seconds", "Since the roll-ups were brought up to date", behind
    )
    silent = GaugeMetricFamily(
        "sixdigits_silent_seconds", "Since a gateway stopped sending receipts", labels=["gateway"]
    )
    for silence in watch.silences(now):
        silent.add_metric([silence.gateway], (now - silence.since).total_seconds())
    yield silent
    alerts = GaugeMetricFamily("sixdigits_alerts_open", "Open alerts", labels=["kind"])
    kinds = Counter(alert.kind for alert in keep.open_alerts())
    for kind in AlertKind:
        alerts.add_metric([kind.value], kinds[kind.value])
    yield alerts
