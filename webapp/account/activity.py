"""Everything that happened on an account, page by page; each line can be reported."""

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from twofactor import audit
from twofactor.house import house
from twofactor.models.database import transaction
from twofactor.verify import reports
from webapp import fence
from webapp import session as door
from webapp.account.happened import in_words
from webapp.forms import ActionForm

activity = Blueprint("activity", __name__)

PAGE = 50


@activity.get("/account/activity")
@door.logged_in
def show() -> ResponseReturnValue:
    """The newest first; `before` is the number of the entry that the last page ended with."""
    before = request.args.get("before", type=int)
    entries = audit.recent(door.full().user_id, PAGE + 1, before=before)
    shown = [
        {
            "id": entry.id,
            "at": entry.at,
            "text": in_words(entry.event),
            "browser": entry.browser,
            "factor": entry.detail.get("factor", ""),
        }
        for entry in entries[:PAGE]
    ]
    older = entries[PAGE - 1].id if len(entries) > PAGE else None
    return render_template("account/activity.html", activity=shown, older=older, before=before)


@activity.post("/account/activity")
@fence.posts("30 per minute")
@door.logged_in
def report() -> ResponseReturnValue:
    """ "This was not me": everybody is logged out, texts rest, a new password is asked for."""
    kit, session = house().kit, door.full()
    number = request.form.get("entry", type=int)
    entry = audit.of_user(session.user_id, number) if number else None
    if not ActionForm().validate() or entry is None:
        return redirect("/account/activity", 303)
    with transaction():
        reports.by_activity(kit, session.user, entry.event, door.visitor())
    house().sender.wake()
    door.drop()
    flash(
        "Everybody is logged out, and texts to your phone rest for a day. "
        "Set a new password now: the link is in your mail."
    )
    return redirect("/login", 303)
