"""Accounts, keys and services of the API: made, rotated, revoked, recognised.

A secret has 256 random bits and is stored as a keyed hash, shown once.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, or_, select, update

from twofactor import audit, ids
from twofactor.extensions import db
from twofactor.kit import Kit
from twofactor.models import ApiAccount, ApiKey, Service
from twofactor.models.database import changed
from twofactor.sms.wording import can_write
from twofactor.words import AuditEvent, Scope

OVERLAP = timedelta(hours=24)  # how long the old secret of a rotated key works
ORDINARY = (Scope.SERVICES, Scope.VERIFY, Scope.ATTEMPTS)
# What every gateway takes alike; numbers belong to one gateway, so they are its settings' matter.
SENDER = re.compile(r"(?=[0-9]*[A-Za-z])[A-Za-z0-9]{3,11}", re.ASCII)
SHORTEST_CODE = 6
MOST_BRAND = 64  # characters
LONGEST_CODE = 10


@dataclass(frozen=True, slots=True)
class Issued:
    """A fresh secret, in clear this once."""

    login: str
    secret: str

    def __repr__(self) -> str:
        return f"Issued({self.login})"


def create_account(kit: Kit, name: str, scopes: Iterable[Scope]) -> tuple[ApiAccount, Issued]:
    """An account whose own sid is the login of its first key."""
    account = ApiAccount(sid=ids.new_sid(ids.ACCOUNT), name=name, created_at=kit.now())
    db.session.add(account)
    db.session.flush()
    return account, _issue(kit, account, account.sid, [scope.value for scope in scopes])


def create_key(kit: Kit, account: ApiAccount, scopes: Iterable[Scope]) -> Issued:
    """A further key (`SK…`), for one program or with fewer rights."""
    return _issue(kit, account, ids.new_sid(ids.KEY), [scope.value for scope in scopes])


def create_service(kit: Kit, account: ApiAccount, name: str, code_length: int = 0) -> Service:
    """A service with codes as long as the settings say, where nothing else is asked for."""
    now = kit.now()
    service = Service(
        sid=ids.new_sid(ids.SERVICE),
        account_id=account.id,
        account=account,
        friendly_name=name,
        code_length=code_length or max(SHORTEST_CODE, kit.settings.codes.length),
        created_at=now,
        updated_at=now,
    )
    db.session.add(service)
    db.session.flush()
    _note(kit, AuditEvent.SERVICE_CREATED, account, service=service.sid)
    return service


def show_as(
    kit: Kit, service: Service, *, brand: str | None = None, sender: str | None = None
) -> None:
    """Change the name in the texts of a service and whom they come from; None leaves it, an empty
    sender is that of the gateway's settings. Raises ValueError."""
    if brand is not None and not (1 <= len(brand) <= MOST_BRAND and can_write(brand)):
        raise ValueError("A name must be writable in a text and hold no run of six digits")
    if sender and not SENDER.fullmatch(sender):
        raise ValueError("A sender has 3 to 11 letters and digits, at least one of them a letter")
    service.friendly_name = service.friendly_name if brand is None else brand
    service.sender = service.sender if sender is None else sender
    service.updated_at = kit.now()
    _note(
        kit,
        AuditEvent.SERVICE_CHANGED,
        service.account,
        service=service.sid,
        name=service.friendly_name,
        sender=service.sender,
    )


def delete_service(kit: Kit, service: Service) -> None:
    """From now on nobody finds it; what was sent for it stays on record."""
    service.deleted_at = service.updated_at = kit.now()
    _note(kit, AuditEvent.SERVICE_DELETED, service.account, service=service.sid)


def rotate(kit: Kit, login: str) -> Issued | None:
    """A new secret beside the old one, which works for OVERLAP more; None for an unknown login."""
    now = kit.now()
    newest = db.session.scalar(_live(login, now).order_by(ApiKey.id.desc()).limit(1))
    if newest is None:
        return None
    old = update(ApiKey).where(ApiKey.login == login, ApiKey.revoked_at.is_(None))
    changed(old.where(ApiKey.expires_at.is_(None)).values(expires_at=now + OVERLAP))
    _note(kit, AuditEvent.KEY_ROTATED, newest.account, key=login)
    return _issue(kit, newest.account, login, newest.scopes)


def revoke(kit: Kit, login: str) -> bool:
    """End every secret of a login at once; True when one was alive."""
    now = kit.now()
    newest = db.session.scalar(_live(login, now).limit(1))
    if newest is None:
        return False
    _note(kit, AuditEvent.KEY_REVOKED, newest.account, key=login)
    row = update(ApiKey).where(ApiKey.login == login, ApiKey.revoked_at.is_(None))
    return changed(row.values(revoked_at=now)) > 0


def recognise(kit: Kit, login: str, secret: str) -> ApiKey | None:
    """The living key of this login and secret."""
    found = _live(login, kit.now()).where(ApiKey.secret_hash == kit.keyring.hash_token(secret))
    key = db.session.scalar(found)
    return key if key is not None and key.account.disabled_at is None else None


def note_use(key_id: int, now: datetime) -> None:
    """Remember when a key was used last."""
    changed(update(ApiKey).where(ApiKey.id == key_id).values(used_at=now))


def account_by_sid(sid: str) -> ApiAccount | None:
    """An account by its own sid."""
    return db.session.scalar(select(ApiAccount).where(ApiAccount.sid == sid))


def accounts() -> Sequence[ApiAccount]:
    """All accounts, oldest first."""
    return db.session.scalars(select(ApiAccount).order_by(ApiAccount.id)).all()


def service_by_sid(sid: str) -> Service | None:
    """A living service of whatever account, by its own sid."""
    found = select(Service).where(Service.sid == sid, Service.deleted_at.is_(None))
    return db.session.scalar(found)


def services_of(account: ApiAccount) -> Sequence[Service]:
    """The living services of an account, oldest first."""
    own = select(Service).where(Service.account_id == account.id, Service.deleted_at.is_(None))
    return db.session.scalars(own.order_by(Service.id)).all()


def keys_of(account: ApiAccount, now: datetime) -> Sequence[ApiKey]:
    """The living keys of an account, oldest first."""
    own = select(ApiKey).where(ApiKey.account_id == account.id, *_is_alive(now))
    return db.session.scalars(own.order_by(ApiKey.id)).unique().all()


def _live(login: str, now: datetime) -> Select[ApiKey]:
    return select(ApiKey).where(ApiKey.login == login, *_is_alive(now))


def _is_alive(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        ApiKey.revoked_at.is_(None),
        or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > now),
    )


def _issue(kit: Kit, account: ApiAccount, login: str, scopes: list[str]) -> Issued:
    secret = ids.new_secret()
    key = ApiKey(
        login=login,
        secret_hash=kit.keyring.hash_token(secret),
        account_id=account.id,
        scopes=scopes,
        created_at=kit.now(),
    )
    db.session.add(key)
    _note(kit, AuditEvent.KEY_CREATED, account, key=login, scopes=" ".join(scopes))
    return Issued(login, secret)


def _note(kit: Kit, event: AuditEvent, account: ApiAccount, **detail: str) -> None:
    audit.write(kit, event, None, None, account=account.sid, **detail)
