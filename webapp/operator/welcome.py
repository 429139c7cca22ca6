"""The one-time link that `flask operators create` prints."""

from flask import Blueprint, flash, render_template, request
from flask.typing import ResponseReturnValue

from twofactor.house import house
from twofactor.models.database import transaction
from twofactor.verify import passwords, users
from twofactor.verify.passwords import BadPassword
from webapp import fence
from webapp.entrance import enter
from webapp.forms import PasswordForm, complain

welcome = Blueprint("welcome", __name__)


@welcome.route("/operator/welcome/<token>", methods=["GET", "POST"])
@fence.posts("30 per minute")
def set_password(token: str) -> ResponseReturnValue:
    """Set the password, once; then the way in is the same as for everybody."""
    kit, form = house().kit, PasswordForm()
    link = users.by_link(kit, token)
    if link is None:
        return render_template("operator/welcome.html", form=form, expires_at=None), 404
    if request.method == "POST" and form.validate() and _is_strong(form, link.user.email):
        password_hash = passwords.hashed(form.password.data or "")
        with transaction():
            user = users.use_link(kit, token, password_hash)
        if user is None:
            return render_template("operator/welcome.html", form=form, expires_at=None), 404
        flash("Your password is set.")
        return enter(user, "/operator/deliveries")
    return render_template(
        "operator/welcome.html",
        form=form,
        email=link.user.email,
        action=request.path,
        expires_at=link.expires_at,
    )


def _is_strong(form: PasswordForm, email: str) -> bool:
    try:
        passwords.check_strength(form.password.data or "", house().kit.settings.brand, email)
    except BadPassword as error:
        complain(form, "password", error.reason)
        return False
    return True
