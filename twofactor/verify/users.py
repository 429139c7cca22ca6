"""Users and operators: found, made, let in for the first time."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from twofactor import audit, ids
from twofactor.extensions import db
from twofactor.kit import Kit
from twofactor.models import LoginLink, User
from twofactor.models.database import changed
from twofactor.words import AuditEvent

LINK_LIFETIME = timedelta(minutes=15)  # of an operator
WELCOME_LIFETIME = timedelta(days=7)  # of a user
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")


class BadEmail(ValueError):
    """Not an address that mail can reach."""

    reason = "Enter an e-mail address, like name@example.com"


class EmailTaken(Exception):
    """An account with this address exists."""


def normal_email(text: str) -> str:
    """The one spelling of an address (S-17). Raises BadEmail."""
    email = unicodedata.normalize("NFKC", text).strip().casefold()
    if len(email) > 254 or not email.isprintable() or not _EMAIL.fullmatch(email):
        raise BadEmail(email)
    return email


def by_email(email: str) -> User | None:
    """The user with this normalised address, unless disabled: its owner, else who claimed it
    first."""
    claims = select(User).where(User.email == email, User.disabled_at.is_(None))
    first = db.session.scalar(claims.order_by(User.id).limit(1))
    return owner(email) or first  # both are asked for always: the same work for every address


def owner(email: str) -> User | None:
    """The user whom this normalised address belongs to, unless disabled."""
    return db.session.scalar(select(User).where(User.found_by == email, User.disabled_at.is_(None)))


def settle(user: User) -> bool:
    """From now on the address is this user's. False when it is another's by now."""
    if is_owner(user):
        return True
    if is_anothers(user):
        return False
    claimed = user.found_by
    try:
        with db.session.begin_nested():
            user.found_by = user.email
    except IntegrityError:  # two proved it at once
        user.found_by = claimed
        return False
    return True


def is_owner(user: User) -> bool:
    """True when nobody else can have this user's address."""
    return user.found_by == user.email


def is_anothers(user: User) -> bool:
    """True when the address that this user claims belongs to somebody else."""
    other = select(User.id).where(User.found_by == user.email, User.id != user.id)
    return db.session.scalar(other) is not None


def by_sid(sid: str) -> User | None:
    """The user with this sid, disabled or not."""
    return db.session.scalar(select(User).where(User.sid == sid))


def latest(before: int | None, most: int) -> Sequence[User]:
    """The newest first; `before` is the id that the page before ended with."""
    rows = select(User) if before is None else select(User).where(User.id < before)
    return db.session.scalars(rows.order_by(User.id.desc()).limit(most)).all()


def lock(user_id: int) -> None:
    """One transaction of this user at a time from here on, until the caller's ends; SQLite has one
    writer anyway. Taken first, before any other row, so that two never wait for each other."""
    own = select(User.id).where(User.id == user_id)
    db.session.execute(own.with_for_update(key_share=True))


def create(kit: Kit, email: str, password_hash: str = "", *, is_operator: bool = False) -> User:
    """A new user whom an operator vouches for. Raises EmailTaken."""
    if db.session.scalar(select(User.id).where(User.found_by == email)) is not None:
        raise EmailTaken(email)
    user = User(
        sid=ids.new_sid(ids.USER),
        email=email,
        password_hash=password_hash,
        is_operator=is_operator,
        created_at=kit.now(),
    )
    try:
        with db.session.begin_nested():
            db.session.add(user)
    except IntegrityError:  # somebody else was faster
        raise EmailTaken(email) from None
    return user


def invite(
    kit: Kit,
    user: User,
    lifetime: timedelta = LINK_LIFETIME,
    event: AuditEvent = AuditEvent.OPERATOR_INVITED,
) -> str:
    """The token of a link that lets `user` set a password, once, within `lifetime`."""
    token = ids.new_link_token()
    link = LoginLink(
        token_hash=kit.keyring.hash_token(token),
        user_id=user.id,
        created_at=kit.now(),
        expires_at=kit.now() + lifetime,
    )
    db.session.add(link)
    audit.write(kit, event, user.id)
    return token


def by_link(kit: Kit, token: str) -> LoginLink | None:
    """The link behind a token, while it is good."""
    found = select(LoginLink).where(
        LoginLink.token_hash == kit.keyring.hash_token(token),
        LoginLink.used_at.is_(None),
        LoginLink.expires_at > kit.now(),
    )
    return db.session.scalar(found)


def use_link(kit: Kit, token: str, password_hash: str) -> User | None:
    """Set the password by a link; None when the link is used or too old. Whoever made the link
    vouches for the address."""
    link = by_link(kit, token)
    if link is None:
        return None
    claim = update(LoginLink).where(LoginLink.id == link.id, LoginLink.used_at.is_(None))
    if changed(claim.values(used_at=kit.now())) != 1:
        return None
    if not settle(link.user):
        return None
    others = update(LoginLink).where(LoginLink.user_id == link.user_id, LoginLink.used_at.is_(None))
    changed(others.values(used_at=kit.now()))
    link.user.password_hash = password_hash
    audit.write(kit, AuditEvent.PASSWORD_SET, link.user_id)
    return link.user
