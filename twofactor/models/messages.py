"""Messages: the outbox. A row that is queued is a text that somebody still has to send."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Select,
    String,
    and_,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column

from twofactor.extensions import Base
from twofactor.models.columns import Fingerprint, Id, OptionalTime, Sid, Time, Word, partial_index
from twofactor.models.verifications import Verification
from twofactor.words import Channel, Priority


class Message(Base):
    """One text or call to one phone. The body (of a call: its greeting, which holds no code) is
    sealed while it waits and erased when it is settled."""

    __tablename__ = "messages"
    __table_args__ = (
        partial_index(  # small: only what waits
            "ix_messages_due",
            "priority",
            "next_try_at",
            where="status = 'queued'",
        ),
        partial_index(  # each phone gets each text once
            "uq_messages_of_batch",
            "batch_id",
            "phone_fingerprint",
            unique=True,
            where="batch_id IS NOT NULL",
        ),
        partial_index(
            "ix_messages_verification_id",
            "verification_id",
            where="verification_id IS NOT NULL",
        ),
        partial_index(  # codes are found by their verification: see `went_to`
            "ix_messages_phone_fingerprint",
            "phone_fingerprint",
            where="verification_id IS NULL",
        ),
        Index("ix_messages_created_at", "created_at"),
        partial_index(
            "ix_messages_untold",  # what a service has not been told of yet
            "id",
            where="told <> status",
        ),
    )

    id: Mapped[Id]
    sid: Mapped[Sid]
    purpose: Mapped[Word]  # Purpose
    channel: Mapped[Word] = mapped_column(default=Channel.SMS.value)  # Channel
    verification_id: Mapped[int | None] = mapped_column(
        ForeignKey("verifications.id", ondelete="SET NULL")
    )
    priority: Mapped[Word] = mapped_column(default=Priority.NOW.value)  # Priority
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("batches.id", ondelete="CASCADE"))
    phone_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    phone_fingerprint: Mapped[Fingerprint]
    phone_ending: Mapped[str] = mapped_column(String(2))  # all that pages show of the phone
    country: Mapped[str] = mapped_column(String(2))
    body_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    sender: Mapped[str] = mapped_column(String(16), default="")  # of a service's own
    only_gateway: Mapped[str | None] = mapped_column(String(32))  # a test by this one alone
    segments: Mapped[int]
    status: Mapped[Word]  # Status
    error_code: Mapped[str] = mapped_column(String(64), default="")
    error_class: Mapped[str] = mapped_column(String(32), default="")  # ErrorClass
    # the latest attempt; a plain number, to keep inserts acyclic
    attempt_id: Mapped[int | None] = mapped_column(BigInteger().with_variant(Integer, "sqlite"))
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[Time]
    valid_until: Mapped[Time]  # not worth sending after this
    next_try_at: Mapped[OptionalTime]  # due when queued and past
    leased_until: Mapped[OptionalTime]  # claimed by a sender until then
    sent_at: Mapped[OptionalTime]
    settled_at: Mapped[OptionalTime]
    confirmed_at: Mapped[OptionalTime]  # the right code came back
    told: Mapped[str | None] = mapped_column(String(32))  # last status that webhooks know

    @property
    def phone_place(self) -> str:
        """Where the phone is sealed for."""
        return phone_place(self.sid)

    @property
    def body_place(self) -> str:
        """Where the body is sealed for."""
        return body_place(self.sid)


def phone_place(sid: str) -> str:
    """Where the phone of the message `sid` is sealed for; for rows that are no objects."""
    return f"messages.phone:{sid}"


def body_place(sid: str) -> str:
    """The same for its body."""
    return f"messages.body:{sid}"


def went_to(prints: Sequence[str] | Select[Any]) -> ColumnElement[bool]:
    """Whether a message went to a phone with one of these fingerprints; by index. A code's message
    is found by its verification, which has the same phone: most are codes, and one index of
    random fingerprints is enough for them."""
    asked = select(Verification.id).where(Verification.phone_fingerprint.in_(prints))
    alone = and_(Message.verification_id.is_(None), Message.phone_fingerprint.in_(prints))
    return or_(Message.verification_id.in_(asked), alone)
