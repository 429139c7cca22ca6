""" "This was not me": the link in every security notice."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from twofactor.house import house
from twofactor.mail.wording import happened
from twofactor.models.database import transaction
from twofactor.sms.sentences import Notice
from twofactor.verify import links, reports
from twofactor.words import LinkPurpose
from webapp import fence
from webapp import session as door
from webapp.forms import ActionForm

not_me = Blueprint("not_me", __name__)


@not_me.route("/not-me/<token>", methods=["GET", "POST"])
@fence.posts("30 per minute")
def report(token: str) -> ResponseReturnValue:
    """Opening the link changes nothing yet; pressing the button undoes and freezes."""
    kit = house().kit
    link = links.find(kit, token, LinkPurpose.REPORT)
    if link is None:
        return render_template("not_me.html", state="over"), 404
    told = happened(Notice(link.detail["notice"]))
    if request.method == "POST" and ActionForm().validate():
        with transaction():
            done = reports.by_link(kit, link, door.visitor())
        house().sender.wake()
        return render_template("not_me.html", state="done" if done else "over", told=told)
    shown = {"told": told, "at": link.created_at, "action": request.path}
    return render_template("not_me.html", state="open", **shown)
