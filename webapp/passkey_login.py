"""Log in with a passkey alone: it shows both what a person has and who they are."""

from flask import Blueprint, flash, redirect, request
from flask.typing import ResponseReturnValue

from twofactor.extensions import db
from twofactor.house import house
from twofactor.models import User
from twofactor.models.database import transaction
from twofactor.verify import passkeys, sessions
from twofactor.verify.passkeys import BadPasskey
from twofactor.words import AuditEvent, AuthenticatorKind, Purpose, SessionState
from webapp import fence
from webapp import session as door
from webapp.destinations import own_path
from webapp.entrance import go_on, let_in
from webapp.forms import ActionForm

passkey_login = Blueprint("passkey_login", __name__)

REFUSED = "That passkey did not work here. Try again, or log in with your password."


@passkey_login.post("/login/passkey")
@fence.posts("30 per minute")
def log_in() -> ResponseReturnValue:
    """Both factors at once; the browser's answer is in the field `credential`."""
    kit, old = house().kit, door.current()
    if not ActionForm().validate():
        return redirect("/login", 303)
    next_path = own_path(request.form.get("next"))
    try:
        with transaction():
            passkey = passkeys.check(kit, request.form.get("credential", ""), None, Purpose.LOGIN)
            user = db.session.get_one(User, passkey.authenticator.user_id)
            if user.disabled_at is not None:
                raise BadPasskey("disabled")
            if old is not None:
                sessions.end(kit, old, door.visitor(), AuditEvent.SESSION_ENDED)
            session, _ = sessions.open_session(
                kit, user, SessionState.HALF, door.visitor(), next_path
            )
            token = let_in(session, AuthenticatorKind.PASSKEY, passkey.authenticator_id)
    except BadPasskey:
        flash(REFUSED, "error")
        return redirect("/login", 303)
    return go_on(session, token) if token else redirect("/login", 303)
