"""The account page: what is enrolled, where logged in, what happened."""

from typing import Any

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from twofactor import audit
from twofactor.house import house
from twofactor.models import AuditEntry, Authenticator, Session
from twofactor.models.database import transaction
from twofactor.sms import phone as phones
from twofactor.verify import authenticators, sessions
from twofactor.words import AuditEvent
from webapp import session as door
from webapp.forms import ActionForm

overview = Blueprint("overview", __name__)

_SENTENCES = {
    AuditEvent.SIGNED_UP: "You created this account",
    AuditEvent.PASSWORD_RIGHT: "Right password",
    AuditEvent.PASSWORD_WRONG: "Wrong password",
    AuditEvent.PASSWORD_SET: "Password set",
    AuditEvent.LOGGED_IN: "Logged in",
    AuditEvent.LOGGED_OUT: "Logged out",
    AuditEvent.SESSION_ENDED: "A session was ended",
    AuditEvent.CODE_SENT: "Security code sent",
    AuditEvent.CODE_RIGHT: "Right security code",
    AuditEvent.CODE_WRONG: "Wrong security code",
    AuditEvent.CODE_EXHAUSTED: "Too many wrong security codes",
    AuditEvent.PHONE_ENROLLED: "Phone added",
    AuditEvent.PHONE_REMOVED: "Phone removed",
    AuditEvent.LIMIT_REACHED: "A limit was reached",
    AuditEvent.TEXTS_STOPPED: "Your phone answered STOP: no more texts",
    AuditEvent.TEXTS_RESTORED: "Your phone sent START: texts again",
    AuditEvent.HELP_ASKED: "Your phone asked for help by text",
    AuditEvent.OPERATOR_INVITED: "Invited as operator",
}


@overview.get("/account")
@door.logged_in
def show() -> ResponseReturnValue:
    """The security page."""
    session = door.full()
    factors = [_factor(a) for a in authenticators.live(session.user_id)]
    rows = sessions.living(house().kit, session.user_id)
    return render_template(
        "account/index.html",
        factors=factors,
        add_ways=[],
        sessions=[_session(row, session) for row in rows],
        activity=[_activity(entry) for entry in audit.recent(session.user_id)],
    )


@overview.post("/account/sessions")
@door.logged_in
def end_session() -> ResponseReturnValue:
    """End one of the person's other sessions."""
    session = door.full()
    wanted = request.form.get("session", "")
    if ActionForm().validate():
        rows = sessions.living(house().kit, session.user_id)
        for row in (row for row in rows if row.sid == wanted):
            with transaction():
                sessions.end(house().kit, row, door.visitor(), AuditEvent.SESSION_ENDED)
    return redirect("/account", 303)


def _factor(authenticator: Authenticator) -> dict[str, Any]:
    number = authenticators.phone_of(house().kit, authenticator).e164
    return {
        "kind": authenticator.kind,
        "title": "Phone",
        "detail": phones.mask(number),
        "added_at": authenticator.confirmed_at,
        "last_used_at": authenticator.last_used_at,
        "remove_url": "/account/phone/remove",
    }


def _session(row: Session, this: Session) -> dict[str, Any]:
    return {
        "sid": row.sid,
        "browser": row.browser,
        "started_at": row.created_at,
        "seen_at": row.seen_at,
        "is_this": row.id == this.id,
    }


def _activity(entry: AuditEntry) -> dict[str, Any]:
    text = _SENTENCES.get(AuditEvent(entry.event), entry.event)
    return {"at": entry.at, "text": text, "browser": entry.browser or None}
