"""Verifications: started, resent, ended. How they are checked stands in `checks`."""

from datetime import datetime, timedelta

from sqlalchemy import Select, select, update

from twofactor import audit, ids, risk
from twofactor.extensions import db
from twofactor.kit import Kit, Visitor
from twofactor.models import Message, Service, Session, Verification
from twofactor.models.database import changed
from twofactor.sms import edits, optouts, outbox, rates
from twofactor.sms.phone import Phone
from twofactor.sms.sentences import DEFAULT_LANGUAGE
from twofactor.sms.wording import code_text
from twofactor.verify import codes, freezes, limits, pumping, users
from twofactor.verify.targets import (
    CountryClosed,
    NoSendsLeft,
    NotLive,
    NotYet,
    OptedOut,
    RiskyPhone,
    Target,
)
from twofactor.words import (
    AuditEvent,
    Channel,
    Purpose,
    VerificationStatus,
)


def start(kit: Kit, target: Target, visitor: Visitor | None) -> Verification:
    """A new verification with its text in the outbox; an older one of the same account (or of the
    same service and phone) and purpose ends, so that one code lives (S-05). Without a visitor no
    address is counted. Raises LimitReached, CountryClosed, OptedOut, RiskyPhone."""
    now = kit.now()
    if not kit.settings.allows_country(target.phone.country):
        raise CountryClosed(target.phone.country)
    if optouts.is_stopped(kit, target.phone.e164):
        raise OptedOut
    reason = risk.refusal(kit.risk.look_up(target.phone.e164), now)
    if reason is not None:
        raise RiskyPhone(reason)
    freezes.check(kit, target.phone)
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
    )
    verification = _new(kit, target, now)
    if verification.is_watched:
        pumping.check(kit, target.phone)
        pumping.count(kit, target.phone)
    db.session.add(verification)
    db.session.flush()
    _enqueue(kit, verification, target.phone)
    _note_send(kit, verification, visitor)
    return verification


def resend(
    kit: Kit,
    verification: Verification,
    visitor: Visitor | None,
    *,
    early: bool,
    is_guarded: bool = True,
) -> None:
    """Text the same code again. `early`: the last text failed, so nobody need wait.

    Raises NotYet, NoSendsLeft, NotLive, LimitReached, OptedOut.
    """
    now, rules = kit.now(), kit.settings.codes
    live = update(Verification).where(
        Verification.id == verification.id,
        Verification.status == VerificationStatus.PENDING,
        Verification.expires_at > now,
        Verification.sends < Verification.max_sends,
        Verification.sends == verification.sends,  # `early` was judged by the latest text
    )
    due = live if early else live.where(Verification.next_send_at <= now)
    wait = timedelta(seconds=rules.wait_after(verification.sends + 1))
    if changed(due.values(sends=Verification.sends + 1, next_send_at=now + wait)) != 1:
        raise _why_not(verification, now)
    phone = phone_of(kit, verification)
    if optouts.is_stopped(kit, phone.e164):
        raise OptedOut
    freezes.check(kit, phone)
    address = visitor.address if visitor else None
    limits.permit_send(kit, phone, address, is_verified=True, now=now, is_guarded=is_guarded)
    rates.hasten(verification.id, now)
    if verification.is_watched and is_guarded:
        pumping.check(kit, phone)
    _enqueue(kit, verification, phone)
    _note_send(kit, verification, visitor)


def chase(kit: Kit, message_id: int) -> bool:
    """Text the same code once more because nobody knows whether this message left. False when the
    code needs none any more, or has no sends left; raises LimitReached."""
    now = kit.now()
    verification = db.session.scalar(
        select(Verification)
        .join(Message, Message.verification_id == Verification.id)
        .where(Message.id == message_id, Verification.expires_at > now)
        .execution_options(populate_existing=True)
    )
    if verification is None:
        return False
    wait = timedelta(seconds=kit.settings.codes.wait_after(verification.sends + 1))
    live = update(Verification).where(
        Verification.id == verification.id,
        Verification.status == VerificationStatus.PENDING,
        Verification.sends < Verification.max_sends,
    )
    if changed(live.values(sends=Verification.sends + 1, next_send_at=now + wait)) != 1:
        return False
    phone = phone_of(kit, verification)
    limits.permit_send(kit, phone, None, is_verified=True, now=now)
    rates.hasten(verification.id, now)
    _enqueue(kit, verification, phone)
    return True


def of_session(session: Session, purpose: Purpose) -> Verification | None:
    """The latest verification of this browser for this purpose, living or not."""
    latest = select(Verification).where(
        Verification.session_id == session.id, Verification.purpose == purpose.value
    )
    return db.session.scalar(latest.order_by(Verification.id.desc()).limit(1))


def end(verification: Verification, status: VerificationStatus, now: datetime) -> bool:
    """Move a pending verification to a final status and erase its code; True for who did it."""
    row = update(Verification).where(
        Verification.id == verification.id, Verification.status == VerificationStatus.PENDING
    )
    if changed(row.values(_ended_as(status, now))) != 1:
        return False
    outbox.withdraw([verification.id], now)
    return True


