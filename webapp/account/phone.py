"""Enrol, confirm and remove a phone."""

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from twofactor.extensions import db
from twofactor.house import house
from twofactor.models import Authenticator, Session, Verification
from twofactor.models.database import transaction
from twofactor.sms import phone as phones
from twofactor.sms.phone import BadPhone, Phone
from twofactor.verify import authenticators, consents, numbers, sessions, verifications
from twofactor.verify.targets import CountryClosed, NotLive, RiskyPhone, Target
from twofactor.words import Purpose
from webapp import code_page, fence
from webapp import session as door
from webapp.account import factors
from webapp.countries import choices
from webapp.forms import ActionForm, CodeForm, PhoneForm, complain
from webapp.refusals import COUNTRY_CLOSED, RISKY, refused

phone = Blueprint("phone", __name__)

NO_COUNTRY = "Choose the country, or start with + and its code, like +1 202 555 0123"


@phone.route("/account/phone", methods=["GET", "POST"])
@fence.posts("60 per minute")
@door.logged_in
@door.second_factor_fresh
def enrol() -> ResponseReturnValue:
    """Give a number; the first text goes to it."""
    form, session = PhoneForm(), door.full()
    form.country.choices = choices(house().kit.settings)
    if request.method == "POST" and form.validate():
        number = _number(form)
        if number is not None and _send_first(form, number):
            return redirect("/account/phone/confirm", 303)
    return render_template(
        "account/phone.html",
        form=form,
        risk=consents.RISK,
        consent=consents.words(house().kit.settings.brand),
        consent_version=authenticators.CONSENT_VERSION,
        stronger=factors.stronger(session.user_id),
        has_phone=authenticators.live_phone(session.user_id) is not None,
    )


@phone.route("/account/phone/confirm", methods=["GET", "POST"])
@fence.posts("120 per minute")
@door.logged_in
def confirm() -> ResponseReturnValue:
    """Type the code that came to the new phone."""
    session, form = door.full(), CodeForm()
    verification = verifications.of_session(session, Purpose.ENROL)
    if verification is None:
        return redirect("/account/phone", 303)
    if request.method == "POST" and form.validate():
        tokens: list[str | None] = []

        def enrolled(approved: Verification) -> None:
            tokens.append(_enrolled(session, approved))

        if code_page.is_right(form, verification, session, enrolled):
            return _welcome(tokens[0])
    shown = code_page.variables(verification, "/account/phone/status")
    return render_template("account/phone_confirm.html", form=form, **shown)


@phone.post("/account/phone/resend")
@fence.posts("60 per minute")
@door.logged_in
def resend() -> ResponseReturnValue:
    """Text the code again."""
    session = door.full()
    verification = verifications.of_session(session, Purpose.ENROL)
    if not ActionForm().validate() or verification is None:
        return redirect("/account/phone", 303)
    with refused("/account/phone/confirm"):
        code_page.send_again(verification, lambda: _pending(session, verification))
    flash("We sent the text again. Any of the texts works.")
    return redirect("/account/phone/confirm", 303)


@phone.get("/account/phone/status")
@door.logged_in
def status() -> ResponseReturnValue:
    """The fate of the text, for the script of the page."""
    return code_page.status_of(verifications.of_session(door.full(), Purpose.ENROL))


@phone.post("/account/phone/remove")
@door.logged_in
@door.second_factor_fresh
def remove() -> ResponseReturnValue:
    """Take the phone away; every other session ends with it (S-21)."""
    session, kit = door.full(), house().kit
    if not ActionForm().validate():
        return redirect("/account", 303)
    wanted = request.form.get("authenticator", "")
    first = authenticators.live_phone(session.user_id)
    sid = wanted or (first.sid if first else "")
    with transaction():
        done = numbers.remove(kit, session, sid, door.visitor())
    if done:
        house().sender.wake()
        flash(_removed(authenticators.needs_second_factor(session.user_id)))
    return redirect("/account", 303)


def _removed(still_safe: bool) -> str:
    if still_safe:
        return "Your phone was removed. Your other ways in still work."
    return "Your phone was removed. Your account has one step only now."


def _number(form: PhoneForm) -> Phone | None:
    """The number, or None with the form saying what to mend."""
    try:
        number = phones.parse(form.phone.data or "", form.country.data or None)
    except BadPhone as error:
        is_short = not form.country.data and not (form.phone.data or "").strip().startswith("+")
        complain(form, "phone", NO_COUNTRY if is_short else error.reason)
        return None
    if authenticators.has_phone(house().kit, door.full().user_id, number):
        complain(form, "phone", "This phone is added already. Enter another number")
        return None
    return number


def _send_first(form: PhoneForm, number: Phone) -> bool:
    session, kit = door.full(), house().kit
    try:
        with transaction():
            replaces = not form.second.data
            pending = authenticators.add_phone(kit, session.user, number, replaces=replaces)
            consents.record(kit, session.user, pending)
            target = Target(Purpose.ENROL, number, session, pending.id, is_verified=False)
            verifications.start(kit, target, door.visitor())
    except CountryClosed:
        complain(form, "phone", COUNTRY_CLOSED)
        return False
    except RiskyPhone:
        complain(form, "phone", RISKY)
        return False
    house().sender.wake()
    return True


def _pending(session: Session, verification: Verification) -> Target:
    pending = db.session.get(Authenticator, verification.authenticator_id)
    if pending is None or pending.removed_at or pending.confirmed_at:
        raise NotLive
    number = authenticators.phone_of(house().kit, pending)
    return Target(Purpose.ENROL, number, session, pending.id, is_verified=False)


def _enrolled(session: Session, approved: Verification) -> str | None:
    kit = house().kit
    if approved.authenticator_id is None:
        return None
    if not numbers.confirm(kit, session, approved.authenticator_id, door.visitor()):
        return None
    return sessions.step_up(kit, session)


def _welcome(token: str | None) -> ResponseReturnValue:
    if token is None:
        flash("The number was changed meanwhile. Start again.", "error")
        return redirect("/account/phone", 303)
    house().sender.wake()
    door.carry(token)
    flash("Your phone is added. From now on, logging in takes two steps.")
    return redirect("/account", 303)
