"""The one-time link of an invitation: an imported user sets a password and is in."""

from flask import Blueprint, flash, render_template, request
from flask.typing import ResponseReturnValue

from twofactor.house import house
from twofactor.models.database import transaction
from twofactor.verify import passwords, users
from webapp import fence
from webapp.entrance import enter
from webapp.forms import PasswordForm
from webapp.new_password import is_strong

invitation = Blueprint("invitation", __name__)


@invitation.route("/welcome/<token>", methods=["GET", "POST"])
@fence.posts("30 per minute")
def set_password(token: str) -> ResponseReturnValue:
    """Set the password, once. Looking at the page uses nothing up: previews of links may look."""
    kit, form = house().kit, PasswordForm()
    link = users.by_link(kit, token)
    if link is None:
        return render_template("welcome.html", form=form, expires_at=None), 404
    if request.method == "POST" and form.validate() and is_strong(form, link.user.email):
        password_hash = passwords.hashed(form.password.data or "")
        with transaction():
            user = users.use_link(kit, token, password_hash)
        if user is None:
            return render_template("welcome.html", form=form, expires_at=None), 404
        flash("Your password is set. Now add your phone, so that only you can log in.")
        return enter(user, "/account/phone")
    return render_template(
        "welcome.html",
        form=form,
        email=link.user.email,
        action=request.path,
        expires_at=link.expires_at,
    )
