"""A backup was put back: what was true then must open nothing now (S-75)."""

from dataclasses import dataclass

from sqlalchemy import update

from twofactor import audit
from twofactor.kit import Kit
from twofactor.models import (
    LoginLink,
    Mail,
    MailLink,
    Message,
    RememberedBrowser,
    Session,
)
from twofactor.models.database import changed
from twofactor.verify import verifications
from twofactor.words import AuditEvent, MailStatus, Status, VerificationStatus


@dataclass(frozen=True, slots=True)
class Voided:
    """How much of each ended."""

    sessions: int
    verifications: int
    links: int
    texts: int
    browsers: int
    mails: int


def void(kit: Kit) -> Voided:
    """End every session, remembered browser, code, link, waiting text and mail, in the caller's
    transaction: a session that was ended after the backup, or a code that was used, would live
    again."""
    now = kit.now()
    sessions = update(Session).where(Session.ended_at.is_(None)).values(ended_at=now)
    links = update(LoginLink).where(LoginLink.used_at.is_(None)).values(used_at=now)
    mail_links = update(MailLink).where(MailLink.used_at.is_(None)).values(used_at=now)
    browsers = update(RememberedBrowser).where(RememberedBrowser.ended_at.is_(None))
    mails = update(Mail).where(Mail.status == MailStatus.QUEUED)
    texts = update(Message).where(Message.status == Status.QUEUED)
    ended = Voided(
        changed(sessions),
        verifications.end_all(kit, [], VerificationStatus.CANCELED, now),
        changed(links) + changed(mail_links),
        changed(
            texts.values(
                status=Status.EXPIRED.value,
                settled_at=now,
                next_try_at=None,
                leased_until=None,
                body_sealed=None,
            )
        ),
        changed(browsers.values(ended_at=now)),
        changed(mails.values(status=MailStatus.FAILED.value, next_try_at=None, body_sealed=None)),
    )
    audit.write(kit, AuditEvent.BACKUP_RESTORED, sessions=ended.sessions, texts=ended.texts)
    return ended
