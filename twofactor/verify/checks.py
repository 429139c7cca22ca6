"""Checks: counted first, compared after.

The door commits `count` before it calls `settle`, so that no later error can take the count back
(S-06; CVE-2026-35597 rolled it back together with the failed login).
"""

from datetime import datetime
from typing import NamedTuple

from twofactor import audit
from twofactor.kit import Kit, Visitor
from twofactor.sms import receipts
from twofactor.verify import entries, limits, risk_budget, verifications
from twofactor.verify.entries import Entry, Known
from twofactor.words import AuditEvent, CheckOutcome, VerificationStatus


class Counted(NamedTuple):
    """A check that is counted and may now be compared, once; the verification as it was read."""

    verification: Entry
    at: datetime


def count(kit: Kit, verification: Known, user_sid: str | None) -> Counted | CheckOutcome:
    """Count one check before anybody compares it, against the code and against the account; where
    no user stands behind it, the code's count is one of the phone at its service, too (S-07).

    Raises LimitReached when that budget is spent.
    """
    now = kit.now()
    counted = entries.count_check(verification, now)
    if counted is None:
        return ended(entries.by_id(verification.id), now)
    if user_sid is None:
        risk_budget.check(kit, counted, now)
    else:
        limits.count_guess(kit, user_sid, now)
    return Counted(counted, now)


def settle(
    kit: Kit, counted: Counted, code: str, user_sid: str | None, visitor: Visitor | None
) -> CheckOutcome:
    """Compare a counted check. APPROVED is said at most once for a code (S-03): by whoever ends
    the verification, whatever happened to it since the count; `counted` then tells so, too."""
    now, verification = kit.now(), counted.verification
    digest = verification.code_digest
    if digest is None or not kit.keyring.is_code(verification.sid, code, digest):
        return _wrong(kit, entries.by_id(verification.id), visitor)
    if now >= verification.expires_at:
        return CheckOutcome.EXPIRED
    if not verifications.end(kit, verification.id, VerificationStatus.APPROVED, now, right=1):
        return ended(entries.by_id(verification.id), now)
    verification.status, verification.settled_at = VerificationStatus.APPROVED.value, now
    if user_sid is not None:
        limits.refund_guess(kit, user_sid, counted.at)
    receipts.confirm(verification.id, now)
    verifications.count_right(kit, verification)
    audit.write(
        kit,
        AuditEvent.CODE_RIGHT,
        verification.user_id,
        visitor,
        verification=verification.sid,
        purpose=verification.purpose,
    )
    return CheckOutcome.APPROVED


def _wrong(kit: Kit, verification: Entry, visitor: Visitor | None) -> CheckOutcome:
    now = kit.now()
    if not verification.is_pending or now >= verification.expires_at:
        return ended(verification, now)
    exhausted = verification.checks_left <= 0
    if exhausted:
        verifications.end(kit, verification.id, VerificationStatus.MAX_ATTEMPTS_REACHED, now)
    event = AuditEvent.CODE_EXHAUSTED if exhausted else AuditEvent.CODE_WRONG
    audit.write(
        kit,
        event,
        verification.user_id,
        visitor,
        verification=verification.sid,
        purpose=verification.purpose,
        checks=verification.checks,
    )
    return CheckOutcome.EXHAUSTED if exhausted else CheckOutcome.WRONG


def ended(verification: Known, now: datetime) -> CheckOutcome:
    """Why a verification takes no check."""
    if verification.status == VerificationStatus.MAX_ATTEMPTS_REACHED:
        return CheckOutcome.EXHAUSTED
    if verification.status == VerificationStatus.EXPIRED:
        return CheckOutcome.EXPIRED
    if not verification.is_pending:
        return CheckOutcome.GONE
    return CheckOutcome.EXPIRED if now >= verification.expires_at else CheckOutcome.EXHAUSTED
