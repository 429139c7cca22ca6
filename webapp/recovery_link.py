"""/login/recover/<token>: the link that an operator had mailed, for who has lost every factor."""

from flask import Blueprint, flash, render_template, request
from flask.typing import ResponseReturnValue

from twofactor.house import house
from twofactor.models import MailLink, Session
from twofactor.models.database import transaction
from twofactor.verify import recovery_links
from twofactor.words import LinkPurpose, SessionState
from webapp import fence
from webapp import session as door
from webapp.entrance import go_on, let_in
from webapp.forms import ActionForm

recovery_link = Blueprint("recovery_link", __name__)


@recovery_link.route("/login/recover/<token>", methods=["GET", "POST"])
@fence.posts("30 per minute")
def recover(token: str) -> ResponseReturnValue:
    """Counts as the second factor, once, after the right password. Opening it uses nothing up."""
    session = door.current()
    link = recovery_links.find(house().kit, token, session)
    if link is None or (session is not None and session.state == SessionState.FULL):
        return render_template("login_recover.html", state="over"), 404
    if session is None:
        return render_template("login_recover.html", state="first")
    if request.method == "POST" and ActionForm().validate():
        return _enter(link, session)
    return render_template("login_recover.html", state="open", action=request.path)


def _enter(link: MailLink, session: Session) -> ResponseReturnValue:
    with transaction():
        used = recovery_links.use(house().kit, link, door.visitor())
        session.next_path = "/account/phone"
        fresh = let_in(session, LinkPurpose.RECOVER) if used else None
    if fresh is None:
        return render_template("login_recover.html", state="over"), 404
    house().sender.wake()
    answer = go_on(session, fresh)
    flash("You are in. Add a phone now, or another second step under Security.")
    return answer
