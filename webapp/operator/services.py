"""Programs that use the API: what they sent, and what they may."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import DecimalField, IntegerField, StringField
from wtforms.validators import InputRequired, NumberRange, Regexp

from twofactor.house import house
from twofactor.models import ApiAccount
from twofactor.models.database import transaction
from twofactor.verify import services as api
from twofactor.verify import tenancy
from webapp import session as door

services = Blueprint("services", __name__)

PERIOD = timedelta(hours=24)


class AllowForm(FlaskForm):
    """What an account may send; 0 is no limit."""

    sends_per_day = IntegerField(validators=[InputRequired(), NumberRange(0, 10_000_000)])
    budget_per_day = DecimalField(validators=[InputRequired(), NumberRange(0, 1_000_000)])
    language = StringField(validators=[Regexp(rf"^{tenancy.LANGUAGE.pattern}$")])


@services.get("/operator/services")
@door.operators_only
def show() -> ResponseReturnValue:
    """Every account with its services."""
    shown = [_shown(account) for account in api.accounts()]
    return render_template("operator/services.html", accounts=shown, form=AllowForm())


@services.post("/operator/services/<sid>")
@door.operators_only
def change(sid: str) -> ResponseReturnValue:
    """Change what one account may."""
    form = AllowForm()
    if not form.validate():
        flash("Enter whole limits of 0 or more, and a language like en or pt-BR.", "error")
        return redirect("/operator/services", 303)
    with transaction():
        account = api.account_by_sid(sid)
        if account is None:
            abort(404)
        budget = Decimal(form.budget_per_day.data or 0)
        tenancy.allow(account, form.sends_per_day.data, budget, form.language.data)
    flash(f"{account.name}: changed.")
    return redirect("/operator/services", 303)


def _shown(account: ApiAccount) -> dict[str, Any]:
    now = house().kit.now()
    return {
        "sid": account.sid,
        "name": account.name,
        "services": api.services_of(account),
        "api_keys": api.keys_of(account, now),
        "use": tenancy.use(house().kit, account, now - PERIOD),
        "sends_per_day": account.sends_per_day or 0,
        "budget_per_day": account.budget_per_day or 0,
        "language": account.language,
    }
