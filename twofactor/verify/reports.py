""" "This was not me": undo what a notice told of, end everything, and freeze texts for a while."""

import logging

from sqlalchemy import select, update

from twofactor import audit
from twofactor.extensions import db
from twofactor.kit import Kit, Visitor
from twofactor.models import Authenticator, MailLink, User
from twofactor.models.database import changed
from twofactor.sms.sentences import Notice
from twofactor.verify import authenticators, emails, endings, freezes, links, resets
from twofactor.words import AuditEvent, AuthenticatorKind

FREEZES_OWN = (Notice.WRONG_CODES, Notice.LOCKED)  # somebody else asks for texts to this phone

log = logging.getLogger(__name__)


def by_link(kit: Kit, link: MailLink, visitor: Visitor) -> bool:
    """Undo what this link was sent for. False when it was used already."""
    if not links.use(kit, link):
        return False
    user, detail = link.user, link.detail
    notice = Notice(detail["notice"])
    if added := detail.get("added"):
        _take_away(kit, user, added, visitor)
    if old := detail.get("old_phone_sid"):
        authenticators.restore(kit, user, old)
    if notice is Notice.EMAIL_CHANGED and detail["old"]:
        _give_back_email(kit, user, detail["old"])
    if notice is Notice.PASSWORD_CHANGED:
        user.password_hash = ""  # neither the old nor the new one opens anything
    if notice in FREEZES_OWN:
        _freeze_phones(kit, user)
    _end(kit, user, notice.value, visitor)
    return True


def by_activity(kit: Kit, user: User, event: str, visitor: Visitor) -> None:
    """The owner says so of a line of the history: end everything and freeze texts."""
    _freeze_phones(kit, user)
    _end(kit, user, event, visitor)


def _end(kit: Kit, user: User, what: str, visitor: Visitor) -> None:
    endings.end_all(kit, user.id, keep=None)
    resets.send(kit, user, visitor)
    audit.write(kit, AuditEvent.REPORTED, user.id, visitor, what=what)
    log.warning("user %s reported %s: this was not me", user.sid, what)


def _take_away(kit: Kit, user: User, sid: str, visitor: Visitor) -> None:
    row = db.session.scalar(
        select(Authenticator).where(Authenticator.sid == sid, Authenticator.user_id == user.id)
    )
    if row is not None and row.phone_fingerprint is not None:
        freezes.freeze(kit, row.phone_fingerprint)
    authenticators.remove(kit, user, sid, visitor)


def _give_back_email(kit: Kit, user: User, sealed: str) -> None:
    email = emails.unsealed(kit, sealed)
    taken = select(User.id).where(User.found_by == email, User.id != user.id)
    if db.session.scalar(taken) is None:
        changed(update(User).where(User.id == user.id).values(email=email, found_by=email))
        db.session.refresh(user)


def _freeze_phones(kit: Kit, user: User) -> None:
    for phone in authenticators.of_kind(user.id, AuthenticatorKind.PHONE):
        if phone.phone_fingerprint is not None:
            freezes.freeze(kit, phone.phone_fingerprint)
