"""Gateways: state, comparison, changes of routes, the switch and the test text."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from twofactor import audit
from twofactor.house import house
from twofactor.models import RouteChange
from twofactor.models.database import transaction
from twofactor.sms import breaker, budget, compare, leaders
from twofactor.sms.stats import periods
from twofactor.verify import authenticators, trials
from twofactor.words import AuditEvent
from webapp import fence
from webapp import session as door
from webapp.forms import ActionForm, SwitchForm
from webapp.operator.gateway_cards import by_country, cards
from webapp.refusals import refused

gateways = Blueprint("gateways", __name__)

PLACE = "/operator/gateways"
DEFAULT = "7d"
PERIODS = {name: periods.NAMED[name] for name in ("24h", "7d", "30d")}
CHANGES = 50
REASON_LENGTH = 200


@gateways.get(PLACE)
@door.operators_only
def show() -> ResponseReturnValue:
    """Every gateway with its state, what it achieved in each country, and why who leads where."""
    kit = house().kit
    now = kit.now()
    wanted = request.args.get("period", DEFAULT)
    period = periods.period(wanted if wanted in PERIODS else DEFAULT, now)
    compared = compare.compare(kit, period)
    return render_template(
        "operator/gateways.html",
        gateways=cards(kit, compared),
        countries=by_country(compared),
        changes=[_change(change) for change in leaders.changes(CHANGES)],
        policy=kit.settings.routing.policy,
        spent=budget.spent(now),
        money=kit.settings.money,
        period=period,
        periods=PERIODS,
    )


@gateways.post(f"{PLACE}/<name>/switch")
@fence.posts("30 per minute")
@door.operators_only
def switch(name: str) -> ResponseReturnValue:
    """Take a gateway out, or back in; the reason is kept."""
    kit, form = house().kit, SwitchForm()
    if name not in kit.gateways:
        abort(404)
    reason = " ".join((form.reason.data or "").split())[:REASON_LENGTH]
    if not form.validate() or not reason or not reason.isprintable():
        flash("Say in a few words why, so that others understand it later.", "error")
        return redirect(PLACE, 303)
    with transaction():
        is_off = not breaker.states([name])[name].is_off
        breaker.switch(name, is_off=is_off, reason=reason, now=kit.now())
        audit.write(
            kit,
            AuditEvent.GATEWAY_SWITCHED,
            door.full().user_id,
            door.visitor(),
            gateway=name,
            to="off" if is_off else "on",
            reason=reason,
        )
    flash(f"{name} is {'off' if is_off else 'on'} from now on.")
    return redirect(PLACE, 303)


@gateways.post(f"{PLACE}/<name>/test")
@fence.posts("30 per minute")
@door.operators_only
def test(name: str) -> ResponseReturnValue:
    """Send the operator a test text by this gateway alone, and show what happens to it."""
    kit = house().kit
    if name not in kit.gateways:
        abort(404)
    user_id = door.full().user_id
    phone = authenticators.live_phone(user_id)
    if not ActionForm().validate() or phone is None:
        flash("Add a phone to your account first: the test text goes there.", "error")
        return redirect(PLACE, 303)
    number = authenticators.phone_of(kit, phone)
    with refused(PLACE), transaction():
        message = trials.send(kit, name, number, door.visitor(), user_id)
    house().sender.wake()
    return redirect(f"/operator/messages/{message.sid}", 303)


def _change(change: RouteChange) -> dict[str, Any]:
    return {
        "at": change.at,
        "country": change.country or None,
        "gateway": change.gateway,
        "before": change.before or None,
        "reason": change.reason,
    }
