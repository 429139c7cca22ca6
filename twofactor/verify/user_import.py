"""Adding many users, and inviting them by text. Doing it again does nothing twice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from twofactor import audit
from twofactor.extensions import db
from twofactor.kit import Kit
from twofactor.models import Batch, User
from twofactor.sms import bulk, edits
from twofactor.sms.bulk import Text
from twofactor.sms.wording import invitation_text
from twofactor.verify import authenticators, users
from twofactor.verify.user_rows import UserRow
from twofactor.words import AuditEvent, Purpose

CHUNK = 500  # rows in one transaction
TEXT_LIFETIME = timedelta(days=1)  # not worth sending after that


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of some rows."""

    added: int = 0
    known: int = 0  # had an account already; left as it is
    invited: int = 0

    def __add__(self, other: "Imported") -> "Imported":
        return Imported(
            self.added + other.added, self.known + other.known, self.invited + other.invited
        )


def invitations(kit: Kit, name: str) -> Batch:
    """The batch that invitations go into. Raises ValueError for a name of another kind."""
    return bulk.open_batch(kit, name, Purpose.INVITATION, has_own_bodies=True)


def take(kit: Kit, rows: Sequence[UserRow], batch: Batch | None) -> Imported:
    """Add the users of some rows, and invite those who have no password yet when there is a batch.

    In the caller's transaction, at most CHUNK rows. The phone waits for its owner to confirm it.
    """
    wanted = select(User).where(User.found_by.in_([row.email for row in rows]))
    present = {user.email: user for user in db.session.scalars(wanted)}
    added = [row for row in rows if row.email not in present]
    for row in added:
        present[row.email] = _add(kit, row)
    invited = _invite(kit, batch, rows, present) if batch is not None else 0
    return Imported(len(added), len(rows) - len(added), invited)


def _add(kit: Kit, row: UserRow) -> User:
    user = users.create(kit, row.email)
    user.language = row.language
    audit.write(kit, AuditEvent.USER_IMPORTED, user.id)
    if row.phone is not None:
        authenticators.add_phone(kit, user, row.phone)
    return user


def _invite(kit: Kit, batch: Batch, rows: Sequence[UserRow], present: dict[str, User]) -> int:
    open_to = {
        row.phone: present[row.email]
        for row in rows
        if row.phone is not None
        and not present[row.email].password_hash
        and present[row.email].disabled_at is None
    }
    left = bulk.without_text(kit, batch, open_to)
    texts = [Text(phone, _words(kit, user)) for phone, user in open_to.items() if phone in left]
    return bulk.put(kit, batch, texts, kit.now() + TEXT_LIFETIME)


def _words(kit: Kit, user: User) -> str:
    token = users.invite(kit, user, users.WELCOME_LIFETIME, AuditEvent.USER_INVITED)
    url = f"{kit.settings.public_url}/welcome/{token}"
    edited = edits.of(kit, user.language, Purpose.INVITATION)
    return invitation_text(kit.settings.brand, url, user.language, edited)
