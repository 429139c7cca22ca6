"""The three privacy verbs: export, erase, retain (GDPR articles 5, 17 and 20; S-69).

Every model is in one of the two lists below; a structure test holds them complete.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, String, cast, delete, func, literal, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute

from twofactor import models as m
from twofactor.extensions import Base, db
from twofactor.kit import Kit
from twofactor.models.database import changed
from twofactor.models.messages import went_to

Keeper = InstrumentedAttribute[int] | InstrumentedAttribute[int | None]

OWNED: dict[type[Base], Keeper] = {  # rows that carry their user's id
    m.Authenticator: m.Authenticator.user_id,
    m.AuditEntry: m.AuditEntry.user_id,
    m.Consent: m.Consent.user_id,
    m.LoginLink: m.LoginLink.user_id,
    m.Mail: m.Mail.user_id,
    m.MailLink: m.MailLink.user_id,
    m.RememberedBrowser: m.RememberedBrowser.user_id,
    m.Session: m.Session.user_id,
    m.Verification: m.Verification.user_id,
}
REACHED = {  # rows that belong to a user by another row
    m.User: "the user itself",
    m.Passkey: "by its authenticator",
    m.RecoveryCode: "by its authenticator",
    m.Message: "by its phone or verification",
    m.Attempt: "by its message",
    m.Receipt: "by its attempt",
}
NOT_PERSONAL = {
    m.Alert: "what went wrong with gateways; whoever acknowledged it is set to nobody",
    m.ApiAccount: "a program",
    m.ApiKey: "hashes of a program's secrets",
    m.Batch: "an operator's name for a text to many",
    m.BlockedPlace: "a country or a keyed pseudonym of ten thousand numbers, for half a day",
    m.Bucket: "a number that a service chose",
    m.ConversionSlice: "counts by country and by keyed pseudonym of ten thousand numbers",
    m.DeliveryChange: "ids of messages, for seconds",
    m.EarlyReceipt: "a keyed fingerprint of a phone, for minutes",
    m.FenceCounter: "keyed pseudonyms of addresses, for minutes",
    m.FrozenPhone: "a keyed fingerprint of a phone, for a day",
    m.GatewayBalance: "money with a gateway",
    m.GatewayState: "a gateway's breaker and switch",
    m.Hook: "a program's address",
    m.HookEvent: "sids, statuses and a service's own tags, for as long as it is told of them",
    m.IdempotentAnswer: "sealed answers to a program, for a day",
    m.LimitSlice: "keyed pseudonyms; the guess budget must outlive an erased account's codes",
    m.OptOut: "a keyed fingerprint of a phone; a STOP must outlive the account",
    m.Pace: "when a gateway is free",
    m.PeriodicJob: "when jobs run",
    m.Price: "what a segment costs",
    m.RateLimit: "a name that a service chose",
    m.ReceiptCount: "how many receipts came",
    m.Reply: "a keyed fingerprint of a phone and a keyword, for days",
    m.RollupMark: "how far counting is",
    m.Route: "which gateway leads in a country",
    m.RouteChange: "why another gateway leads",
    m.RouteRate: "how a gateway fares",
    m.Service: "a program's settings",
    m.Spending: "money in a day",
    m.SpentChallenge: "hashes of random bytes, for half an hour",
    m.TextEdit: "what operators wrote to everybody; who did is set to nobody",
    m.Worker: "which senders live",
}
HIDDEN = (
    *("_sealed", "_hash", "_digest", "_fingerprint"),
    *("public_key", "selector", "last_step", "found_by"),
)
RECEIPTS_KEPT = timedelta(days=90)  # and what they tell of phones
AUDIT_KEPT = timedelta(days=365)
BATCH = 5_000


def export(kit: Kit, user: m.User) -> dict[str, Any]:
    """Everything kept about a user, as plain values. Secrets and hashes are left out; what is
    sealed and theirs (phones) is shown in clear."""
    known: dict[str, Any] = {"users": [_plain(user)]}
    for model, owner in OWNED.items():
        known[model.__tablename__] = _rows(model, owner == user.id)
    mine = select(m.Authenticator.id).where(m.Authenticator.user_id == user.id)
    known["passkeys"] = _rows(m.Passkey, m.Passkey.authenticator_id.in_(mine))
    known["recovery_codes"] = _rows(m.RecoveryCode, m.RecoveryCode.authenticator_id.in_(mine))
    known["phones"] = _phones(kit, user)
    messages = select(m.Message.id).where(_messages_of(user))
    known["messages"] = _rows(m.Message, m.Message.id.in_(messages))
    attempts = select(m.Attempt.id).where(m.Attempt.message_id.in_(messages))
    known["attempts"] = _rows(m.Attempt, m.Attempt.id.in_(attempts))
    known["receipts"] = _rows(m.Receipt, m.Receipt.attempt_id.in_(attempts))
    return known


def erase(kit: Kit, user: m.User) -> None:
    """Erase a user at once. What is left of their texts tells of no person: country, gateway,
    status, times and price, which the statistics need."""
    for one in (*_claimants(user), user):
        _erase(one)
    db.session.expunge_all()


def _claimants(user: m.User) -> list[m.User]:
    """Who else gave an address that belongs to this user: it must not stay with them."""
    if user.found_by != user.email:
        return []
    others = select(m.User).where(m.User.email == user.email, m.User.id != user.id)
    return list(db.session.scalars(others))


def _erase(user: m.User) -> None:
    messages = list(db.session.scalars(select(m.Message.id).where(_messages_of(user))))
    _forget_phones(messages)
    entries = update(m.AuditEntry).where(m.AuditEntry.user_id == user.id)
    changed(entries.values(user_id=None, visitor="", browser=""))
    db.session.flush()
    changed(delete(m.User).where(m.User.id == user.id))  # the database takes the rest with it


def retain(kit: Kit) -> int:
    """Delete one batch of what is past its time; how many rows. Call until it is 0."""
    now = kit.now()
    old = now - RECEIPTS_KEPT
    done = _delete(m.Receipt, m.Receipt.received_at < old)
    done += _delete(m.AuditEntry, m.AuditEntry.at < now - AUDIT_KEPT)
    done += _delete(m.Mail, m.Mail.created_at < old)
    done += _delete(m.Verification, m.Verification.settled_at < old)
    done += _delete(m.Session, m.Session.seen_at < old)
    done += _delete(m.RememberedBrowser, m.RememberedBrowser.expires_at < old)
    stale = select(m.Message.id).where(
        m.Message.created_at < old, func.length(m.Message.phone_sealed) > 0, _is_settled(now)
    )
    return done + _forget_phones(list(db.session.scalars(stale.limit(BATCH))))


def _is_settled(now: datetime) -> ColumnElement[bool]:
    return or_(m.Message.settled_at.is_not(None), m.Message.valid_until < now)


def _delete(model: type[Base], condition: ColumnElement[bool]) -> int:
    key = model.__table__.c.id
    batch = select(key).where(condition).limit(BATCH)
    return changed(delete(model).where(key.in_(batch)))


def _forget_phones(messages: list[int]) -> int:
    """Take the person out of these messages and their attempts."""
    for start in range(0, len(messages), 500):
        part = messages[start : start + 500]
        # Of its own for each row: a batch has each fingerprint once.
        nobody = literal("-").concat(cast(m.Message.id, String))
        blank = {"phone_sealed": b"", "phone_fingerprint": nobody, "phone_ending": ""}
        rows = update(m.Message).where(m.Message.id.in_(part))
        changed(rows.values({**blank, "body_sealed": None}))
        attempts = update(m.Attempt).where(m.Attempt.message_id.in_(part))
        changed(attempts.values(phone_fingerprint=""))
    return len(messages)


def _messages_of(user: m.User) -> ColumnElement[bool]:
    prints = select(m.Authenticator.phone_fingerprint).where(
        m.Authenticator.user_id == user.id, m.Authenticator.phone_fingerprint.is_not(None)
    )
    asked = select(m.Verification.id).where(m.Verification.user_id == user.id)
    return or_(went_to(prints), m.Message.verification_id.in_(asked))


def _phones(kit: Kit, user: m.User) -> list[str]:
    rows = db.session.scalars(
        select(m.Authenticator).where(
            m.Authenticator.user_id == user.id, m.Authenticator.phone_sealed.is_not(None)
        )
    )
    return [kit.keyring.unseal(a.phone_sealed, a.place) for a in rows if a.phone_sealed]


def _rows(model: type[Base], condition: ColumnElement[bool]) -> list[dict[str, Any]]:
    return [_plain(row) for row in db.session.scalars(select(model).where(condition))]


def _plain(row: Base) -> dict[str, Any]:
    shown: Iterable[str] = (
        column.key for column in row.__table__.columns if not column.key.endswith(HIDDEN)
    )
    return {key: _value(getattr(row, key)) for key in shown}


def _value(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return (
        value if isinstance(value, (str, int, float, bool, dict, list, type(None))) else str(value)
    )
