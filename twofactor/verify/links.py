"""Links in mails and notices: 128 random bits or more, one purpose, one use, a short life."""

from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select, update

from twofactor import ids
from twofactor.extensions import db
from twofactor.kit import Kit
from twofactor.models import MailLink, User
from twofactor.models.database import changed
from twofactor.words import LinkPurpose

LIFETIMES = {
    LinkPurpose.RESET: timedelta(minutes=30),  # S-22: at most 60
    LinkPurpose.CONFIRM_EMAIL: timedelta(days=7),
    LinkPurpose.CHANGE_EMAIL: timedelta(hours=24),
    LinkPurpose.REPORT: timedelta(days=7),
    LinkPurpose.RECOVER: timedelta(hours=1),
}
KEPT = timedelta(days=30)  # after its life, for support


def make(
    kit: Kit,
    user: User,
    purpose: LinkPurpose,
    detail: dict[str, Any] | None = None,
    email: str = "",
) -> str:
    """The token of a new link; earlier ones of the same purpose stop, but for reports. `email` is
    the address that it proves or gives back."""
    in_texts = purpose is LinkPurpose.REPORT  # where every character costs
    if not in_texts:
        withdraw(kit, user.id, purpose)
    token = ids.new_link_token() if in_texts else ids.new_token()
    link = MailLink(
        token_hash=kit.keyring.hash_token(token),
        purpose=purpose.value,
        user=user,
        detail=detail or {},
        created_at=kit.now(),
        expires_at=kit.now() + LIFETIMES[purpose],
    )
    if email:
        link.email_sealed = kit.keyring.seal(email, link.email_place)
    db.session.add(link)
    db.session.flush()
    return token


def find(kit: Kit, token: str, *purposes: LinkPurpose) -> MailLink | None:
    """The link behind a token, while it is good for one of these purposes."""
    found = select(MailLink).where(
        MailLink.token_hash == kit.keyring.hash_token(token),
        MailLink.purpose.in_([purpose.value for purpose in purposes]),
        MailLink.used_at.is_(None),
        MailLink.expires_at > kit.now(),
    )
    link = db.session.scalar(found)
    return link if link is not None and link.user.disabled_at is None else None


def email_of(kit: Kit, link: MailLink) -> str:
    """The address that a link proves or gives back. Raises ValueError for a link without one."""
    if link.email_sealed is None:
        raise ValueError("this link holds no address")
    return kit.keyring.unseal(link.email_sealed, link.email_place)


def use(kit: Kit, link: MailLink) -> bool:
    """True for the one who uses it first."""
    unused = update(MailLink).where(
        MailLink.id == link.id, MailLink.used_at.is_(None), MailLink.expires_at > kit.now()
    )
    return changed(unused.values(used_at=kit.now())) == 1


def withdraw(kit: Kit, user_id: int, *purposes: LinkPurpose) -> None:
    """End the unused links of these purposes."""
    unused = update(MailLink).where(
        MailLink.user_id == user_id,
        MailLink.purpose.in_([purpose.value for purpose in purposes]),
        MailLink.used_at.is_(None),
    )
    changed(unused.values(used_at=kit.now()))


def forget(kit: Kit) -> None:
    """Drop links whose life ended long ago."""
    changed(delete(MailLink).where(MailLink.expires_at < kit.now() - KEPT))
