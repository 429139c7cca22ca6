"""Add, rename and remove passkeys."""

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from twofactor.house import house
from twofactor.models import Passkey
from twofactor.models.database import transaction
from twofactor.sms.sentences import Notice
from twofactor.verify import endings, notices, passkeys, sessions
from twofactor.verify.passkeys import BadPasskey
from webapp import fence
from webapp import session as door
from webapp.forms import ActionForm

passkey_pages = Blueprint("passkeys", __name__)

NOT_ADDED = "The passkey was not added. Try again, or use another device."


@passkey_pages.route("/account/passkeys", methods=["GET", "POST"])
@fence.posts("30 per minute")
@door.logged_in
@door.second_factor_fresh
def add() -> ResponseReturnValue:
    """The passkeys, and one more: the browser's answer is in the field `credential`."""
    kit, session = house().kit, door.full()
    if request.method == "POST" and ActionForm().validate():
        return _added()
    return render_template(
        "account/passkeys.html",
        passkeys=[_shown(passkey) for passkey in passkeys.of_user(session.user_id)],
        possible=passkeys.are_possible(kit.settings),
        options=passkeys.creation_options(kit, session),
        local_address=kit.settings.public_url.replace("127.0.0.1", "localhost"),
        local_port=urlsplit(kit.settings.public_url).port,
    )


@passkey_pages.post("/account/passkeys/<sid>/rename")
@fence.posts("60 per minute")
@door.logged_in
def rename(sid: str) -> ResponseReturnValue:
    """Call a passkey by another name."""
    if ActionForm().validate():
        name, session = request.form.get("name", ""), door.full()
        with transaction():
            done = passkeys.rename(house().kit, session.user, sid, name, door.visitor())
        flash("The passkey has a new name." if done else "That passkey is gone.")
    return redirect("/account/passkeys", 303)


@passkey_pages.post("/account/passkeys/<sid>/remove")
@fence.posts("60 per minute")
@door.logged_in
@door.second_factor_fresh
def remove(sid: str) -> ResponseReturnValue:
    """Take a passkey away; every other session ends with it (S-21)."""
    session, kit = door.full(), house().kit
    if ActionForm().validate():
        with transaction():
            done = passkeys.remove(kit, session.user, sid, door.visitor())
            if done:
                endings.end_all(kit, session.user_id, keep=session)
                notices.tell(kit, session.user, Notice.PASSKEY_CHANGED, door.visitor())
        house().sender.wake()
        flash("The passkey was removed." if done else "That passkey is gone.")
    return redirect("/account", 303)


def _added() -> ResponseReturnValue:
    kit, session, form = house().kit, door.full(), request.form
    try:
        with transaction():
            added = passkeys.enrol(
                kit, session, form.get("credential", ""), form.get("name", ""), door.visitor()
            )
            endings.end_all(kit, session.user_id, keep=session)
            notices.tell(kit, session.user, Notice.PASSKEY_CHANGED, door.visitor(), added=added.sid)
            token = sessions.step_up(kit, session)
    except BadPasskey:
        flash(NOT_ADDED, "error")
        return redirect("/account/passkeys", 303)
    house().sender.wake()
    if token:
        door.carry(token)
    flash("Your passkey is added. It lets you in by itself, without password and code.")
    return redirect("/account", 303)


def _shown(passkey: Passkey) -> dict[str, Any]:
    authenticator = passkey.authenticator
    return {
        "sid": authenticator.sid,
        "name": authenticator.name,
        "is_synced": passkey.is_synced,
        "added_at": authenticator.confirmed_at,
        "last_used_at": authenticator.last_used_at,
    }
