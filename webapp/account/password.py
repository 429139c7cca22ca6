"""Choose another password."""

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from twofactor.house import house
from twofactor.models.database import transaction
from twofactor.verify import claims, endings, passwords, resets
from webapp import fence
from webapp import session as door
from webapp.forms import PasswordForm
from webapp.new_password import is_strong

password = Blueprint("password", __name__)


@password.route("/account/password", methods=["GET", "POST"])
@fence.posts("30 per minute")
@door.logged_in
@door.second_factor_fresh
def change() -> ResponseReturnValue:
    """Set it; every other session ends with it (S-21)."""
    form, session, kit = PasswordForm(), door.full(), house().kit
    if request.method == "POST" and form.validate() and is_strong(form, session.user.email):
        chosen = form.password.data or ""
        password_hash = passwords.hashed(chosen)
        with transaction():
            resets.set_password(kit, session.user, password_hash, door.visitor())
            claims.follow(kit, session.user, chosen)
            endings.end_all(kit, session.user_id, keep=session)
        house().sender.wake()
        flash("Your new password is set. Other browsers are logged out.")
        return redirect("/account", 303)
    return render_template("account/password.html", form=form)
