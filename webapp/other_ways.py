"""/login/other: every other way in that this person has, best first. Sends nothing by itself."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from twofactor.house import house
from twofactor.models import Authenticator, Session
from twofactor.sms import phone as phones
from twofactor.verify import authenticators, calls, passkeys, recovery, verifications
from twofactor.words import AuthenticatorKind, Channel, Purpose
from webapp import code_page, fence
from webapp import session as door
from webapp.entrance import go_on, let_in, target
from webapp.forms import OtherWayForm
from webapp.refusals import refused
from webapp.second_factor import (
    Approval,
    is_app_code_right,
    is_passkey_right,
    is_recovery_code_right,
)

other_ways = Blueprint("other_ways", __name__)

TRIES: dict[str, Callable[[FlaskForm, Session, Approval], bool]] = {
    AuthenticatorKind.APP.value: is_app_code_right,
    AuthenticatorKind.RECOVERY.value: is_recovery_code_right,
    AuthenticatorKind.PASSKEY.value: lambda form, session, approve: is_passkey_right(
        form, session, Purpose.LOGIN, approve
    ),
}
OPEN_APP = "Open the app and type the code that it shows."


@other_ways.route("/login/other", methods=["GET", "POST"])
@fence.posts("60 per minute")
@door.half_logged_in
def other() -> ResponseReturnValue:
    """One form a way; `method` says which was used."""
    session, form = door.half(), OtherWayForm()
    if request.method == "POST" and form.validate():
        answer = _try(form, session)
        if answer is not None:
            return answer
        form.code.id = f"code-{form.method.data}"  # where the error stands
    return render_template(
        "login_other.html",
        ways=ways(session),
        form=form,
        text_under_way=verifications.of_session(session, Purpose.LOGIN) is not None,
        help_address=house().kit.settings.help_address or None,
    )


def ways(session: Session) -> list[dict[str, Any]]:
    """What this person can use, the strongest first."""
    kinds = {a.kind for a in authenticators.live(session.user_id)}
    shown = []
    if AuthenticatorKind.PASSKEY in kinds:
        options = passkeys.request_options(house().kit, session, Purpose.LOGIN)
        way = _way(AuthenticatorKind.PASSKEY, "Passkey", "Your device asks for its owner.")
        shown.append(way | {"options": options})
    if AuthenticatorKind.APP in kinds:
        shown.append(_way(AuthenticatorKind.APP, "Authenticator app", OPEN_APP))
    owned = authenticators.of_kind(session.user_id, AuthenticatorKind.PHONE)
    shown += [_text_way(phone) for phone in owned]
    if calls.are_offered(house().kit):
        shown += [_call_way(phone) for phone in owned]
    if left := recovery.left(session.user_id):
        text = f"Each works once. You have {left}."
        shown.append(_way(AuthenticatorKind.RECOVERY, "Recovery code", text))
    return shown


def _way(method: AuthenticatorKind, title: str, text: str) -> dict[str, Any]:
    return {"method": method.value, "title": title, "text": text}


def _text_way(phone: Authenticator) -> dict[str, Any]:
    text = f"We send a code to the number ending {_ending(phone)} when you press the button."
    return _way(AuthenticatorKind.PHONE, "Text message", text) | {"phone": phone.sid}


def _call_way(phone: Authenticator) -> dict[str, Any]:
    text = (
        f"We call the number ending {_ending(phone)} when you press the button. "
        "Answer and press any key, and we read the code to you."
    )
    return {"method": Channel.CALL.value, "title": "Phone call", "text": text, "phone": phone.sid}


def _ending(phone: Authenticator) -> str:
    return authenticators.phone_of(house().kit, phone).e164[-2:]


def _try(form: OtherWayForm, session: Session) -> ResponseReturnValue | None:
    """The answer to a try that came through; None when the form says what to mend."""
    if form.method.data == AuthenticatorKind.PHONE:
        return _send(session, Channel.SMS)
    if form.method.data == Channel.CALL:
        return _send(session, Channel.CALL)
    method = form.method.data or ""
    attempt = TRIES.get(method)
    if attempt is None:
        return redirect("/login/other", 303)
    factor = AuthenticatorKind(method)
    tokens: list[str | None] = []
    if not attempt(form, session, lambda: tokens.append(let_in(session, factor))) or not tokens[0]:
        return None
    answer = go_on(session, tokens[0])
    if factor is AuthenticatorKind.RECOVERY:
        _advise(session)
    return answer


def _send(session: Session, channel: Channel) -> ResponseReturnValue:
    """Bring the code to one of the person's phones, because they asked for it."""
    sid = request.form.get("phone", "")
    owned = authenticators.of_kind(session.user_id, AuthenticatorKind.PHONE)
    phone = next((p for p in owned if p.sid == sid), None)
    if phone is not None:
        under_way = verifications.of_session(session, Purpose.LOGIN)
        if under_way is not None and under_way.authenticator_id != phone.id:
            under_way = None
        with refused("/login/other"):
            code_page.send_again(under_way, lambda: target(session, phone), channel)
        number = phones.mask(authenticators.phone_of(house().kit, phone).e164)
        is_call = channel is Channel.CALL
        flash(f"We are calling {number}." if is_call else f"We sent a code to {number}.")
    return redirect("/login/code", 303)


def _advise(session: Session) -> None:
    left = recovery.left(session.user_id)
    amount = "1 recovery code is" if left == 1 else f"{left} recovery codes are"
    flash(f"That recovery code is used up. {amount} left; you can make a new set under Security.")
