"""The one-time link of an invitation, to a user or an operator: they set a password."""

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from twofactor.house import house
from twofactor.models import LoginLink
from twofactor.models.database import transaction
from twofactor.verify import authenticators, passwords, sessions, users
from webapp import fence
from webapp.entrance import enter
from webapp.forms import PasswordForm
from webapp.new_password import is_strong

welcome = Blueprint("welcome", __name__)


@welcome.route("/welcome/<token>", methods=["GET", "POST"])
@welcome.route("/operator/welcome/<token>", methods=["GET", "POST"], endpoint="operator")
@fence.posts("30 per minute")
def set_password(token: str) -> ResponseReturnValue:
    """Set the password, once; then the way in is the same as for everybody. Looking at the page
    uses nothing up: previews of links may look."""
    kit, form = house().kit, PasswordForm()
    link = users.by_link(kit, token)
    if link is None:
        return _page(form, None), 404
    if request.method == "POST" and form.validate() and is_strong(form, link.user.email):
        password_hash = passwords.hashed(form.password.data or "")
        with transaction():
            user = users.use_link(kit, token, password_hash)
            if user is not None:  # who knew the old password is out
                sessions.end_others(kit, user.id, keep=None)
        if user is None:
            return _page(form, None), 404
        # Takes a new cookie, so that words for the next page come after it.
        answer = enter(user, "/operator/deliveries" if user.is_operator else "")
        flash("Your password is set.")
        has_second = authenticators.needs_second_factor(user.id)
        return answer if has_second else redirect("/account/phone", 303)
    return _page(form, link)


def _page(form: PasswordForm, link: LoginLink | None) -> str:
    meant_for_operator = request.path.startswith("/operator/")
    return render_template(
        "welcome.html",
        form=form,
        link=link,
        is_operator=link.user.is_operator if link else meant_for_operator,
        action=request.path,
    )
