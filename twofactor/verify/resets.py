"""A new password by a link in a mail. It never logs in and never stands for the second factor
(S-22)."""

from twofactor import audit
from twofactor.extensions import db
from twofactor.kit import Kit, Visitor
from twofactor.mail import outbox as mails
from twofactor.mail.wording import Words, reset_mail
from twofactor.models import Mail, MailLink, User
from twofactor.sms.sentences import Notice
from twofactor.verify import endings, limits, links, notices, users
from twofactor.words import AuditEvent, LinkPurpose


def ask(kit: Kit, email: str, visitor: Visitor) -> None:
    """Send a link, if there is such a user; the caller learns nothing either way, not even from
    the time it takes: the link is made later, by `answer`.

    Raises LimitReached, for known and unknown addresses alike.
    """
    network = limits.network(visitor.address)
    together = [(limits.RESETS_HOUR, email), (limits.MAILS_ADDRESS_HOUR, network)]
    limits.hit_together(kit, together, kit.now())
    user = users.by_email(email)
    user_id = user.id if user else None
    mails.ask(kit, email, user_id)
    audit.write(kit, AuditEvent.RESET_ASKED, user_id, visitor)


def answer(kit: Kit, mail: Mail) -> None:
    """Write the mail that was asked for, or drop it where there is no such user."""
    user = db.session.get(User, mail.user_id) if mail.user_id else None
    mails.write(kit, mail, _words(kit, user) if user else None)


def send(kit: Kit, user: User, visitor: Visitor | None) -> None:
    """Mail a link to set a new password; an older one stops. Nothing to who only claims an address
    that is somebody else's."""
    if users.is_anothers(user):
        return
    mails.enqueue(kit, user.email, _words(kit, user), user.id)
    audit.write(kit, AuditEvent.RESET_ASKED, user.id, visitor)


def _words(kit: Kit, user: User) -> Words:
    token = links.make(kit, user, LinkPurpose.RESET)
    return reset_mail(kit.settings.brand, f"{kit.settings.public_url}/login/reset/{token}")


def finish(kit: Kit, link: MailLink, password_hash: str, visitor: Visitor) -> bool:
    """Set the password by a link, which proves the address, and end every session. False for who
    comes second."""
    if not links.use(kit, link) or not users.settle(link.user):
        return False
    if link.user.email_confirmed_at is None:
        link.user.email_confirmed_at = kit.now()
    set_password(kit, link.user, password_hash, visitor)
    endings.end_all(kit, link.user_id, keep=None)
    return True


def set_password(kit: Kit, user: User, password_hash: str, visitor: Visitor) -> None:
    """Set a password and tell of it."""
    user.password_hash = password_hash
    links.withdraw(kit, user.id, LinkPurpose.RESET)
    audit.write(kit, AuditEvent.PASSWORD_SET, user.id, visitor)
    notices.tell(kit, user, Notice.PASSWORD_CHANGED, visitor)
