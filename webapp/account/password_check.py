"""The password once more, from somebody who has no second factor yet."""

from collections.abc import Callable

from flask_wtf import FlaskForm

from twofactor import audit
from twofactor.house import house
from twofactor.models import Session
from twofactor.models.database import transaction
from twofactor.verify import limits, passwords, sessions
from twofactor.words import AuditEvent
from webapp.forms import complain
from webapp.session import visitor

WRONG = "Enter your correct password"


def is_password_right(
    form: FlaskForm, session: Session, take: Callable[[str | None], None]
) -> bool:
    """Counted before it is compared; `take` gets the session's new token. Raises LimitReached."""
    kit, user, who, at = house().kit, session.user, visitor(), house().kit.now()
    pair = f"{user.email}\0{limits.network(who.address)}"
    with transaction():
        limits.hit(kit, limits.PASSWORD_PAIR, pair, at)
    right = passwords.is_right(user.password_hash, form["password"].data or "")
    with transaction():
        if right:
            limits.refund(kit, limits.PASSWORD_PAIR, pair, at)
            take(sessions.show_password(kit, session))
        audit.write(
            kit,
            AuditEvent.PASSWORD_RIGHT if right else AuditEvent.PASSWORD_WRONG,
            user.id,
            who,
        )
    if not right:
        complain(form, "password", WRONG)
    return right
