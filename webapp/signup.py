"""Sign up: an e-mail address and a password; the phone comes next."""

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from twofactor.house import house
from twofactor.models.database import transaction
from twofactor.verify import claims, emails, passwords, sessions, users
from twofactor.verify.passwords import BadPassword
from twofactor.verify.users import BadEmail
from twofactor.words import AuditEvent, SessionState
from webapp import fence
from webapp import session as door
from webapp.forms import SignupForm, complain

signup = Blueprint("signup", __name__)


@signup.route("/signup", methods=["GET", "POST"])
@fence.posts("60 per minute;600 per hour")
def sign_up() -> ResponseReturnValue:
    """Create an account and go on to the second step. The same for an address that is taken: its
    owner is told by mail, and the new account stands apart (S-46)."""
    form = SignupForm()
    if request.method == "POST" and form.validate():
        token = _created(form)
        if token is not None:
            door.carry(token)
            return redirect("/account/phone", 303)
    return render_template("signup.html", form=form)


def _created(form: SignupForm) -> str | None:
    """The token of the new user's session; None when the form says what to mend."""
    kit, email, password = house().kit, "", form.password.data or ""
    try:
        email = users.normal_email(form.email.data or "")
    except BadEmail as error:
        complain(form, "email", error.reason)
    try:
        passwords.check_strength(password, kit.settings.brand, email)
    except BadPassword as error:
        complain(form, "password", error.reason)
    if form.errors:
        return None
    password_hash, old = passwords.hashed(password), door.current()
    with transaction():
        user = claims.sign_up(kit, email, password, password_hash, door.visitor())
        emails.ask_to_confirm(kit, user)
        if old is not None:
            sessions.end(kit, old, door.visitor(), AuditEvent.SESSION_ENDED)
        _, token = sessions.open_session(kit, user, SessionState.FULL, door.visitor())
    house().sender.wake()
    return token
