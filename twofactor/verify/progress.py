"""How far a verification has come: what the code page shows and `/login/status` tells."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from twofactor.extensions import db
from twofactor.models import Attempt, Message, Verification
from twofactor.words import Channel, ErrorClass, Status, VerificationStatus


@dataclass(frozen=True, slots=True)
class Progress:
    """One verification at one moment; seconds are whole and never negative."""

    status: Status  # of its latest text or call
    channel: Channel  # of the same
    at: datetime  # since when
    error_class: ErrorClass | None
    error_code: str
    resend_in: int
    expires_in: int
    expires_at: datetime
    checks_left: int
    sends_left: int
    is_live: bool  # a right code would be taken
    is_exhausted: bool  # too many wrong codes
    has_failed: bool  # the latest text will not arrive, or nobody knows whether it left

    @property
    def may_resend(self) -> bool:
        return self.is_live and self.sends_left > 0


def of(verification: Verification, now: datetime) -> Progress:
    """Read the latest text's fate and count down."""
    latest = (
        select(Message, Attempt.outcome)
        .outerjoin(Attempt, Attempt.id == Message.attempt_id)
        .where(Message.verification_id == verification.id)
        .order_by(Message.id.desc())
        .limit(1)
    )
    row = db.session.execute(latest).first()
    message: Message | None = row[0] if row else None
    status = Status(message.status) if message else Status.QUEUED
    lost = row is not None and row[1] == "unknown" and status is Status.SENT
    failed = status.is_failure or lost
    live = verification.is_pending and now < verification.expires_at
    return Progress(
        status=status,
        channel=Channel(message.channel) if message else Channel.SMS,
        at=_since(message, verification),
        error_class=_class(message),
        error_code=message.error_code if message else "",
        resend_in=0 if failed else _seconds(verification.next_send_at, now),
        expires_in=_seconds(verification.expires_at, now) if live else 0,
        expires_at=verification.expires_at,
        checks_left=verification.checks_left if live else 0,
        sends_left=verification.sends_left,
        is_live=live,
        is_exhausted=verification.status == VerificationStatus.MAX_ATTEMPTS_REACHED,
        has_failed=failed,
    )


def _since(message: Message | None, verification: Verification) -> datetime:
    if message is None:
        return verification.created_at
    return message.settled_at or message.sent_at or message.created_at


def _class(message: Message | None) -> ErrorClass | None:
    return ErrorClass(message.error_class) if message and message.error_class else None


def _seconds(until: datetime, now: datetime) -> int:
    return max(0, -int(-(until - now).total_seconds() // 1))
