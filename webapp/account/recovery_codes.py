"""Recovery codes: how many are left, and a new set, shown once."""

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from twofactor.house import house
from twofactor.models.database import transaction
from twofactor.sms.sentences import Notice
from twofactor.verify import authenticators, endings, notices, recovery
from twofactor.words import AuthenticatorKind
from webapp import fence
from webapp import session as door
from webapp.forms import ActionForm

recovery_codes = Blueprint("recovery_codes", __name__)


@recovery_codes.get("/account/recovery-codes")
@door.logged_in
def left() -> ResponseReturnValue:
    """How many are left."""
    session = door.full()
    sets = authenticators.of_kind(session.user_id, AuthenticatorKind.RECOVERY)
    return render_template(
        "account/recovery_codes.html",
        codes=[],
        most=recovery.CODES,
        left=recovery.left(session.user_id),
        made_at=sets[0].created_at if sets else None,
    )


@recovery_codes.post("/account/recovery-codes")
@fence.posts("20 per minute")
@door.logged_in
@door.second_factor_fresh
def make() -> ResponseReturnValue:
    """A new set, on this one answer and never again; the old set stops."""
    session, kit = door.full(), house().kit
    if not ActionForm().validate():
        return redirect(request.path, 303)
    if not authenticators.needs_second_factor(session.user_id):
        flash("Add a phone, an app or a passkey first: recovery codes stand in for one.", "error")
        return redirect("/account", 303)
    codes = recovery.draw()
    hashes = recovery.hashed(codes)
    with transaction():
        recovery.replace(kit, session.user, hashes, door.visitor())
        endings.end_all(kit, session.user_id, keep=session)
        notices.tell(kit, session.user, Notice.RECOVERY_CODES_CHANGED, door.visitor())
    house().sender.wake()
    return render_template(
        "account/recovery_codes.html",
        codes=[recovery.grouped(code) for code in codes],
        most=recovery.CODES,
        left=len(codes),
        made_at=kit.now(),
    )
