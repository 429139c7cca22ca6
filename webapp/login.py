"""Log in: the password, then the code; resend, live status, log out."""

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from twofactor import audit
from twofactor.house import house
from twofactor.models import User, Verification
from twofactor.models.database import transaction
from twofactor.verify import (
    authenticators,
    claims,
    limits,
    passkeys,
    passwords,
    remembered,
    sessions,
    users,
    verifications,
)
from twofactor.words import AuditEvent, AuthenticatorKind, Purpose, SessionState
from webapp import code_page, fence
from webapp import session as door
from webapp.destinations import own_path
from webapp.entrance import enter, go_on, let_in, target
from webapp.forms import ActionForm, CodeForm, LoginForm, complain
from webapp.refusals import refused
from webapp.remembering import remember

login = Blueprint("login", __name__)

WRONG = "Enter a correct e-mail address and password"


@login.route("/login", methods=["GET", "POST"])
@fence.posts("60 per minute;600 per hour")
def log_in() -> ResponseReturnValue:
    """The first step: e-mail and password."""
    form = LoginForm()
    if request.method != "POST":
        form.next.data = request.args.get("next", "")
        return _page(form)
    if not form.validate():
        return _page(form), 400
    user = _by_password(form.email.data or "", form.password.data or "")
    if user is None:
        complain(form, "email", WRONG)
        return _page(form)
    return enter(user, own_path(form.next.data))


@login.route("/login/code", methods=["GET", "POST"])
@fence.posts("120 per minute")
@door.half_logged_in
def code() -> ResponseReturnValue:
    """The second step. Loading it again sends nothing."""
    session, form = door.half(), CodeForm()
    verification = verifications.of_session(session, Purpose.LOGIN)
    if verification is None and authenticators.live_phone(session.user_id) is None:
        return redirect("/login/other", 303)
    if request.method == "POST" and form.validate():
        token: list[str | None] = []

        def step_up(approved: Verification) -> None:
            used = approved.authenticator_id
            token.append(let_in(session, AuthenticatorKind.PHONE, used))
            if form.remember.data and not session.user.is_operator:
                remember(session.user)

        if code_page.is_right(form, verification, session, step_up) and token[0]:
            return go_on(session, token[0])
    shown = code_page.variables(verification, "/login/status")
    shown["allow_remember"] = not session.user.is_operator
    return render_template(
        "login_code.html", form=form, remember_days=remembered.LIFETIME.days, **shown
    )


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
        code_page.send_again(verification, lambda: target(session))
    flash("We sent the text again. Any of the texts works.")
    return redirect("/login/code", 303)


@login.get("/login/status")
def status() -> ResponseReturnValue:
    """The fate of the text, for the script of the code page."""
    session = door.current()
    if session is None or session.state != SessionState.HALF:
        return {"error": "log in first"}, 401
    return code_page.status_of(verifications.of_session(session, Purpose.LOGIN))


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


def _page(form: LoginForm) -> str:
    kit = house().kit
    possible = passkeys.are_possible(kit.settings)
    return render_template(
        "login.html",
        form=form,
        signup_open=True,
        passkey_options=passkeys.request_options(kit, None, Purpose.LOGIN) if possible else None,
    )


def _by_password(typed_email: str, password: str) -> User | None:
    """The user, if the password is right; counted before it is compared. Raises LimitReached."""
    kit, who, at = house().kit, door.visitor(), house().kit.now()
    email = _address(typed_email)
    network = limits.network(who.address)
    pair = f"{email or typed_email}\0{network}"
    together = [(limits.PASSWORD_PAIR, pair), (limits.PASSWORD_ADDRESS, network)]
    with transaction():
        limits.hit_together(kit, together, at)
    user = claims.by_password(kit, email or "", password)
    stale = user is not None and passwords.needs_rehash(user.password_hash)
    better = passwords.hashed(password) if stale else None
    with transaction():
        if user is None:
            owner = users.owner(email) if email else None
            audit.write(kit, AuditEvent.PASSWORD_WRONG, owner.id if owner else None, who)
            return None
        limits.refund_together(kit, together, at)
        if better is not None:
            user.password_hash = better
    return user


def _address(typed: str) -> str | None:
    """The normal spelling; None for what can't be an address and is never looked up."""
    try:
        return users.normal_email(typed)
    except users.BadEmail:
        return None
