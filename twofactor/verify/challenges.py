"""Challenges for passkeys: signed by us, bound to one session and purpose, answered once.

A page carries its challenge, so nothing is written before somebody answers; only answered ones are
kept, until they would be too old anyway.
"""

import hmac
import secrets
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite

from twofactor.extensions import db
from twofactor.kit import Kit
from twofactor.models import Session, SpentChallenge
from twofactor.models.database import changed
from twofactor.words import Purpose

LIFETIME = timedelta(minutes=30)
NONCE_BYTES = 16
TIME_BYTES = 8
MAC_BYTES = 32


def issue(kit: Kit, session: Session | None, purpose: Purpose) -> bytes:
    """A fresh challenge. `session` is None only before anybody has logged in."""
    expires = int((kit.now() + LIFETIME).timestamp())
    body = secrets.token_bytes(NONCE_BYTES) + expires.to_bytes(TIME_BYTES, "big")
    return body + _mac(kit, body, session, purpose)


def spend(kit: Kit, challenge: bytes, session: Session | None, purpose: Purpose) -> bool:
    """True once for a challenge that we issued for exactly this and that is not too old."""
    body, mac = challenge[:-MAC_BYTES], challenge[-MAC_BYTES:]
    if len(body) != NONCE_BYTES + TIME_BYTES:
        return False
    if not hmac.compare_digest(mac, _mac(kit, body, session, purpose)):
        return False
    expires = datetime.fromtimestamp(int.from_bytes(body[NONCE_BYTES:], "big"), UTC)
    if kit.now() >= expires:
        return False
    dialect = sqlite if db.engine.dialect.name == "sqlite" else postgresql
    row = {"challenge_hash": kit.keyring.hash_token(challenge.hex()), "forget_after": expires}
    return changed(dialect.insert(SpentChallenge).values(row).on_conflict_do_nothing()) == 1


def forget(now: datetime) -> None:
    """Drop what is too old to be answered."""
    changed(delete(SpentChallenge).where(SpentChallenge.forget_after < now))


def _mac(kit: Kit, body: bytes, session: Session | None, purpose: Purpose) -> bytes:
    bound = f"{purpose.value}:{session.sid if session else ''}".encode()
    return hmac.digest(kit.keyring.derive("passkey challenge"), body + bound, "sha256")
