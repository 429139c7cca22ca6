"""The account page: what is enrolled, where logged in, what happened."""

from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from twofactor import audit
from twofactor.house import house
from twofactor.models import AuditEntry, Session
from twofactor.verify import sessions
from webapp import session as door
from webapp.account import factors
from webapp.account.happened import in_words

overview = Blueprint("overview", __name__)


@overview.get("/account")
@door.logged_in
def show() -> ResponseReturnValue:
    """The security page."""
    session = door.full()
    rows = sessions.living(house().kit, session.user_id)
    return render_template(
        "account/index.html",
        email_confirmed=_email_settled(session),
        factors=factors.listed(session.user_id),
        add_ways=factors.to_add(session.user_id),
        stronger=factors.stronger(session.user_id),
        sessions=[_session(row, session) for row in rows],
        activity=[_activity(entry) for entry in audit.recent(session.user_id)],
    )


def _email_settled(session: Session) -> bool:
    """Nothing to ask for: the address is proved, or no mail could reach it."""
    proved = session.user.email_confirmed_at is not None
    return proved or not house().kit.settings.sends_mail


def _session(row: Session, this: Session) -> dict[str, Any]:
    return {
        "sid": row.sid,
        "browser": row.browser,
        "started_at": row.created_at,
        "seen_at": row.seen_at,
        "is_this": row.id == this.id,
    }


def _activity(entry: AuditEntry) -> dict[str, Any]:
    return {"at": entry.at, "text": in_words(entry.event), "browser": entry.browser or None}
