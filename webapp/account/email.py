"""The e-mail address: prove it, or change it."""

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from twofactor.house import house
from twofactor.models.database import transaction
from twofactor.verify import emails, users
from twofactor.verify.users import BadEmail
from webapp import fence
from webapp import session as door
from webapp.forms import ActionForm, EmailForm, complain

email = Blueprint("email", __name__)


@email.route("/account/email", methods=["GET", "POST"])
@fence.posts("30 per minute")
@door.logged_in
@door.second_factor_fresh
def change() -> ResponseReturnValue:
    """Give another address; it counts when the link in the mail to it is opened."""
    form, session = EmailForm(), door.full()
    if request.method == "POST" and form.validate():
        try:
            wanted = users.normal_email(form.email.data or "")
            with transaction():
                emails.ask_to_change(house().kit, session.user, wanted)
            house().sender.wake()
            flash("We sent a link to the new address. Until it is opened, the old one stays.")
            return redirect("/account", 303)
        except BadEmail as error:
            complain(form, "email", error.reason)
    return render_template("account/email.html", form=form)


@email.post("/account/email/again")
@fence.posts("30 per minute")
@door.logged_in
def again() -> ResponseReturnValue:
    """Send the link that proves the present address again."""
    if ActionForm().validate():
        with transaction():
            emails.ask_to_confirm(house().kit, door.full().user)
        house().sender.wake()
        flash("We sent the link again.")
    return redirect("/account", 303)
