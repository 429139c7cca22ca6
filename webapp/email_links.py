"""Links in mails that prove an address."""

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from twofactor.house import house
from twofactor.models.database import transaction
from twofactor.verify import emails, links
from twofactor.words import LinkPurpose
from webapp import fence
from webapp import session as door
from webapp.forms import ActionForm

email_links = Blueprint("email_links", __name__)


@email_links.route("/email/confirm/<token>", methods=["GET", "POST"])
@fence.posts("30 per minute")
def confirm(token: str) -> ResponseReturnValue:
    """Opening the link changes nothing yet: mail scanners open links, too."""
    kit, form = house().kit, ActionForm()
    link = links.find(kit, token, LinkPurpose.CONFIRM_EMAIL, LinkPurpose.CHANGE_EMAIL)
    if link is None:
        return render_template("email_confirm.html", email=None), 404
    if request.method == "POST" and form.validate():
        with transaction():
            done = emails.confirm(kit, link, door.current(), door.visitor())
        if not done:
            return render_template("email_confirm.html", email=None), 404
        house().sender.wake()
        flash("Your e-mail address is confirmed.")
        return redirect("/account", 303)
    email = links.email_of(kit, link)
    return render_template("email_confirm.html", email=email, action=request.path)
