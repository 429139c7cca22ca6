"""Step-up: show a second factor again before something that protects the account changes."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask import session as cookie
from flask.typing import ResponseReturnValue

from twofactor.house import house
from twofactor.models import Session, Verification
from twofactor.verify import authenticators, passkeys, recovery, sessions, verifications
from twofactor.verify.targets import NotLive, Target
from twofactor.words import AuthenticatorKind, Purpose
from webapp import code_page, fence
from webapp import session as door
from webapp.account.password_check import is_password_right
from webapp.destinations import own_path
from webapp.forms import ActionForm, StepUpForm
from webapp.refusals import refused
from webapp.second_factor import is_app_code_right, is_passkey_right, is_recovery_code_right

confirm = Blueprint("confirm", __name__)

APP, PHONE = AuthenticatorKind.APP, AuthenticatorKind.PHONE
PASSKEY, RECOVERY = AuthenticatorKind.PASSKEY, AuthenticatorKind.RECOVERY
PASSWORD = "password"  # noqa: S105 -- the name of a way


@confirm.route("/account/confirm", methods=["GET", "POST"])
@fence.posts("120 per minute")
@door.logged_in
def ask() -> ResponseReturnValue:
    """Any factor this person has, best first. A text is sent only when they press its button."""
    session, form = door.full(), StepUpForm()
    verification = verifications.of_session(session, Purpose.STEP_UP)
    ways = _ways(session)
    if request.method == "POST" and form.validate():
        way = _meant(form.method.data, ways, verification)
        token = _try(way, form, session, verification)
        if token is not None:
            goes_on = own_path(cookie.get("goes_on"))
            door.carry(token)
            return redirect(goes_on, 303)
        form.method.data = way
        form.code.id = f"code-{way}"  # where the error stands
    shown = code_page.variables(verification, "/account/confirm/status")
    return render_template(
        "account/confirm.html",
        form=form,
        ways=ways,
        passkey_options=_passkey_options(session, ways),
        sent=verification is not None,
        recovery_left=recovery.left(session.user_id),
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


def _ways(session: Session) -> list[str]:
    """What this person may show, best first; the password only where there is nothing better."""
    kinds: set[str] = {a.kind for a in authenticators.live(session.user_id)}
    ways = [kind.value for kind in (PASSKEY, APP, PHONE) if kind in kinds]
    if not kinds & {APP, PASSKEY} and recovery.left(session.user_id):  # the phone may be lost
        ways.append(RECOVERY.value)
    return ways if authenticators.needs_second_factor(session.user_id) else [PASSWORD]


def _passkey_options(session: Session, ways: list[str]) -> dict[str, Any] | None:
    if PASSKEY not in ways:
        return None
    return passkeys.request_options(house().kit, session, Purpose.STEP_UP)


def _meant(named: str | None, ways: list[str], verification: Verification | None) -> str:
    """The way a form was sent for. Without a name: the text that is under way, else the best."""
    if named in ways:
        return named or ""
    if verification and PHONE in ways:
        return PHONE.value
    return next((way for way in ways if way != PASSKEY), "")


def _try(
    way: str, form: StepUpForm, session: Session, verification: Verification | None
) -> str | None:
    """The session's new token; None when the form says what to mend."""
    tokens: list[str | None] = []

    def approve() -> None:
        tokens.append(sessions.step_up(house().kit, session))

    tries: dict[str, Callable[[], bool]] = {
        APP: lambda: is_app_code_right(form, session, approve),
        PHONE: lambda: code_page.is_right(form, verification, session, lambda _: approve()),
        PASSKEY: lambda: is_passkey_right(form, session, Purpose.STEP_UP, approve),
        RECOVERY: lambda: is_recovery_code_right(form, session, approve),
        PASSWORD: lambda: is_password_right(form, session, tokens.append),
    }
    attempt = tries.get(way)
    return tokens[0] if attempt is not None and attempt() else None


def _target(session: Session) -> Target:
    phone = authenticators.live_phone(session.user_id)
    if phone is None:
        raise NotLive
    number = authenticators.phone_of(house().kit, phone)
    return Target(Purpose.STEP_UP, number, session, phone.id, is_verified=True)
