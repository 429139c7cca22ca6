"""Verifications: started, resent, ended. How they are checked stands in `checks`."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, bindparam, select, update

from twofactor import audit, risk
from twofactor.extensions import db
from twofactor.kit import Kit, Visitor
from twofactor.models import Message, Service, Session, Verification
from twofactor.models.database import connection
from twofactor.models.prepared import Prepared
from twofactor.sms import edits, outbox, rates
from twofactor.sms.phone import Phone
from twofactor.sms.wording import code_text
from twofactor.verify import (
    beginnings,
    calls,
    codes,
    entries,
    limits,
    pumping,
    risk_budget,
    standing,
    users,
)
from twofactor.verify.entries import Entry, Known
from twofactor.verify.limits import Counts
from twofactor.verify.standing import Standing
from twofactor.verify.targets import (
    CountryClosed,
    NoSendsLeft,
    NotLive,
    NotYet,
    RiskyPhone,
    Target,
)
from twofactor.words import (
    AuditEvent,
    Channel,
    Purpose,
    VerificationStatus,
)

_OF_MESSAGE = Prepared(select(Message.verification_id).where(Message.id == bindparam("of")))
_SENDER = Prepared(select(Service.sender).where(Service.id == bindparam("of")))


def start(kit: Kit, target: Target, visitor: Visitor | None, seen: Standing | None = None) -> Entry:
    """A new verification with its text in the outbox; an older one of the same account (or of the
    same service and phone) and purpose ends, so that one code lives (S-05). Without a visitor no
    address is counted; who has just `seen` how the phone stands says so.

    Raises LimitReached, CountryClosed, OptedOut, RiskyPhone, NoCalls.
    """
    now = kit.now()
    calls.check_offered(kit, target.channel)
    if not kit.settings.allows_country(target.phone.country):
        raise CountryClosed(target.phone.country)
    (seen or standing.of(kit, target.phone)).check(now)
    reason = risk.refusal(kit.risk.look_up(target.phone.e164), now)
    if reason is not None:
        raise RiskyPhone(reason)
    if target.session is not None:
        users.lock(target.session.user_id)
    # Verification first, limits second, as everywhere: else two transactions wait for each other.
    _replace_older(kit, target, now)
    limits.permit_send(
        kit,
        target.phone,
        visitor.address if visitor else None,
        is_verified=target.is_verified,
        now=now,
        is_guarded=target.is_guarded,
        counts=target.counts,
    )
    code = target.code or codes.draw(target.code_length or kit.settings.codes.length)
    verification = beginnings.entry(kit, target, code, now)
    if verification.is_watched:
        pumping.count(kit, target.phone)
    entries.add(verification)
    sender = target.service.sender if target.service else ""
    _enqueue(kit, verification, code, target.phone, target.channel, sender, has_stopped=False)
    _note_send(kit, verification, visitor)
    return verification


def resend(
    kit: Kit,
    verification: Known,
    visitor: Visitor | None,
    *,
    early: bool,
    is_guarded: bool = True,
    channel: Channel = Channel.SMS,
    counts: Counts = (),
) -> None:
    """Send the same code again, or read it aloud. `early`: the last one failed: nobody need wait.

    Raises NotYet, NoSendsLeft, NotLive, LimitReached, OptedOut, NoCalls.
    """
    now = kit.now()
    calls.check_offered(kit, channel)
    is_sent = _count_send(kit, verification, channel, now, early=early)
    verification = entries.by_id(verification.id)
    if not is_sent:
        raise _why_not(verification, now)
    phone = phone_of(kit, verification)
    standing.of(kit, phone).check(now)
    address = visitor.address if visitor else None
    limits.permit_send(
        kit, phone, address, is_verified=True, now=now, is_guarded=is_guarded, counts=counts
    )
    rates.hasten(verification.id, now)
    if verification.is_watched and is_guarded:
        pumping.check(kit, phone)
    code = _code_of(kit, verification)
    _enqueue(kit, verification, code, phone, channel, _sender(verification), has_stopped=False)
    _note_send(kit, verification, visitor)


def chase(kit: Kit, message_id: int) -> bool:
    """Send the same code once more because nobody knows whether this message left. False when the
    code needs none any more, or has no sends left; raises LimitReached."""
    now = kit.now()
    verification_id = _OF_MESSAGE.scalar(of=message_id)
    if verification_id is None:
        return False
    verification = entries.by_id(verification_id)
    channel = Channel(verification.channel)
    if not _count_send(kit, verification, channel, now, early=True):
        return False
    phone = phone_of(kit, verification)
    limits.permit_send(kit, phone, None, is_verified=True, now=now)
    rates.hasten(verification.id, now)
    code = _code_of(kit, verification)
    _enqueue(kit, verification, code, phone, channel, _sender(verification))
    return True


def of_session(session: Session, purpose: Purpose) -> Verification | None:
    """The latest verification of this browser for this purpose, living or not."""
    latest = select(Verification).where(
        Verification.session_id == session.id, Verification.purpose == purpose.value
    )
    return db.session.scalar(latest.order_by(Verification.id.desc()).limit(1))


def end(
    kit: Kit, verification_id: int, status: VerificationStatus, now: datetime, right: int = 0
) -> bool:
    """Move a pending verification to a final status and erase its code; True for who did it. All
    of its checks but the `right` one are kept as what was guessed at the phone."""
    guessed = entries.end(verification_id, status, now)
    if guessed is None:
        return False
    risk_budget.keep(kit, guessed, now, right)
    outbox.withdraw(verification_id, now)
    return True


def end_all(
    kit: Kit, which: Sequence[ColumnElement[bool]], status: VerificationStatus, now: datetime
) -> int:
    """The same for all such pending verifications, whose texts stay where they are; how many."""
    pending = update(Verification).where(Verification.status == VerificationStatus.PENDING, *which)
    ended = pending.values(status=status.value, settled_at=now, code_digest=None, code_sealed=None)
    rows = connection().execute(ended.returning(*entries.GUESSED)).all()
    for row in rows:
        risk_budget.keep(kit, entries.Guessed(*row), now)
    return len(rows)


def count_right(kit: Kit, verification: Entry) -> None:
    """Its code came back: tell the guard against pumping."""
    if verification.is_watched:
        pumping.confirm(kit, verification, phone_of(kit, verification))


def expire_due(kit: Kit) -> int:
    """End what is past its life, and erase its codes; how many."""
    now = kit.now()
    return end_all(kit, [Verification.expires_at <= now], VerificationStatus.EXPIRED, now)


def _replace_older(kit: Kit, target: Target, now: datetime) -> None:
    for verification_id, expires_at in _older(target):
        expired = now >= expires_at
        status = VerificationStatus.EXPIRED if expired else VerificationStatus.CANCELED
        end(kit, verification_id, status, now)


def _older(target: Target) -> Sequence[tuple[int, datetime]]:
    if target.service is not None:
        return target.older
    if target.session is None:
        raise ValueError("a code proves a user or somebody to a service")
    return entries.pending_of_user(target.session.user_id, target.purpose.value)


def _count_send(
    kit: Kit, verification: Known, channel: Channel, now: datetime, *, early: bool
) -> bool:
    """Count one more text or call, unless somebody else did since the verification was read."""
    wait = timedelta(seconds=kit.settings.codes.wait_after(verification.sends + 1))
    return entries.count_send(
        verification.id, verification.sends, channel, now, now + wait, early=early
    )


def _enqueue(
    kit: Kit,
    verification: Entry,
    code: str,
    phone: Phone,
    channel: Channel,
    sender: str,
    *,
    has_stopped: bool | None = None,
) -> None:
    if channel is Channel.CALL:
        calls.enqueue(kit, verification, phone)
        return
    purpose = Purpose(verification.purpose)
    body = code_text(
        brand=verification.brand or kit.settings.brand,
        purpose=purpose,
        code=code,
        lifetime_seconds=kit.settings.codes.lifetime_seconds,
        host=kit.settings.host,
        language=verification.language,
        app_hash=verification.app_hash,
        edited=edits.of(kit, verification.language, purpose),
    )
    outbox.enqueue(
        kit,
        purpose,
        phone,
        body,
        verification.expires_at,
        verification.id,
        sender=sender,
        has_stopped=has_stopped,
    )


def _code_of(kit: Kit, verification: Entry) -> str:
    if verification.code_sealed is None:
        raise NotLive
    return kit.keyring.unseal(verification.code_sealed, verification.code_place)


def _sender(verification: Entry) -> str:
    """The sender of the service's own; empty where the gateway's settings name it."""
    if verification.service_id is None:
        return ""
    return str(_SENDER.scalar(of=verification.service_id))


def _note_send(kit: Kit, verification: Entry, visitor: Visitor | None) -> None:
    audit.write(
        kit,
        AuditEvent.CODE_SENT,
        verification.user_id,
        visitor,
        verification=verification.sid,
        purpose=verification.purpose,
        channel=verification.channel,
    )


def phone_of(kit: Kit, verification: Known) -> Phone:
    """The phone that is being proved."""
    number = kit.keyring.unseal(verification.phone_sealed, verification.phone_place)
    return Phone(number, verification.country)


def _why_not(verification: Entry, now: datetime) -> Exception:
    if not verification.is_pending or now >= verification.expires_at:
        return NotLive()
    if verification.sends_left <= 0:
        return NoSendsLeft()
    return NotYet(max(1, int((verification.next_send_at - now).total_seconds() + 0.999)))
