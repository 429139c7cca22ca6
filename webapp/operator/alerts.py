"""Alerts: what is wrong now and what was; seen to, or muted."""

import re
from html import escape
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template
from flask.typing import ResponseReturnValue

from twofactor.alerts import keep, words
from twofactor.alerts import runbook as runbook_text
from twofactor.house import house
from twofactor.models import Alert
from twofactor.models.database import transaction
from twofactor.models.rollups import LATENCIES
from twofactor.sms.stats import periods
from twofactor.sms.stats.history import series
from twofactor.words import AlertKind
from webapp import session as door
from webapp.forms import ActionForm
from webapp.operator.pictures import rates, slowness

alerts = Blueprint("alerts", __name__)

DRAWN = 8  # alerts that get a chart


@alerts.get("/operator/alerts")
@door.operators_only
def show() -> ResponseReturnValue:
    """What is open, each with reason, figures and chart; then what is over."""
    now = house().kit.now()
    found = keep.open_alerts()
    return render_template(
        "operator/alerts.html",
        alerts=[
            _row(alert) | {"muted": keep.is_muted(alert, now), "chart": _chart(alert, place)}
            for place, alert in enumerate(found)
        ],
        over=[_row(alert) for alert in keep.closed_alerts()],
    )


@alerts.get("/operator/runbook")
@door.operators_only
def runbook() -> ResponseReturnValue:
    """What to do about each of them."""
    return render_template(
        "operator/runbook.html", sections=runbook_text.sections(), rendered=_rendered
    )


@alerts.post("/operator/alerts/<int:alert_id>/acknowledge")
@door.operators_only
def acknowledge(alert_id: int) -> ResponseReturnValue:
    """The operator looks after it."""
    if not ActionForm().validate():
        abort(400)
    with transaction():
        keep.acknowledge(house().kit, alert_id, door.full().user_id, door.visitor())
    flash("Noted: somebody looks after it.")
    return redirect("/operator/alerts", 303)


@alerts.post("/operator/alerts/<int:alert_id>/mute")
@door.operators_only
def mute(alert_id: int) -> ResponseReturnValue:
    """Nobody is told of it for a day."""
    if not ActionForm().validate():
        abort(400)
    with transaction():
        if not keep.mute(house().kit, alert_id, door.full().user_id, door.visitor()):
            abort(404)
    flash("Muted for 24 hours.")
    return redirect("/operator/alerts", 303)


def _row(alert: Alert) -> dict[str, Any]:
    return {
        "id": alert.id,
        "title": words.title(alert.kind, alert.gateway, alert.country),
        "reason": alert.reason,
        "figures": words.figures(alert.kind, alert.figures),
        "opened_at": alert.opened_at,
        "closed_at": alert.closed_at,
        "acknowledged_at": alert.acknowledged_at,
        "runbook": f"{runbook_text.PAGE}#{runbook_text.anchor(alert.kind)}",
    }


def _rendered(text: str) -> str:
    """HTML of the little Markdown of the runbook: code, strong, emphasis, links within the page."""
    html = escape(text)
    for mark, tag in (
        (r"`([^`]+)`", "code"),
        (r"\*\*([^*]+)\*\*", "strong"),
        (r"\*([^*]+)\*", "em"),
    ):
        html = re.sub(mark, rf"<{tag}>\1</{tag}>", html)
    return re.sub(r"\[([^]]+)\]\((#[\w-]+)\)", r'<a href="\2">\1</a>', html)


def _chart(alert: Alert, place: int) -> Any:
    """The last day of the route: how slow, else delivery and conversion."""
    filters = {"gateway": alert.gateway, "country": alert.country}
    kept = {name: value for name, value in filters.items() if value}
    if place >= DRAWN or not kept:
        return None
    day = periods.period(periods.DEFAULT, house().kit.now())
    if alert.kind == AlertKind.LATENCY_HIGH:
        return slowness(day, series(day, kept, measures=LATENCIES))
    return rates(day, series(day, kept))
