"""Webhooks to programs: what happened to their verifications and texts.

Nothing on the paths of codes and receipts knows of them: a verification that a program watches
carries the status its webhooks know last, and whatever differs is told (the partial indexes
`…_untold` hold nothing else). Signed as Standard Webhooks asks (standardwebhooks.com).
"""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, exists, or_, select, update

from twofactor import ids
from twofactor.extensions import db
from twofactor.kit import Kit
from twofactor.models import ApiAccount, Hook, HookEvent, Message, Service, Verification
from twofactor.models.database import changed
from twofactor.models.prepared import Prepared
from twofactor.verify import entries
from twofactor.words import HookStatus, VerificationStatus

SECRET_BYTES = 32
BATCH = 100
LEASE = timedelta(seconds=30)
KEPT = timedelta(days=30)
# Waits after the first, second … refusal; after the last the event is given up.
WAITS = tuple(timedelta(seconds=s) for s in (5, 60, 300, 1800, 7200, 18000, 36000, 50400))
WORDS = {VerificationStatus.MAX_ATTEMPTS_REACHED.value: "failed"}
_WATCH_TEXTS = Prepared(
    update(Message)
    .where(Message.verification_id == bindparam("of"), Message.told.is_(None))
    .values(told=Message.status)
)
_UNTOLD = Prepared(
    select(
        or_(
            exists().where(Verification.told != Verification.status),
            exists().where(Message.told != Message.status),
        )
    )
)
_DUE = Prepared(
    select(HookEvent.id)
    .where(HookEvent.status == HookStatus.WAITING.value, HookEvent.next_try_at <= bindparam("now"))
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Letter:
    """One try to tell one event, ready to be posted."""

    event_id: int
    tries: int
    url: str
    headers: dict[str, str]
    body: bytes


def create(kit: Kit, account: ApiAccount, url: str) -> tuple[Hook, str]:
    """An address that hears of everything from now on, and its secret in clear, this once."""
    secret = secrets.token_bytes(SECRET_BYTES)
    hook = Hook(sid=ids.new_sid(ids.HOOK), account_id=account.id, url=url, created_at=kit.now())
    shown = "whsec_" + base64.b64encode(secret).decode()
    hook.secret_sealed = kit.keyring.seal(shown, hook.place)
    account.listens = True
    db.session.add(hook)
    db.session.flush()
    return hook, shown


def remove(kit: Kit, sid: str) -> bool:
    """Tell this address nothing more; what waits is given up."""
    now = kit.now()
    hook = db.session.scalar(select(Hook).where(Hook.sid == sid, Hook.removed_at.is_(None)))
    if hook is None:
        return False
    hook.removed_at = now
    waiting = update(HookEvent).where(
        HookEvent.hook_id == hook.id, HookEvent.status == HookStatus.WAITING
    )
    changed(waiting.values(status=HookStatus.GIVEN_UP.value, result="removed", settled_at=now))
    return True


def of_account(account_id: int) -> Sequence[Hook]:
    """The living addresses of an account."""
    own = select(Hook).where(Hook.account_id == account_id, Hook.removed_at.is_(None))
    return db.session.scalars(own.order_by(Hook.id)).all()


def watch(verification_id: int) -> None:
    """Have this verification and its texts told of."""
    entries.watch(verification_id)
    _WATCH_TEXTS.run(of=verification_id)


def any_untold() -> bool:
    """Whether something changed since it was told; asked before a write transaction is begun."""
    return bool(_UNTOLD.scalar())


def is_due(now: datetime) -> bool:
    """Whether an event waits for its next try; asked before a write transaction is begun."""
    return _DUE.first(now=now) is not None


def forget(now: datetime) -> None:
    """Drop what was told, or given up, long ago."""
    changed(delete(HookEvent).where(HookEvent.settled_at < now - KEPT))


def collect(kit: Kit) -> int:
    """Put what changed since it was told into the outbox; how many things."""
    verifications = (
        select(Verification, Service)
        .join(Service, Service.id == Verification.service_id)
        .where(Verification.told != Verification.status)
        .order_by(Verification.id)
        .limit(BATCH)
    )
    messages = (
        select(Message, Verification, Service)
        .join(Verification, Verification.id == Message.verification_id)
        .join(Service, Service.id == Verification.service_id)
        .where(Message.told != Message.status)
        .order_by(Message.id)
        .limit(BATCH)
    )
    found = 0
    for verification, service in db.session.execute(verifications).unique().all():
        word = WORDS.get(verification.status, verification.status)
        found += _tell(kit, verification, f"verification.{word}", verification, service, {})
    for message, verification, service in db.session.execute(messages).unique().all():
        text = {"attempt_sid": "VL" + message.sid[2:], "message_status": message.status}
        found += _tell(kit, message, f"message.{message.status}", verification, service, text)
    return found


def claim(kit: Kit) -> Letter | None:
    """The event that waits longest, signed for its next try; None when none is due."""
    now = kit.now()
    free = or_(HookEvent.leased_until.is_(None), HookEvent.leased_until <= now)
    due = select(HookEvent).where(
        HookEvent.status == HookStatus.WAITING, HookEvent.next_try_at <= now, free
    )
    event = db.session.scalar(due.order_by(HookEvent.next_try_at, HookEvent.id).limit(1))
    if event is None:
        return None
    row = update(HookEvent).where(
        HookEvent.id == event.id, HookEvent.status == HookStatus.WAITING, free
    )
    if changed(row.values(leased_until=now + LEASE, tries=HookEvent.tries + 1)) != 1:
        return None
    secret = kit.keyring.unseal(event.hook.secret_sealed, event.hook.place)
    body = json.dumps(event.payload, separators=(",", ":")).encode()
    headers = signed(secret, event.sid, now, body)
    return Letter(event.id, event.tries + 1, event.hook.url, headers, body)


def settle(letter: Letter, status: int | None, reason: str, now: datetime) -> None:
    """Put on record how the address answered; a refusal is tried again after a wait."""
    values: dict[str, object] = {"leased_until": None, "result": reason[:100]}
    if status is not None and 200 <= status < 300:
        values |= {"status": HookStatus.TOLD.value, "settled_at": now}
    elif letter.tries > len(WAITS):
        values |= {"status": HookStatus.GIVEN_UP.value, "settled_at": now}
    else:
        values |= {"next_try_at": now + WAITS[letter.tries - 1]}
    row = update(HookEvent).where(
        HookEvent.id == letter.event_id, HookEvent.status == HookStatus.WAITING
    )
    changed(row.values(values))


def replay(kit: Kit, sid: str) -> int:
    """Tell an event again (`EV…`), or everything an address was not told (`WH…`); how many."""
    again = update(HookEvent).where(HookEvent.status != HookStatus.WAITING)
    if sid.startswith(ids.HOOK_EVENT):
        again = again.where(HookEvent.sid == sid)
    else:
        hook = select(Hook.id).where(Hook.sid == sid, Hook.removed_at.is_(None)).scalar_subquery()
        again = again.where(
            HookEvent.hook_id == hook, HookEvent.status == HookStatus.GIVEN_UP.value
        )
    fresh = {"status": HookStatus.WAITING.value, "tries": 0, "settled_at": None}
    return changed(again.values(fresh | {"next_try_at": kit.now()}))


def signed(secret: str, sid: str, at: datetime, body: bytes) -> dict[str, str]:
    """The headers of Standard Webhooks; `secret` is `whsec_` and base64."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    stamp = str(int(at.timestamp()))
    mac = hmac.digest(key, f"{sid}.{stamp}.".encode() + body, hashlib.sha256)
    return {
        "Content-Type": "application/json",
        "User-Agent": "Sixdigits-Webhooks",
        "webhook-id": sid,
        "webhook-timestamp": stamp,
        "webhook-signature": "v1," + base64.b64encode(mac).decode(),
    }


def _tell(
    kit: Kit,
    row: Verification | Message,
    kind: str,
    verification: Verification,
    service: Service,
    more: dict[str, str],
) -> int:
    """Write one event for each address, once: whoever moves `told` writes."""
    model, now = type(row), kit.now()
    own = update(model).where(model.id == row.id, model.told == row.told)
    if changed(own.values(told=row.status)) != 1:
        return 0
    payload = {
        "type": kind,
        "timestamp": f"{now:%Y-%m-%dT%H:%M:%SZ}",
        "data": {
            "account_sid": service.account.sid,
            "service_sid": service.sid,
            "verification_sid": verification.sid,
            "status": verification.status,
            "tags": verification.tags,
            **more,
        },
    }
    for hook in of_account(service.account_id):
        sid = ids.new_sid(ids.HOOK_EVENT)
        event = HookEvent(sid=sid, hook_id=hook.id, payload=payload, created_at=now)
        event.status, event.next_try_at = HookStatus.WAITING.value, now
        db.session.add(event)
    return 1
