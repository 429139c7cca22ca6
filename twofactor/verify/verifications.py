"""Verifications: started, resent, ended. How they are checked stands in `checks`."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update

from twofactor import audit, ids, risk
from twofactor.extensions import db
from twofactor.kit import Kit, Visitor
from twofactor.models import Session, Verification
from twofactor.models.database import changed
from twofactor.sms import outbox
from twofactor.sms.phone import Phone
from twofactor.sms.wording import code_text
from twofactor.verify import codes, freezes, limits
from twofactor.words import (
    AuditEvent,
    Channel,
    Purpose,
    VerificationStatus,
)


@dataclass(frozen=True, slots=True)
class Target:
    """Whom a code proves, and for what."""

    purpose: Purpose
    phone: Phone
    session: Session
    authenticator_id: int
    is_verified: bool  # the phone has been confirmed before


class CountryClosed(Exception):
    """The operator does not allow texts to this country."""


class RiskyPhone(Exception):
    """The phone may be in other hands by now; `reason` is for the audit."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotYet(Exception):
    """A further text may be sent in `retry_after` seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"again in {retry_after} s")
        self.retry_after = retry_after


class NoSendsLeft(Exception):
    """This code has been sent as often as it may be."""


class NotLive(Exception):
    """The verification has ended; only a new login makes a new one."""


def start(kit: Kit, target: Target, visitor: Visitor) -> Verification:
    """A new verification with its text in the outbox; an older one of the same account and purpose
    ends, so that one code lives (S-05). Raises LimitReached, CountryClosed,
    RiskyPhone."""
    now = kit.now()
    if not kit.settings.allows_country(target.phone.country):
        raise CountryClosed(target.phone.country)
    reason = risk.refusal(kit.risk.look_up(target.phone.e164), now)
    if reason is not None:
        raise RiskyPhone(reason)
    freezes.check(kit, target.phone)
    limits.permit_send(kit, target.phone, visitor.address, is_verified=target.is_verified, now=now)
    _replace_older(target, now)
    verification = _new(kit, target, now)
    db.session.add(verification)
    db.session.flush()
    _enqueue(kit, verification, target.phone)
    _note_send(kit, verification, visitor)
    return verification


def resend(kit: Kit, verification: Verification, visitor: Visitor, *, early: bool) -> None:
    """Text the same code again. `early`: the last text failed, so nobody need wait.

    Raises NotYet, NoSendsLeft, NotLive, LimitReached.
    """
    now, rules = kit.now(), kit.settings.codes
    live = update(Verification).where(
        Verification.id == verification.id,
        Verification.status == VerificationStatus.PENDING,
        Verification.expires_at > now,
        Verification.sends < Verification.max_sends,
    )
    due = live if early else live.where(Verification.next_send_at <= now)
    wait = timedelta(seconds=rules.wait_after(verification.sends + 1))
    if changed(due.values(sends=Verification.sends + 1, next_send_at=now + wait)) != 1:
        raise _why_not(verification, now)
    phone = _phone(kit, verification)
    freezes.check(kit, phone)
    limits.permit_send(kit, phone, visitor.address, is_verified=True, now=now)
    _enqueue(kit, verification, phone)
    _note_send(kit, verification, visitor)


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


def expire_due(kit: Kit) -> int:
    """End what is past its life, and erase its codes; how many."""
    now = kit.now()
    due = update(Verification).where(
        Verification.status == VerificationStatus.PENDING, Verification.expires_at <= now
    )
    return changed(due.values(_ended_as(VerificationStatus.EXPIRED, now)))


def _new(kit: Kit, target: Target, now: datetime) -> Verification:
    rules, sid = kit.settings.codes, ids.new_sid(ids.VERIFICATION)
    code = codes.draw(rules.length)
    verification = Verification(
        sid=sid,
        purpose=target.purpose.value,
        channel=Channel.SMS.value,
        user_id=target.session.user_id,
        session_id=target.session.id,
        authenticator_id=target.authenticator_id,
        phone_fingerprint=kit.keyring.fingerprint(target.phone.e164),
        country=target.phone.country,
        code_digest=kit.keyring.digest_code(sid, code),
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


def _replace_older(target: Target, now: datetime) -> None:
    older = select(Verification).where(
        Verification.user_id == target.session.user_id,
        Verification.purpose == target.purpose.value,
        Verification.status == VerificationStatus.PENDING,
    )
    for verification in db.session.scalars(older):
        end(verification, VerificationStatus.CANCELED, now)


def _enqueue(kit: Kit, verification: Verification, phone: Phone) -> None:
    if verification.code_sealed is None:
        raise NotLive
    body = code_text(
        brand=kit.settings.brand,
        purpose=Purpose(verification.purpose),
        code=kit.keyring.unseal(verification.code_sealed, verification.code_place),
        lifetime_seconds=kit.settings.codes.lifetime_seconds,
        host=kit.settings.host,
    )
    purpose = Purpose(verification.purpose)
    outbox.enqueue(kit, purpose, phone, body, verification.expires_at, verification.id)


def _note_send(kit: Kit, verification: Verification, visitor: Visitor) -> None:
    audit.write(
        kit,
        AuditEvent.CODE_SENT,
        verification.user_id,
        visitor,
        verification=verification.sid,
        purpose=verification.purpose,
    )


def _phone(kit: Kit, verification: Verification) -> Phone:
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
