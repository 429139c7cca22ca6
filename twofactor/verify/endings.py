"""What ends with a change of what protects an account: everything that stood on the old (S-21)."""

from sqlalchemy import select, update

from twofactor.extensions import db
from twofactor.kit import Kit
from twofactor.models import RememberedBrowser, Session, Verification
from twofactor.models.database import changed
from twofactor.verify import sessions, verifications
from twofactor.words import VerificationStatus


def end_all(kit: Kit, user_id: int, keep: Session | None) -> None:
    """End other sessions, remembered browsers and living codes of a user, in one transaction."""
    sessions.end_others(kit, user_id, keep)
    remembered = update(RememberedBrowser).where(
        RememberedBrowser.user_id == user_id, RememberedBrowser.ended_at.is_(None)
    )
    changed(remembered.values(ended_at=kit.now()))
    living = select(Verification).where(
        Verification.user_id == user_id, Verification.status == VerificationStatus.PENDING
    )
    for verification in db.session.scalars(living):
        verifications.end(kit, verification.id, VerificationStatus.CANCELED, kit.now())
