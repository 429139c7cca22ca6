"""Language of texts and pages, and how notices come."""

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from twofactor import audit
from twofactor.house import house
from twofactor.models.database import transaction
from twofactor.sms.sentences import LANGUAGES
from twofactor.words import AuditEvent
from webapp import fence
from webapp import session as door
from webapp.forms import PreferencesForm
from webapp.languages import NAMES

preferences = Blueprint("preferences", __name__)


@preferences.route("/account/preferences", methods=["GET", "POST"])
@fence.posts("30 per minute")
@door.logged_in
def choose() -> ResponseReturnValue:
    """Security notices always come by mail; by text they may be declined."""
    user, form = door.full().user, PreferencesForm()
    form.language.choices = [(code, NAMES.get(code, code)) for code in sorted(LANGUAGES)]
    if request.method == "GET":
        form.language.data, form.text_notices.data = user.language, user.wants_text_notices
    elif form.validate():
        with transaction():
            user.language = form.language.data
            user.wants_text_notices = form.text_notices.data
            audit.write(house().kit, AuditEvent.PREFERENCES_SET, user.id, door.visitor())
        flash("Saved.")
        return redirect("/account/preferences", 303)
    return render_template("account/preferences.html", form=form)
