"""What we keep of somebody: all of it as a file, and the end of it."""

import json

from flask import Blueprint, Response, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from twofactor import audit, privacy
from twofactor.house import house
from twofactor.models.database import transaction
from twofactor.words import AuditEvent
from webapp import fence
from webapp import session as door
from webapp.forms import ActionForm

data = Blueprint("data", __name__)


@data.get("/account/data")
@door.logged_in
def show() -> ResponseReturnValue:
    """Two forms: export and erase."""
    return render_template("account/data.html")


@data.post("/account/data")
@fence.posts("10 per minute")
@door.logged_in
@door.second_factor_fresh
def act() -> ResponseReturnValue:
    """`do` is export or erase."""
    kit, session = house().kit, door.full()
    if not ActionForm().validate():
        return redirect("/account/data", 303)
    if request.form.get("do") == "export":
        with transaction():
            audit.write(kit, AuditEvent.DATA_EXPORTED, session.user_id, door.visitor())
            known = privacy.export(kit, session.user)
        text = json.dumps(known, indent=2, ensure_ascii=False)
        headers = {"Content-Disposition": 'attachment; filename="my-data.json"'}
        return Response(text, mimetype="application/json", headers=headers)
    if request.form.get("do") == "erase" and request.form.get("sure"):
        with transaction():
            privacy.erase(kit, session.user)
        door.drop()
        flash("Your account and everything about it is erased.")
        return redirect("/login", 303)
    flash("Tick that you are sure first.", "error")
    return redirect("/account/data", 303)
