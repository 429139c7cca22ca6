"""Remembered browsers: listed, and forgotten one by one or all."""

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from twofactor.house import house
from twofactor.models.database import transaction
from twofactor.verify import remembered
from webapp import fence
from webapp import session as door
from webapp.forms import ActionForm

devices = Blueprint("devices", __name__)


@devices.route("/account/devices", methods=["GET", "POST"])
@fence.posts("60 per minute")
@door.logged_in
def forget() -> ResponseReturnValue:
    """Forgetting asks for no step-up: it only ever makes the account safer."""
    kit, user = house().kit, door.full().user
    if request.method == "POST" and ActionForm().validate():
        sid = request.form.get("device") or None
        if sid is not None or "all" in request.form:
            with transaction():
                ended = remembered.forget(kit, user.id, sid, door.visitor())
            flash("Forgotten. It needs a code again." if ended else "That browser is gone.")
        return redirect("/account/devices", 303)
    rows = remembered.of_user(kit, user.id)
    return render_template("account/devices.html", devices=rows, days=remembered.LIFETIME.days)
