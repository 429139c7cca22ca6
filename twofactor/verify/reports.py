""" "This was not me": undo what a notice told of, end everything, and freeze texts for a while."""

import logging
from collections.abc import Sequence
from datetime import UTC

from sqlalchemy import select, update

from twofactor import audit
from twofactor.extensions import db
from twofactor.kit import Kit, Visitor
from twofactor.mail import outbox as mails
from twofactor.mail.wording import report_mail
from twofactor.models import Authenticator, MailLink, User, Verification
from twofactor.models.database import changed
from twofactor.sms.sentences import Notice
from twofactor.verify import (
    authenticators,
    endings,
    freezes,
    limits,
    links,
    resets,
    users,
    verifications,
)
from twofactor.verify.limits import LimitReached
from twofactor.words import AuditEvent, AuthenticatorKind, VerificationStatus

BY_TEXT = "by text"
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
    if notice is Notice.EMAIL_CHANGED and link.email_sealed is not None:
        _give_back_email(user, links.email_of(kit, link))
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


def by_text(kit: Kit, e164: str, gateway: str) -> None:
    """A phone says so: its codes end, nothing is sent to it for a while, and whoever it belongs to,
    or did until lately, is logged out everywhere. Undoes nothing: senders can be forged."""
    prints = kit.keyring.fingerprints(e164)
    owners = _owners(prints)
    for user in owners:
        users.lock(user.id)
    for user in owners:
        endings.end_all(kit, user.id, keep=None)
        if _is_rare(kit, user):
            _tell(kit, user, f"{BY_TEXT} ({gateway})", None)
    living = select(Verification).where(
        Verification.phone_fingerprint.in_(prints),
        Verification.status == VerificationStatus.PENDING,
    )
    for verification in db.session.scalars(living.order_by(Verification.id)):
        verifications.end(kit, verification.id, VerificationStatus.CANCELED, kit.now())
    freezes.freeze(kit, prints[0])
    if not owners:
        audit.write(kit, AuditEvent.REPORTED, what=BY_TEXT, gateway=gateway)
        log.warning("a phone of no user reported by text: this was not me")


def _owners(prints: Sequence[str]) -> list[User]:
    """The users of a phone, and who had it until its removal can't be undone any more."""
    had = select(Authenticator.user_id).where(
        Authenticator.phone_fingerprint.in_(prints),
        Authenticator.confirmed_at.is_not(None),
        Authenticator.withdrawn_at.is_(None),
    )
    return list(db.session.scalars(select(User).where(User.id.in_(had)).order_by(User.id)))


def _is_rare(kit: Kit, user: User) -> bool:
    """Whether one more report by text is worth mails."""
    try:
        limits.hit(kit, limits.REPORTS_DAY, user.sid, kit.now())
    except LimitReached:
        return False
    return True


def _end(kit: Kit, user: User, what: str, visitor: Visitor) -> None:
    endings.end_all(kit, user.id, keep=None)
    _tell(kit, user, what, visitor)


def _tell(kit: Kit, user: User, what: str, visitor: Visitor | None) -> None:
    """The user gets a link to a new password; support learns that somebody is in trouble."""
    audit.write(kit, AuditEvent.REPORTED, user.id, visitor, what=what)
    log.warning("user %s reported %s: this was not me", user.sid, what)
    resets.send(kit, user, visitor)
    if "://" not in kit.settings.help_address and "@" in kit.settings.help_address:
        at = f"{kit.now().astimezone(UTC):%d %B %Y at %H:%M} UTC"
        words = report_mail(kit.settings.brand, user.sid, what, at)
        mails.enqueue(kit, kit.settings.help_address, words, None)


def _take_away(kit: Kit, user: User, sid: str, visitor: Visitor) -> None:
    row = db.session.scalar(
        select(Authenticator).where(Authenticator.sid == sid, Authenticator.user_id == user.id)
    )
    if row is not None and row.phone_fingerprint is not None:
        freezes.freeze(kit, row.phone_fingerprint)
    authenticators.remove(kit, user, sid, visitor)


def _give_back_email(user: User, email: str) -> None:
    taken = select(User.id).where(User.found_by == email, User.id != user.id)
    if db.session.scalar(taken) is None:
        changed(update(User).where(User.id == user.id).values(email=email, found_by=email))
        db.session.refresh(user)


def _freeze_phones(kit: Kit, user: User) -> None:
    for phone in authenticators.of_kind(user.id, AuthenticatorKind.PHONE):
        if phone.phone_fingerprint is not None:
            freezes.freeze(kit, phone.phone_fingerprint)
