"""Sign up: an e-mail address and a password; the phone comes next."""

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from twofactor.house import house
from twofactor.mail import outbox as mails
from twofactor.mail.wording import taken_mail
from twofactor.models.database import transaction
from twofactor.verify import emails, limits, passwords, sessions, users
from twofactor.verify.limits import LimitReached
from twofactor.verify.passwords import BadPassword
from twofactor.verify.users import BadEmail, EmailTaken
from twofactor.words import AuditEvent, SessionState
from webapp import fence
from webapp import session as door
from webapp.forms import SignupForm, complain

signup = Blueprint("signup", __name__)

TAKEN = "We could not create an account with these details. If you have one already, log in"


@signup.route("/signup", methods=["GET", "POST"])
@fence.posts("60 per minute;600 per hour")
def sign_up() -> ResponseReturnValue:
    """Create an account and go on to the phone."""
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
    try:
        with transaction():
            user = users.sign_up(kit, email, password_hash, door.visitor())
            emails.ask_to_confirm(kit, user)
            if old is not None:
                sessions.end(kit, old, door.visitor(), AuditEvent.SESSION_ENDED)
            _, token = sessions.open_session(kit, user, SessionState.FULL, door.visitor())
        house().sender.wake()
        return token
    except EmailTaken:
        _tell_owner(email)
        complain(form, "email", TAKEN)
        return None


def _tell_owner(email: str) -> None:
    """The page says the same whoever asks; only the owner of the address learns more."""
    kit = house().kit
    words = taken_mail(kit.settings.brand, f"{kit.settings.public_url}/login")
    try:
        with transaction():
            limits.hit(kit, limits.RESETS_HOUR, email, kit.now())
            owner = users.by_email(email)
            mails.enqueue(kit, email, words, owner.id if owner else None)
    except LimitReached:
        return
    house().sender.wake()
