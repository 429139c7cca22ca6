"""Set a new password by a link in a mail."""

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from twofactor.house import house
from twofactor.models.database import transaction
from twofactor.verify import links, passwords, resets, users
from twofactor.verify.users import BadEmail
from twofactor.words import LinkPurpose
from webapp import fence
from webapp import session as door
from webapp.forms import EmailForm, PasswordForm, complain
from webapp.new_password import is_strong

forgotten = Blueprint("forgotten", __name__)


@forgotten.route("/login/forgotten", methods=["GET", "POST"])
@fence.posts("30 per minute")
def ask() -> ResponseReturnValue:
    """Ask for the link. The answer never tells whether there is such an account."""
    form, kit = EmailForm(), house().kit
    asked = False
    if request.method == "POST" and form.validate():
        try:
            email = users.normal_email(form.email.data or "")
            with transaction():
                resets.ask(kit, email, door.visitor())
            house().sender.wake()
            asked = True
        except BadEmail as error:
            complain(form, "email", error.reason)
    return render_template(
        "forgotten.html", form=form, asked=asked, sends_mail=kit.settings.sends_mail
    )


@forgotten.route("/login/reset/<token>", methods=["GET", "POST"])
@fence.posts("30 per minute")
def reset(token: str) -> ResponseReturnValue:
    """Set the password, once. Nobody is logged in by it; the second step stays."""
    kit, form = house().kit, PasswordForm()
    link = links.find(kit, token, LinkPurpose.RESET)
    if link is None:
        return render_template("reset.html", form=form, link=None), 404
    if request.method == "POST" and form.validate() and is_strong(form, link.user.email):
        password_hash = passwords.hashed(form.password.data or "")
        with transaction():
            done = resets.finish(kit, link, password_hash, door.visitor())
        if not done:
            return render_template("reset.html", form=form, link=None), 404
        house().sender.wake()
        door.drop()
        flash("Your new password is set, and all your sessions have ended. Log in with it now.")
        return redirect("/login", 303)
    return render_template("reset.html", form=form, link=link, action=request.path)
