"""Language of texts and pages, and how notices come."""

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from twofactor import audit
from twofactor.house import house
from twofactor.models import Authenticator
from twofactor.models.database import transaction
from twofactor.sms import optouts
from twofactor.sms.sentences import LANGUAGES
from twofactor.verify import authenticators, consents
from twofactor.words import AuditEvent, AuthenticatorKind
from webapp import fence
from webapp import session as door
from webapp.forms import ActionForm, PreferencesForm
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
    return render_template(
        "account/preferences.html",
        form=form,
        stopped=[{"sid": p.sid, "ending": e164[-2:]} for p, e164 in _stopped(user.id)],
        consent=consents.words(house().kit.settings.brand, consents.RESTORE),
        button=consents.RESTORE,
    )


@preferences.post("/account/preferences/texts")
@fence.posts("30 per minute")
@door.logged_in
def take_texts() -> ResponseReturnValue:
    """Lift the STOP of one of the person's own phones; they agree anew (S-31, S-32)."""
    user, kit = door.full().user, house().kit
    wanted = request.form.get("phone", "")
    found = [(p, e164) for p, e164 in _stopped(user.id) if p.sid == wanted]
    if not ActionForm().validate() or not found:
        return redirect("/account/preferences", 303)
    phone, e164 = found[0]
    with transaction():
        optouts.restore(kit, e164)
        consents.record(kit, user, phone, consents.RESTORE)
        audit.write(kit, AuditEvent.TEXTS_RESTORED, user.id, door.visitor(), phone=phone.sid)
    flash("Texts go to your phone again.")
    return redirect("/account/preferences", 303)


def _stopped(user_id: int) -> list[tuple[Authenticator, str]]:
    """The person's phones that said STOP, and their numbers."""
    kit = house().kit
    phones = authenticators.of_kind(user_id, AuthenticatorKind.PHONE)
    numbers = [(phone, authenticators.phone_of(kit, phone).e164) for phone in phones]
    return [(phone, e164) for phone, e164 in numbers if optouts.is_stopped(kit, e164)]
