"""Where somebody is logged in: listed, and ended one by one or all."""

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from twofactor.house import house
from twofactor.models.database import transaction
from twofactor.verify import sessions
from twofactor.words import AuditEvent
from webapp import fence
from webapp import session as door
from webapp.forms import ActionForm

session_pages = Blueprint("sessions", __name__)


@session_pages.get("/account/sessions")
@door.logged_in
def show() -> ResponseReturnValue:
    """Every living session."""
    session = door.full()
    rows = sessions.living(house().kit, session.user_id)
    return render_template("account/sessions.html", sessions=rows, this=session)


@session_pages.post("/account/sessions")
@fence.posts("60 per minute")
@door.logged_in
def end() -> ResponseReturnValue:
    """End one, or all but this one, by their next request (S-35)."""
    kit, session = house().kit, door.full()
    if ActionForm().validate():
        wanted, every = request.form.get("session", ""), "all" in request.form
        rows = sessions.living(kit, session.user_id)
        with transaction():
            for row in rows:
                if row.sid == wanted or (every and row.id != session.id):
                    sessions.end(kit, row, door.visitor(), AuditEvent.SESSION_ENDED)
        flash("Ended. That browser has to log in again.")
    return redirect("/account/sessions", 303)
