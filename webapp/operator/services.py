"""Programs that use the API: what they sent, what they may, and how their texts look."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import DecimalField, IntegerField, StringField
from wtforms.validators import InputRequired, NumberRange, Regexp

from twofactor.house import house
from twofactor.models import ApiAccount, Service
from twofactor.models.database import transaction
from twofactor.sms.sentences import LANGUAGES
from twofactor.verify import services as api
from twofactor.verify import tenancy
from webapp import session as door
from webapp.languages import NAMES

services = Blueprint("services", __name__)

PERIOD = timedelta(hours=24)
PAGE = "/operator/services"


class AllowForm(FlaskForm):
    """What an account may send; 0 is no limit."""

    sends_per_day = IntegerField(validators=[InputRequired(), NumberRange(0, 10_000_000)])
    budget_per_day = DecimalField(validators=[InputRequired(), NumberRange(0, 1_000_000)])
    language = StringField(validators=[Regexp(rf"^{tenancy.LANGUAGE.pattern}$")])


class TextsForm(FlaskForm):
    """How the texts of a service look."""

    brand = StringField(validators=[InputRequired()])
    sender = StringField()


@services.get(PAGE)
@door.operators_only
def show() -> ResponseReturnValue:
    """Every account with its services."""
    return render_template(
        "operator/services.html",
        accounts=[_shown(account) for account in api.accounts()],
        currency=house().kit.settings.money.currency,
        form=AllowForm(),
    )


@services.post(f"{PAGE}/<sid>")
@door.operators_only
def change(sid: str) -> ResponseReturnValue:
    """Change what one account may."""
    form = AllowForm()
    if not form.validate():
        flash("Enter whole limits of 0 or more, and a language like en or pt-BR.", "error")
        return redirect(PAGE, 303)
    with transaction():
        account = api.account_by_sid(sid)
        if account is None:
            abort(404)
        budget = Decimal(form.budget_per_day.data or 0)
        tenancy.allow(house().kit, account, form.sends_per_day.data, budget, form.language.data)
    flash(f"{account.name}: changed.")
    return redirect(f"{PAGE}#{sid}", 303)


@services.post(f"{PAGE}/<sid>/texts")
@door.operators_only
def change_texts(sid: str) -> ResponseReturnValue:
    """Change the name and the sender of one service."""
    form = TextsForm()
    if not form.validate():
        flash("Enter a name.", "error")
        return redirect(PAGE, 303)
    brand, sender = str(form.brand.data).strip(), str(form.sender.data or "").strip()
    try:
        with transaction():
            service = api.service_by_sid(sid)
            if service is None:
                abort(404)
            api.show_as(house().kit, service, brand=brand, sender=sender)
    except ValueError as error:
        flash(f"{error}.", "error")
        return redirect(PAGE, 303)
    flash(f"{brand}: changed.")
    return redirect(f"{PAGE}#{service.account.sid}", 303)


def _shown(account: ApiAccount) -> dict[str, Any]:
    now = house().kit.now()
    use = tenancy.use(house().kit, account.id, now - PERIOD)
    languages = {code: NAMES.get(code, code) for code in sorted(LANGUAGES)}
    languages.setdefault(account.language, account.language)
    return {
        "sid": account.sid,
        "name": account.name,
        "services": [_service(service, use) for service in api.services_of(account)],
        "api_keys": api.keys_of(account, now),
        "use": use,
        "sends_per_day": account.sends_per_day or 0,
        "budget_per_day": account.budget_per_day or Decimal(0),
        "language": account.language,
        "languages": languages,
    }


def _service(service: Service, use: tenancy.Use) -> dict[str, Any]:
    texts, confirmed = use.by_service.get(service.id, (0, 0))
    return {
        "sid": service.sid,
        "brand": service.friendly_name,
        "sender": service.sender,
        "code_length": service.code_length,
        "texts": texts,
        "confirmed": confirmed,
    }
