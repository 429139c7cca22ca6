"""Log in: the password, then the code; resend, live status, other ways, log out."""

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from twofactor import audit
from twofactor.house import house
from twofactor.models import Session, User, Verification
from twofactor.models.database import transaction
from twofactor.verify import authenticators, limits, passwords, sessions, users, verifications
from twofactor.verify.limits import LimitReached
from twofactor.verify.verifications import CountryClosed, NotLive, Target
from twofactor.words import AuditEvent, Purpose, SessionState
from webapp import code_page, fence
from webapp import session as door
from webapp.destinations import own_path
from webapp.forms import ActionForm, CodeForm, LoginForm, complain
from webapp.refusals import note_limit, refused

login = Blueprint("login", __name__)

WRONG = "Enter a correct user name and password"


@login.route("/login", methods=["GET", "POST"])
@fence.posts("60 per minute;600 per hour")
def log_in() -> ResponseReturnValue:
    """The first step: e-mail and password."""
    form = LoginForm()
    if request.method == "GET":
        form.next.data = request.args.get("next", "")
        return render_template("login.html", form=form, signup_open=True)
    if not form.validate():
        return render_template("login.html", form=form, signup_open=True), 400
    user = _by_password(form.email.data or "", form.password.data or "")
    if user is None:
        complain(form, "email", WRONG)
        return render_template("login.html", form=form, signup_open=True)
    return enter(user, own_path(form.next.data))


def enter(user: User, next_path: str) -> ResponseReturnValue:
    """The password was right: half way in, or all the way where no second factor is enrolled."""
    kit = house().kit
    phone = authenticators.live_phone(user.id)
    state = SessionState.HALF if phone else SessionState.FULL
    old = door.current()
    with transaction():
        session, token = sessions.open_session(kit, user, state, door.visitor(), next_path)
        if old is not None:
            sessions.end(kit, old, door.visitor(), AuditEvent.SESSION_ENDED)
        audit.write(kit, AuditEvent.PASSWORD_RIGHT, user.id, door.visitor())
    door.carry(token)
    if state is SessionState.FULL:
        return redirect("/account", 303)
    try:
        code_page.send_again(None, lambda: _target(session))
    except (LimitReached, CountryClosed) as error:
        return _without_text(error)
    except NotLive:  # the phone was removed in this very moment
        return redirect("/login", 303)
    return redirect("/login/code", 303)


@login.route("/login/code", methods=["GET", "POST"])
@fence.posts("120 per minute")
@door.half_logged_in
def code() -> ResponseReturnValue:
    """The second step. Loading it again sends nothing."""
    session, form = door.half(), CodeForm()
    verification = verifications.of_session(session, Purpose.LOGIN)
    if request.method == "POST" and form.validate():
        token: list[str | None] = []

        def step_up(approved: Verification) -> None:
            token.append(_finish(session, approved))

        if code_page.is_right(form, verification, session, step_up) and token[0]:
            next_path = session.next_path
            door.carry(token[0])
            return redirect(own_path(next_path), 303)
    shown = code_page.variables(verification, "/login/status")
    return render_template("login_code.html", form=form, **shown)


@login.post("/login/resend")
@fence.posts("60 per minute")
@door.half_logged_in
def resend() -> ResponseReturnValue:
    """Text the code again."""
    if not ActionForm().validate():
        return redirect("/login/code", 303)
    session = door.half()
    verification = verifications.of_session(session, Purpose.LOGIN)
    with refused("/login/code"):
        code_page.send_again(verification, lambda: _target(session))
    flash("We sent the text again. Any of the texts works.")
    return redirect("/login/code", 303)


@login.get("/login/status")
def status() -> ResponseReturnValue:
    """The fate of the text, for the script of the code page."""
    session = door.current()
    if session is None or session.state != SessionState.HALF:
        return {"error": "log in first"}, 401
    return code_page.status_of(verifications.of_session(session, Purpose.LOGIN))


@login.get("/login/other")
@door.half_logged_in
def other() -> ResponseReturnValue:
    """Other ways in. Sends nothing by itself."""
    phone = {
        "method": "phone",
        "title": "Text message",
        "text": "The code that we sent to your phone.",
        "available": True,
    }
    help_address = house().kit.settings.help_address or None
    return render_template("login_other.html", ways=[phone], form=None, help_address=help_address)


@login.post("/logout")
def log_out() -> Response:
    """End this session."""
    session = door.current()
    if session is not None:
        with transaction():
            sessions.end(house().kit, session, door.visitor(), AuditEvent.LOGGED_OUT)
    door.drop()
    response = make_response(redirect("/login", 303))
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def _by_password(typed_email: str, password: str) -> User | None:
    """The user, if the password is right; counted before it is compared. Raises LimitReached."""
    kit, who, at = house().kit, door.visitor(), house().kit.now()
    email = _address(typed_email)
    pair = f"{email or typed_email}\0{limits.network(who.address)}"
    with transaction():
        limits.hit(kit, limits.PASSWORD_PAIR, pair, at)
        limits.hit(kit, limits.PASSWORD_ADDRESS, limits.network(who.address), at)
    user = users.by_email(email) if email else None
    stored = user.password_hash if user else ""
    right = passwords.is_right(stored, password)
    better = passwords.hashed(password) if right and passwords.needs_rehash(stored) else None
    with transaction():
        if user is None or not right:
            audit.write(kit, AuditEvent.PASSWORD_WRONG, user.id if user else None, who)
            return None
        limits.refund(kit, limits.PASSWORD_PAIR, pair, at)
        limits.refund(kit, limits.PASSWORD_ADDRESS, limits.network(who.address), at)
        if better is not None:
            user.password_hash = better
    return user


def _address(typed: str) -> str | None:
    """The normal spelling; None for what can't be an address and is never looked up."""
    try:
        return users.normal_email(typed)
    except users.BadEmail:
        return None


def _finish(session: Session, approved: Verification) -> str | None:
    kit = house().kit
    if approved.authenticator_id is not None:
        authenticators.note_use(kit, approved.authenticator_id)
    token = sessions.step_up(kit, session)
    if token is not None:
        audit.write(kit, AuditEvent.LOGGED_IN, session.user_id, door.visitor(), factor="phone")
    return token


def _target(session: Session) -> Target:
    phone = authenticators.live_phone(session.user_id)
    if phone is None:
        raise NotLive
    number = authenticators.phone_of(house().kit, phone)
    return Target(Purpose.LOGIN, number, session, phone.id, is_verified=True)


def _without_text(error: LimitReached | CountryClosed) -> ResponseReturnValue:
    """Half way in, but no text may be sent: the page says why, and what else can be done."""
    shown = code_page.variables(None, "/login/status")
    shown["sends_left"] = 0
    if isinstance(error, CountryClosed):
        flash("We can't send texts to your country at the moment. Use another way.", "error")
        return render_template("login_code.html", form=CodeForm(), **shown), 403
    note_limit(error)
    shown["refused_until"] = code_page.until(error)
    page = make_response(render_template("login_code.html", form=CodeForm(), **shown), 429)
    page.headers["Retry-After"] = str(error.retry_after)
    return page
