"""Enrol, confirm and remove an authenticator app."""

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from twofactor.house import house
from twofactor.models import Authenticator, Session
from twofactor.models.database import transaction
from twofactor.sms.sentences import Notice
from twofactor.verify import apps, authenticators, codes, endings, notices, sessions, totp
from twofactor.verify.codes import UnreadableCode
from webapp import fence
from webapp import session as door
from webapp.forms import ActionForm, CodeForm, complain

app = Blueprint("app", __name__)


@app.route("/account/app", methods=["GET", "POST"])
@fence.posts("60 per minute")
@door.logged_in
@door.second_factor_fresh
def enrol() -> ResponseReturnValue:
    """Show the secret; the first right code makes it count."""
    session, form, kit = door.full(), CodeForm(), house().kit
    with transaction():
        pending = apps.pending(kit, session.user)
    if request.method == "POST" and form.validate():
        token = _confirmed(form, session, pending)
        if token is not None:
            house().sender.wake()
            door.carry(token)
            flash("Your app is added. Its codes work from the next login on.")
            return redirect("/account", 303)
    secret = apps.secret_of(kit, pending)
    address = totp.address(secret, session.user.email, kit.settings.brand)
    return render_template(
        "account/app.html",
        form=form,
        secret=secret,
        address=address,
        picture=_picture(address),
        replaces=authenticators.live_app(session.user_id) is not None,
    )


@app.post("/account/app/remove")
@fence.posts("60 per minute")
@door.logged_in
@door.second_factor_fresh
def remove() -> ResponseReturnValue:
    """Take the app away; every other session ends with it (S-21)."""
    session, kit = door.full(), house().kit
    enrolled = authenticators.live_app(session.user_id)
    if ActionForm().validate() and enrolled is not None:
        with transaction():
            authenticators.remove(kit, session.user, enrolled.sid, door.visitor())
            endings.end_all(kit, session.user_id, keep=session)
            notices.tell(kit, session.user, Notice.APP_CHANGED, door.visitor())
        house().sender.wake()
        flash("Your app was removed. Its codes no longer work.")
    return redirect("/account", 303)


def _confirmed(form: CodeForm, session: Session, pending: Authenticator) -> str | None:
    """The new token of the session; None when the form says what to mend."""
    kit = house().kit
    try:
        code = codes.read(form.code.data or "", totp.DIGITS)
    except UnreadableCode as error:
        complain(form, "code", error.reason)
        return None
    with transaction():
        if apps.take(kit, pending, code) and apps.confirm(
            kit, session.user, pending, door.visitor()
        ):
            endings.end_all(kit, session.user_id, keep=session)
            notices.tell(kit, session.user, Notice.APP_CHANGED, door.visitor(), added=pending.sid)
            return sessions.step_up(kit, session)
    complain(form, "code", "Enter the code that the app shows now. Is the phone's clock right?")
    return None


def _picture(address: str) -> str:
    """The address as a QR code: SVG inside the page, without style attributes, as the CSP asks."""
    import segno

    picture = segno.make(address, error="m", micro=False)
    drawn: str = picture.svg_inline(
        scale=5, border=3, omitsize=True, svgclass=None, title="QR code of the key"
    )
    return drawn
