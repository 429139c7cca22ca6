"""Data keys change while the house runs: rows are sealed and fingerprinted anew, in portions.

Each sealed value names its key, so there is nothing to remember: whatever is not of the newest key
is still to do, after any interruption. Old keys open and verify until they are dropped (S-74).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select, update

from twofactor.crypto import KEY_ID_BYTES
from twofactor.extensions import db
from twofactor.kit import Kit
from twofactor.models import (
    Attempt,
    Authenticator,
    FrozenPhone,
    Hook,
    IdempotentAnswer,
    Mail,
    MailLink,
    Message,
    OptOut,
    Verification,
)
from twofactor.models.database import changed, transaction

PORTION = 200  # rows in one transaction: a login never waits long for it


@dataclass(frozen=True, slots=True)
class Sealed:
    """One sealed column, what it is sealed for, and the fingerprint of the same value if any."""

    model: Any
    column: str
    place: str  # the row's attribute that names the place
    fingerprint: str = ""
    copies: tuple[Any, ...] = ()  # models with message_id that repeat the fingerprint

    @property
    def name(self) -> str:
        return f"{self.model.__tablename__}.{self.column}"


# A structural test holds every column that ends in _sealed or _fingerprint against this list.
SEALED = (
    Sealed(Authenticator, "phone_sealed", "place", "phone_fingerprint"),
    Sealed(Authenticator, "secret_sealed", "secret_place"),
    Sealed(Verification, "phone_sealed", "phone_place", "phone_fingerprint"),
    Sealed(Verification, "code_sealed", "code_place"),
    Sealed(Message, "phone_sealed", "phone_place", "phone_fingerprint", (Attempt,)),
    Sealed(Message, "body_sealed", "body_place"),
    Sealed(MailLink, "email_sealed", "email_place"),
    Sealed(Mail, "to_sealed", "to_place"),
    Sealed(Mail, "body_sealed", "body_place"),
    Sealed(Hook, "secret_sealed", "place"),
    Sealed(IdempotentAnswer, "body_sealed", "place"),
)
# Rows that know a phone by its fingerprint alone: they follow the rows above of the same phone.
FOLLOWERS: tuple[Any, ...] = (OptOut, FrozenPhone)


def waiting(kit: Kit) -> int:
    """How many values are still of an older key."""
    return sum(
        db.session.scalar(select(func.count()).select_from(one.model).where(_is_old(kit, one))) or 0
        for one in SEALED
    )


def rotate(kit: Kit, advance: Callable[[int], None]) -> None:
    """Seal and fingerprint everything with the newest key; commits each portion by itself.

    `advance` hears how many values each portion had. Raises Unreadable for a value whose key is
    missing.
    """
    for one in SEALED:
        last = 0
        while rows := _portion(kit, one, last):
            with transaction():
                for row in rows:
                    _renew(kit, one, row)
            last = rows[-1].id
            advance(len(rows))


def check(kit: Kit) -> None:
    """Open one old value of each column. Raises Unreadable when a key that is needed is missing."""
    for one in SEALED:
        for row in _portion(kit, one, 0, most=1):
            kit.keyring.unseal(getattr(row, one.column), getattr(row, one.place))


def _is_old(kit: Kit, one: Sealed) -> ColumnElement[bool]:
    column = getattr(one.model, one.column)
    key_id = func.substr(column, 1, KEY_ID_BYTES)
    return and_(func.length(column) > 0, key_id != kit.keyring.newest_id)


def _portion(kit: Kit, one: Sealed, last: int, most: int | None = None) -> list[Any]:
    found = select(one.model).where(one.model.id > last, _is_old(kit, one))
    db.session.expire_all()
    return list(db.session.scalars(found.order_by(one.model.id).limit(most or PORTION)))


def _renew(kit: Kit, one: Sealed, row: Any) -> None:
    """Only if it is still what was read: others write at the same time."""
    old, place = getattr(row, one.column), getattr(row, one.place)
    if old is None or kit.keyring.is_newest(old):
        return
    text = kit.keyring.unseal(old, place)
    values: dict[str, Any] = {one.column: kit.keyring.seal(text, place)}
    if one.fingerprint:
        values[one.fingerprint] = kit.keyring.fingerprint(text)
        _follow(getattr(row, one.fingerprint), values[one.fingerprint])
    same = update(one.model).where(one.model.id == row.id, getattr(one.model, one.column) == old)
    if changed(same.values(values)) == 1:
        for copy in one.copies:
            copied = update(copy).where(copy.message_id == row.id)
            changed(copied.values({one.fingerprint: values[one.fingerprint]}))


def _follow(old: str, new: str) -> None:
    """Who said STOP stays stopped, and who is frozen frozen, when the old key is dropped."""
    for model in FOLLOWERS:
        if db.session.get(model, new) is None:
            followed = update(model).where(model.phone_fingerprint == old)
            changed(followed.values(phone_fingerprint=new))