def count_right(kit: Kit, verification: Verification) -> None:
    """Its code came back: tell the guard against pumping."""
    if verification.is_watched:
        pumping.confirm(kit, verification, phone_of(kit, verification))


def expire_due(kit: Kit) -> int:
    """End what is past its life, and erase its codes; how many."""
    now = kit.now()
    due = update(Verification).where(
        Verification.status == VerificationStatus.PENDING, Verification.expires_at <= now
    )
    return changed(due.values(_ended_as(VerificationStatus.EXPIRED, now)))


def _new(kit: Kit, target: Target, now: datetime) -> Verification:
    rules, sid = kit.settings.codes, ids.new_sid(ids.VERIFICATION)
    length = len(target.code) if target.code else target.code_length or rules.length
    code = target.code or codes.draw(length)
    verification = Verification(
        sid=sid,
        purpose=target.purpose.value,
        channel=Channel.SMS.value,
        user_id=target.session.user_id if target.session else None,
        session_id=target.session.id if target.session else None,
        authenticator_id=target.authenticator_id,
        service_id=target.service.id if target.service else None,
        phone_fingerprint=kit.keyring.fingerprint(target.phone.e164),
        country=target.phone.country,
        code_digest=kit.keyring.digest_code(sid, code),
        code_length=length,
        language=target.language or _own_language(target),
        brand=target.style.brand,
        app_hash=target.style.app_hash,
        is_watched=target.is_guarded and not target.is_verified,
        tags=dict(target.tags),
        status=VerificationStatus.PENDING.value,
        max_checks=rules.max_checks,
        sends=1,
        max_sends=rules.max_sends,
        created_at=now,
        expires_at=now + timedelta(seconds=rules.lifetime_seconds),
        next_send_at=now + timedelta(seconds=rules.wait_after(1)),
    )
    verification.phone_sealed = kit.keyring.seal(target.phone.e164, verification.phone_place)
    verification.code_sealed = kit.keyring.seal(code, verification.code_place)
    return verification


def _own_language(target: Target) -> str:
    return target.session.user.language if target.session else DEFAULT_LANGUAGE


def _replace_older(kit: Kit, target: Target, now: datetime) -> None:
    for verification in db.session.scalars(_older(kit, target)):
        expired = now >= verification.expires_at
        status = VerificationStatus.EXPIRED if expired else VerificationStatus.CANCELED
        end(verification, status, now)


def _older(kit: Kit, target: Target) -> Select[Verification]:
    older = select(Verification).where(
        Verification.purpose == target.purpose.value,
        Verification.status == VerificationStatus.PENDING,
    )
    if target.service is not None:
        prints = kit.keyring.fingerprints(target.phone.e164)
        older = older.where(Verification.service_id == target.service.id)
        return older.where(Verification.phone_fingerprint.in_(prints))
    if target.session is None:
        raise ValueError("a code proves a user or somebody to a service")
    return older.where(Verification.user_id == target.session.user_id)


def _enqueue(kit: Kit, verification: Verification, phone: Phone) -> None:
    if verification.code_sealed is None:
        raise NotLive
    purpose = Purpose(verification.purpose)
    body = code_text(
        brand=verification.brand or kit.settings.brand,
        purpose=purpose,
        code=kit.keyring.unseal(verification.code_sealed, verification.code_place),
        lifetime_seconds=kit.settings.codes.lifetime_seconds,
        host=kit.settings.host,
        language=verification.language,
        app_hash=verification.app_hash,
        edited=edits.of(kit, verification.language, purpose),
    )
    sender = _sender(verification)
    outbox.enqueue(
        kit, purpose, phone, body, verification.expires_at, verification.id, sender=sender
    )


def _sender(verification: Verification) -> str:
    """The sender of the service's own; empty where the gateway's settings name it."""
    if verification.service_id is None:
        return ""
    return db.session.get_one(Service, verification.service_id).sender


def _note_send(kit: Kit, verification: Verification, visitor: Visitor | None) -> None:
    audit.write(
        kit,
        AuditEvent.CODE_SENT,
        verification.user_id,
        visitor,
        verification=verification.sid,
        purpose=verification.purpose,
    )


def phone_of(kit: Kit, verification: Verification) -> Phone:
    """The phone that is being proved."""
    number = kit.keyring.unseal(verification.phone_sealed, verification.phone_place)
    return Phone(number, verification.country)


def _why_not(verification: Verification, now: datetime) -> Exception:
    db.session.refresh(verification)
    if not verification.is_pending or now >= verification.expires_at:
        return NotLive()
    if verification.sends_left <= 0:
        return NoSendsLeft()
    return NotYet(max(1, int((verification.next_send_at - now).total_seconds() + 0.999)))


def _ended_as(status: VerificationStatus, now: datetime) -> dict[str, object]:
    return {
        "status": status.value,
        "settled_at": now,
        "code_digest": None,
        "code_sealed": None,
    }
