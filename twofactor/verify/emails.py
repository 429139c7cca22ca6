"""The e-mail address of an account: proved by a link, changed by proving the new one (S-18)."""

from sqlalchemy import select

from twofactor import audit
from twofactor.extensions import db
from twofactor.kit import Kit, Visitor
from twofactor.mail import outbox as mails
from twofactor.mail.wording import confirm_mail, taken_mail
from twofactor.models import MailLink, Session, User
from twofactor.sms.sentences import Notice
from twofactor.verify import endings, limits, links, notices, users
from twofactor.verify.limits import LimitReached
from twofactor.words import AuditEvent, LinkPurpose


def ask_to_confirm(kit: Kit, user: User) -> None:
    """Mail a link that proves the present address; where it is somebody else's, tell them instead.

    Raises LimitReached, by what this user asked for alone: the mails of others must not show.
    """
    limits.hit(kit, limits.RESETS_HOUR, f"confirm {user.sid}", kit.now())
    token = links.make(kit, user, LinkPurpose.CONFIRM_EMAIL, email=user.email)
    try:
        with db.session.begin_nested():
            limits.hit(kit, limits.RESETS_HOUR, f"claim {user.email}", kit.now())
    except LimitReached:
        return
    if users.is_anothers(user):
        words = taken_mail(kit.settings.brand, f"{kit.settings.public_url}/login")
        mails.enqueue(kit, user.email, words, None)
    else:
        _send(kit, user, user.email, token)


def ask_to_change(kit: Kit, user: User, email: str) -> None:
    """Mail a link to the new address, which counts only when it is opened. Raises LimitReached."""
    limits.hit(kit, limits.RESETS_HOUR, f"change {user.sid}", kit.now())
    token = links.make(kit, user, LinkPurpose.CHANGE_EMAIL, email=email)
    _send(kit, user, email, token)


def confirm(kit: Kit, link: MailLink, keep: Session | None, visitor: Visitor) -> bool:
    """The address is proved. False when the link was used, or the address is taken by now."""
    email, user = links.email_of(kit, link), link.user
    if not links.use(kit, link):
        return False
    if link.purpose == LinkPurpose.CONFIRM_EMAIL:
        if user.email != email or not users.settle(user):
            return False
        user.email_confirmed_at = kit.now()
        audit.write(kit, AuditEvent.EMAIL_CONFIRMED, user.id, visitor)
        return True
    return change(kit, user, email, keep, visitor)


def change(kit: Kit, user: User, email: str, keep: Session | None, visitor: Visitor) -> bool:
    """Take a proved address; the old one is told and may undo it, if it was this user's. False
    when it is taken."""
    if db.session.scalar(select(User.id).where(User.found_by == email)) is not None:
        return False
    old = user.email if users.is_owner(user) else None
    user.email, user.found_by, user.email_confirmed_at = email, email, kit.now()
    links.withdraw(kit, user.id, LinkPurpose.RESET, LinkPurpose.CONFIRM_EMAIL)
    audit.write(kit, AuditEvent.EMAIL_CHANGED, user.id, visitor)
    kept = keep if keep is not None and keep.user_id == user.id else None
    endings.end_all(kit, user.id, keep=kept)
    notices.tell(kit, user, Notice.EMAIL_CHANGED, visitor, old_email=old)
    return True


def _send(kit: Kit, user: User, to: str, token: str) -> None:
    url = f"{kit.settings.public_url}/email/confirm/{token}"
    mails.enqueue(kit, to, confirm_mail(kit.settings.brand, url), user.id)
