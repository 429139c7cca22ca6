"""People: find somebody who is stuck, see what is in the way, and help."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from twofactor import audit
from twofactor.house import house
from twofactor.models import User
from twofactor.models.database import transaction
from twofactor.sms import phone as phones
from twofactor.sms.stats import messages as stats
from twofactor.verify import authenticators, obstacles, recovery_links, unlocking, users
from twofactor.verify.recovery_links import AddressNotProved
from webapp import fence
from webapp import session as door
from webapp.account import factors
from webapp.account.happened import in_words
from webapp.forms import ActionForm
from webapp.operator.timeline import diagnosis

people = Blueprint("people", __name__)

PLACE = "/operator/people"
PAGE_SIZE = 50
SHOWN_TEXTS = 5
NOBODY = "Nobody has this e-mail address or phone. Type the whole of it."
NOT_PROVED = (
    "No link was sent: the e-mail address was never confirmed, so that we can't know whose it is."
)


@people.get(PLACE)
@door.operators_only
def index() -> ResponseReturnValue:
    """Who came last."""
    before = request.args.get("before", type=int)
    rows = users.latest(before, PAGE_SIZE)
    older = f"{PLACE}?before={rows[-1].id}" if len(rows) == PAGE_SIZE else None
    return render_template("operator/people.html", people=rows, older_url=older)


@people.post(PLACE)
@door.operators_only
def find() -> ResponseReturnValue:
    """Look somebody up. The address of the page names their sid, so that no log or history holds
    what was typed."""
    if not ActionForm().validate():
        abort(400)
    found = _named(request.form.get("who", ""))
    if len(found) == 1:
        return redirect(f"{PLACE}/{found[0].sid}", 303)
    if found:
        return render_template("operator/people.html", people=found, older_url=None)
    flash(NOBODY, "error")
    return redirect(PLACE, 303)


@people.get(f"{PLACE}/<sid>")
@door.operators_only
def show(sid: str) -> ResponseReturnValue:
    """One person: what is in the way, what is enrolled, what happened."""
    user, kit = _user(sid), house().kit
    texts = stats.to_phones(authenticators.fingerprints(user.id), SHOWN_TEXTS)
    entries = audit.recent(user.id)
    return render_template(
        "operator/person.html",
        user=user,
        obstacle=obstacles.obstacle(obstacles.case(kit, user)),
        factors=factors.listed(user.id),
        texts=[_text(message) for message in texts],
        activity=[{"at": e.at, "text": in_words(e.event), "browser": e.browser} for e in entries],
    )


@people.post(f"{PLACE}/<sid>/unlock")
@fence.posts("30 per minute")
@door.operators_only
@door.second_factor_fresh
def unlock(sid: str) -> ResponseReturnValue:
    """End every lockout, after the operator has made sure who is asking."""
    user = _user(sid)
    if ActionForm().validate():
        with transaction():
            unlocking.unlock(house().kit, user, door.full().user.sid, door.visitor())
        flash("Unlocked: wrong codes are forgotten and pauses are over.")
    return redirect(f"{PLACE}/{sid}", 303)


@people.post(f"{PLACE}/<sid>/recover")
@fence.posts("30 per minute")
@door.operators_only
@door.second_factor_fresh
def recover(sid: str) -> ResponseReturnValue:
    """Mail the link that stands for a lost second step."""
    user = _user(sid)
    if ActionForm().validate():
        try:
            with transaction():
                recovery_links.send(house().kit, user, door.full().user.sid, door.visitor())
        except AddressNotProved:
            flash(NOT_PROVED, "error")
            return redirect(f"{PLACE}/{sid}", 303)
        house().sender.wake()
        flash("The link is on its way to their e-mail address. It works once, within an hour.")
    return redirect(f"{PLACE}/{sid}", 303)


def _user(sid: str) -> User:
    user = users.by_sid(sid)
    if user is None:
        abort(404)
    return user


def _named(typed: str) -> Sequence[User]:
    """Who has this address or this whole phone."""
    try:
        if "@" in typed:
            user = users.by_email(users.normal_email(typed))
            return [user] if user else []
        number = phones.parse(typed)
    except (users.BadEmail, phones.BadPhone):
        return []
    return authenticators.owners(house().kit, number)


def _text(message: Any) -> dict[str, Any]:
    return {
        "sid": message.sid,
        "at": message.created_at,
        "purpose": message.purpose,
        "status": message.status,
        "diagnosis": diagnosis(stats.story(message)),
    }
