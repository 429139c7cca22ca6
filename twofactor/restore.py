"""A backup was put back: what was true then must open nothing now (S-75)."""

from dataclasses import dataclass

from sqlalchemy import update

from twofactor import audit
from twofactor.kit import Kit
from twofactor.models import LoginLink, Message, Session, Verification
from twofactor.models.database import changed
from twofactor.words import AuditEvent, Status, VerificationStatus


@dataclass(frozen=True, slots=True)
class Voided:
    """How much of each ended."""

    sessions: int
    verifications: int
    links: int
    texts: int


def void(kit: Kit) -> Voided:
    """End every session, code, link and waiting text, in the caller's transaction: a session that
    was ended after the backup, or a code that was used, would live again."""
    now = kit.now()
    sessions = update(Session).where(Session.ended_at.is_(None)).values(ended_at=now)
    codes = update(Verification).where(Verification.status == VerificationStatus.PENDING)
    links = update(LoginLink).where(LoginLink.used_at.is_(None)).values(used_at=now)
    texts = update(Message).where(Message.status == Status.QUEUED)
    ended = Voided(
        changed(sessions),
        changed(
            codes.values(
                status=VerificationStatus.CANCELED.value,
                settled_at=now,
                code_digest=None,
                code_sealed=None,
            )
        ),
        changed(links),
        changed(
            texts.values(
                status=Status.EXPIRED.value,
                settled_at=now,
                next_try_at=None,
                leased_until=None,
                body_sealed=None,
            )
        ),
    )
    audit.write(kit, AuditEvent.BACKUP_RESTORED, sessions=ended.sessions, texts=ended.texts)
    return ended
