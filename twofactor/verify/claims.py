"""Sign-ups: accounts whose address nobody has proved yet.

An address belongs to whoever proves it. Until then an account is found by its address and password
together, so that many may claim one address and none learns of another, nor of its owner (S-46).
"""

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from twofactor import audit, ids
from twofactor.extensions import db
from twofactor.kit import Kit, Visitor
from twofactor.models import User
from twofactor.verify import authenticators, passwords, users
from twofactor.words import AuditEvent

SELECTOR_DIGITS = 4  # 16 bits: enough to find one account of a few, far too few to guess by


def sign_up(kit: Kit, email: str, password: str, password_hash: str, visitor: Visitor) -> User:
    """A new user, from the web, whoever else claims or owns the address."""
    user = User(
        sid=ids.new_sid(ids.USER),
        email=email,
        found_by=_free(kit, email, password),
        password_hash=password_hash,
        created_at=kit.now(),
    )
    try:
        with db.session.begin_nested():
            db.session.add(user)
    except IntegrityError:  # the same form, sent twice at once
        user.found_by = _nowhere(email)
        db.session.add(user)
        db.session.flush()
    audit.write(kit, AuditEvent.SIGNED_UP, user.id, visitor)
    return user


def by_password(kit: Kit, email: str, password: str) -> User | None:
    """The user of this address and password, whether it is proved or claimed.

    Costs one hash wherever the password is wrong, whoever has the address.
    """
    owner = users.owner(email)
    if passwords.is_right(owner.password_hash if owner else "", password):
        return owner
    found = select(User).where(
        User.found_by == _key(kit, email, password), User.disabled_at.is_(None)
    )
    claimed = db.session.scalar(found)
    if claimed is not None and passwords.is_right(claimed.password_hash, password):
        return claimed
    return None


def follow(kit: Kit, user: User, password: str) -> None:
    """The password changed: a claim is found by the new one from now on."""
    if not users.is_owner(user) and user.found_by != _key(kit, user.email, password):
        user.found_by = _free(kit, user.email, password)
        db.session.flush()


def _free(kit: Kit, email: str, password: str) -> str:
    """What a claim is found by. A claim with the same address and password gives way as long as it
    protects nothing: it is the same person, who sent the form again."""
    key = _key(kit, email, password)
    older = db.session.scalar(select(User).where(User.found_by == key))
    if older is None:
        return key
    if authenticators.needs_second_factor(older.id):
        return _nowhere(email)
    older.found_by = _nowhere(email)
    db.session.flush()
    return key


def _key(kit: Kit, email: str, password: str) -> str:
    named = kit.keyring.pseudonym("claim", f"{email}\0{passwords.normal(password)}")
    return f"{email} {named[:SELECTOR_DIGITS]}"


def _nowhere(email: str) -> str:
    return f"{email} {ids.new_token()}"
