"""Alerts: what is wrong now and what was; seen to, or muted."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template
from flask.typing import ResponseReturnValue

from twofactor.alerts import keep
from twofactor.alerts.tell import RUNBOOK, anchor
from twofactor.house import house
from twofactor.models import Alert
from twofactor.models.database import transaction
from twofactor.sms.stats import periods
from twofactor.sms.stats.history import series
from webapp import session as door
from webapp.forms import ActionForm
from webapp.operator.pictures import rates

alerts = Blueprint("alerts", __name__)

TITLES = {
    "delivery_low": "Delivery is low",
    "conversion_low": "Conversion is low",
    "latency_high": "Texts are slow",
    "price_jump": "Texts became dearer",
    "receipts_stopped": "Receipts stopped",
    "signatures_failing": "Callbacks are not signed",
    "balance_low": "Money runs out",
    "budget_used": "The day's texts run out",
    "pumping": "It looks like pumping",
}
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
    return render_template("operator/runbook.html")


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
    place = [word for word in (alert.gateway, alert.country) if word]
    return {
        "id": alert.id,
        "title": TITLES[alert.kind],
        "place": " in ".join(place),
        "reason": alert.reason,
        "figures": {name.replace("_", " "): value for name, value in alert.figures.items()},
        "opened_at": alert.opened_at,
        "closed_at": alert.closed_at,
        "acknowledged_at": alert.acknowledged_at,
        "runbook": f"{RUNBOOK}#{anchor(alert.kind)}",
    }


def _chart(alert: Alert, place: int) -> Any:
    """Delivery and conversion of the route in the last day."""
    filters = {"gateway": alert.gateway, "country": alert.country}
    kept = {name: value for name, value in filters.items() if value}
    if place >= DRAWN or not kept:
        return None
    day = periods.period(periods.DEFAULT, house().kit.now())
    return rates(day, series(day, kept))
