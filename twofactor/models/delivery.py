"""Attempts to send, and what gateways reported of them."""

from decimal import Decimal

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from twofactor.extensions import Base
from twofactor.models.columns import (
    Fingerprint,
    Id,
    Money,
    OptionalTime,
    Sid,
    Time,
    Word,
    partial_index,
)
from twofactor.words import Channel

REFERENCE_LENGTH = 255  # of a gateway's id; as much as a callback's field may have
CODE_LENGTH = 64  # of what is kept of a gateway's words and codes


class Attempt(Base):
    """One try of one gateway to send one message; written before the gateway is called, so that a
    fast receipt can't outrun it."""

    __tablename__ = "attempts"
    __table_args__ = (
        Index("ix_attempts_gateway_ref", "gateway", "gateway_ref"),
        Index("ix_attempts_created_at", "created_at"),
        partial_index(  # small: only calls under way
            "ix_attempts_under_way",
            "gateway",
            "phone_fingerprint",
            where="outcome = ''",
        ),
        partial_index(  # the few that routing has not learnt from yet
            "ix_attempts_judge_at",
            "judge_at",
            where="judge_at IS NOT NULL",
        ),
    )

    id: Mapped[Id]
    sid: Mapped[Sid]  # travels with the text and comes back in its receipts
    message_id: Mapped[int] = mapped_column(
        ForeignKey("messages.id", ondelete="CASCADE"), index=True
    )
    gateway: Mapped[Word]
    channel: Mapped[Word] = mapped_column(default=Channel.SMS.value)  # Channel
    gateway_ref: Mapped[str | None] = mapped_column(String(REFERENCE_LENGTH))
    phone_fingerprint: Mapped[Fingerprint]  # where one gateway_ref covers many recipients
    country: Mapped[str] = mapped_column(String(2))
    carrier: Mapped[str] = mapped_column(String(40), default="")  # where the phone tells it
    status: Mapped[Word]  # Status
    outcome: Mapped[Word] = mapped_column(default="")  # "", accepted, refused, unknown
    error_code: Mapped[str] = mapped_column(String(64), default="")
    error_class: Mapped[str] = mapped_column(String(32), default="")
    reason: Mapped[str] = mapped_column(String(200), default="")  # why this gateway was chosen
    segments: Mapped[int]
    price: Mapped[Decimal | None] = mapped_column(Money)  # the list's until the gateway tells
    currency: Mapped[str] = mapped_column(String(3), default="")
    created_at: Mapped[Time]
    sent_at: Mapped[OptionalTime]  # the gateway took it
    delivered_at: Mapped[OptionalTime]
    settled_at: Mapped[OptionalTime]
    confirmed_at: Mapped[OptionalTime]  # the right code came back
    judge_at: Mapped[OptionalTime]  # when routing learns from it; None: has, or can't
    counted: Mapped[str] = mapped_column(String(160), default="")  # what the roll-ups count of it


class Receipt(Base):
    """A delivery fact as reported, append-only. The same fact twice is one row (S-54); its
    key begins with the attempt, so that new ones lie together however many there are."""

    __tablename__ = "receipts"
    __table_args__ = (
        UniqueConstraint("attempt_id", "raw_status", "error_code", name="uq_receipts_fact"),
    )

    id: Mapped[Id]
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempts.id", ondelete="CASCADE"))
    gateway: Mapped[Word]
    status: Mapped[str | None] = mapped_column(String(32))  # Status, or nothing we count
    raw_status: Mapped[str] = mapped_column(String(CODE_LENGTH))
    error_code: Mapped[str] = mapped_column(String(CODE_LENGTH), default="")
    moved: Mapped[bool] = mapped_column(default=False)  # it changed the attempt's status
    flag: Mapped[Word] = mapped_column(default="")  # ReceiptFlag, or nothing odd
    received_at: Mapped[Time] = mapped_column(index=True)
    done_at: Mapped[OptionalTime]  # the gateway's own time of the fact


class EarlyReceipt(Base):
    """A receipt that outran the call which sends its text. Few rows, for minutes."""

    __tablename__ = "early_receipts"
    __table_args__ = (
        UniqueConstraint(
            "gateway",
            "gateway_ref",
            "phone_fingerprint",
            "raw_status",
            "error_code",
            name="uq_early_receipts_fact",
        ),
    )

    id: Mapped[Id]
    gateway: Mapped[Word]
    gateway_ref: Mapped[str] = mapped_column(String(REFERENCE_LENGTH))
    phone_fingerprint: Mapped[str] = mapped_column(String(64))  # '' where it was not told
    status: Mapped[str | None] = mapped_column(String(32))
    raw_status: Mapped[str] = mapped_column(String(CODE_LENGTH))
    error_code: Mapped[str] = mapped_column(String(CODE_LENGTH))
    error_class: Mapped[str] = mapped_column(String(32))
    price: Mapped[Decimal | None] = mapped_column(Money)
    currency: Mapped[str] = mapped_column(String(3))
    received_at: Mapped[Time] = mapped_column(index=True)
    done_at: Mapped[OptionalTime]


class ReceiptCount(Base):
    """How many receipts of a gateway met one fate in one hour; also those that left no row."""

    __tablename__ = "receipt_counts"

    gateway: Mapped[Word] = mapped_column(primary_key=True)
    fate: Mapped[Word] = mapped_column(primary_key=True)  # ReceiptFate
    hour: Mapped[Time] = mapped_column(primary_key=True)
    hits: Mapped[int]
