"""A way back in for who has lost every second factor: an operator makes sure who is asking, and a
link goes to the address that was proved. The operator never sees it, and it is worth nothing
without the password and in any other account (S-14, S-73)."""

from twofactor import audit
from twofactor.kit import Kit, Visitor
from twofactor.mail import outbox as mails
from twofactor.mail.wording import recovery_mail
from twofactor.models import MailLink, Session, User
from twofactor.sms.sentences import Notice
from twofactor.verify import links, notices
from twofactor.words import AuditEvent, LinkPurpose


class AddressNotProved(Exception):
    """Nobody has shown that mail to this address reaches the person."""


def send(kit: Kit, user: User, by: str, visitor: Visitor | None = None) -> None:
    """Mail a link that counts once as second factor, within an hour; an older one stops. `by` is
    the operator's sid. Raises AddressNotProved."""
    if user.email_confirmed_at is None:
        raise AddressNotProved
    token = links.make(kit, user, LinkPurpose.RECOVER)
    url = f"{kit.settings.public_url}/login/recover/{token}"
    mails.enqueue(kit, user.email, recovery_mail(kit.settings.brand, url), user.id)
    audit.write(kit, AuditEvent.RECOVERY_LINK_SENT, user.id, visitor, by=by)


def find(kit: Kit, token: str, session: Session | None) -> MailLink | None:
    """The link behind a token while it is good, but not for a session of somebody else."""
    link = links.find(kit, token, LinkPurpose.RECOVER)
    if link is None or (session is not None and session.user_id != link.user_id):
        return None
    return link


def use(kit: Kit, link: MailLink, visitor: Visitor) -> bool:
    """True for the one who uses it first; the owner is told."""
    if not links.use(kit, link):
        return False
    audit.write(kit, AuditEvent.RECOVERY_LINK_USED, link.user_id, visitor)
    notices.tell(kit, link.user, Notice.RECOVERY_LINK_USED, visitor)
    return True
