"""The one-time link that `flask operators create` prints."""

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from twofactor.house import house
from twofactor.models.database import transaction
from twofactor.verify import authenticators, passwords, sessions, users
from webapp import fence
from webapp.entrance import enter
from webapp.forms import PasswordForm
from webapp.new_password import is_strong

welcome = Blueprint("welcome", __name__)


@welcome.route("/operator/welcome/<token>", methods=["GET", "POST"])
@fence.posts("30 per minute")
def set_password(token: str) -> ResponseReturnValue:
    """Set the password, once; then the way in is the same as for everybody."""
    kit, form = house().kit, PasswordForm()
    link = users.by_link(kit, token)
    if link is None:
        return render_template("operator/welcome.html", form=form, expires_at=None), 404
    if request.method == "POST" and form.validate() and is_strong(form, link.user.email):
        password_hash = passwords.hashed(form.password.data or "")
        with transaction():
            user = users.use_link(kit, token, password_hash)
            if user is not None:  # who knew the old password is out
                sessions.end_others(kit, user.id, keep=None)
        if user is None:
            return render_template("operator/welcome.html", form=form, expires_at=None), 404
        answer = enter(user, "/operator/deliveries")  # takes a new cookie, so that words come after
        flash("Your password is set.")
        return (
            answer
            if authenticators.needs_second_factor(user.id)
            else redirect("/account/phone", 303)
        )
    return render_template(
        "operator/welcome.html",
        form=form,
        email=link.user.email,
        action=request.path,
        expires_at=link.expires_at,
    )
