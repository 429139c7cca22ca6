"""Step-up: show a second factor again before something that protects the account changes."""

from flask import Blueprint, flash, redirect, render_template, request
from flask import session as cookie
from flask.typing import ResponseReturnValue

from twofactor.house import house
from twofactor.models import Session, Verification
from twofactor.verify import authenticators, sessions, verifications
from twofactor.verify.targets import NotLive, Target
from twofactor.words import Purpose
from webapp import code_page, fence
from webapp import session as door
from webapp.destinations import own_path
from webapp.forms import ActionForm, CodeForm
from webapp.refusals import refused

confirm = Blueprint("confirm", __name__)


@confirm.route("/account/confirm", methods=["GET", "POST"])
@fence.posts("120 per minute")
@door.logged_in
def ask() -> ResponseReturnValue:
    """Type the code. A text is sent only when the person presses the button."""
    session, form = door.full(), CodeForm()
    verification = verifications.of_session(session, Purpose.STEP_UP)
    if request.method == "POST" and form.validate():
        tokens: list[str | None] = []

        def step_up(_: Verification) -> None:
            tokens.append(sessions.step_up(house().kit, session))

        if code_page.is_right(form, verification, session, step_up) and tokens[0]:
            goes_on = own_path(cookie.get("goes_on"))
            door.carry(tokens[0])
            return redirect(goes_on, 303)
    shown = code_page.variables(verification, "/account/confirm/status")
    return render_template(
        "account/confirm.html",
        form=form,
        way="code",
        change=None,
        resend_url="/account/confirm/send",
        **shown,
    )


@confirm.post("/account/confirm/send")
@fence.posts("60 per minute")
@door.logged_in
def send() -> ResponseReturnValue:
    """Send the code, for the first time or again."""
    session = door.full()
    if ActionForm().validate():
        verification = verifications.of_session(session, Purpose.STEP_UP)
        if verification is not None and not verification.is_pending:
            verification = None
        with refused("/account/confirm"):
            code_page.send_again(verification, lambda: _target(session))
        flash("We sent you a text with a security code.")
    return redirect("/account/confirm", 303)


@confirm.get("/account/confirm/status")
@door.logged_in
def status() -> ResponseReturnValue:
    """The fate of the text, for the script of the page."""
    return code_page.status_of(verifications.of_session(door.full(), Purpose.STEP_UP))


def _target(session: Session) -> Target:
    phone = authenticators.live_phone(session.user_id)
    if phone is None:
        raise NotLive
    number = authenticators.phone_of(house().kit, phone)
    return Target(Purpose.STEP_UP, number, session, phone.id, is_verified=True)
