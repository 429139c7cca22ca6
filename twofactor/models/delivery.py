"""Attempts to send, and what gateways reported of them."""

from decimal import Decimal

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from twofactor.extensions import Base
from twofactor.models.columns import Fingerprint, Id, Money, OptionalTime, Sid, Time, Word


class Attempt(Base):
    """One try of one gateway to send one message; written before the gateway is called, so that a
    fast receipt can't outrun it."""

    __tablename__ = "attempts"
    __table_args__ = (
        Index("ix_attempts_gateway_ref", "gateway", "gateway_ref"),
        Index("ix_attempts_created_at", "created_at"),
    )

    id: Mapped[Id]
    sid: Mapped[Sid]  # travels with the text and comes back in its receipts
    message_id: Mapped[int] = mapped_column(
        ForeignKey("messages.id", ondelete="CASCADE"), index=True
    )
    gateway: Mapped[Word]
    gateway_ref: Mapped[str | None] = mapped_column(String(128))
    phone_fingerprint: Mapped[Fingerprint]  # where one gateway_ref covers many recipients
    country: Mapped[str] = mapped_column(String(2))
    status: Mapped[Word]  # Status
    outcome: Mapped[Word] = mapped_column(default="")  # "", accepted, refused, unknown
    error_code: Mapped[str] = mapped_column(String(64), default="")
    error_class: Mapped[str] = mapped_column(String(32), default="")
    reason: Mapped[str] = mapped_column(String(200), default="")  # why this gateway was chosen
    segments: Mapped[int]
    price: Mapped[Decimal | None] = mapped_column(Money)
    currency: Mapped[str] = mapped_column(String(3), default="")
    created_at: Mapped[Time]
    sent_at: Mapped[OptionalTime]  # the gateway took it
    delivered_at: Mapped[OptionalTime]
    settled_at: Mapped[OptionalTime]
    counted: Mapped[str] = mapped_column(String(160), default="")  # what the roll-ups count of it


class Receipt(Base):
    """A delivery fact as reported, append-only. The same fact twice is one row (S-54)."""

    __tablename__ = "receipts"

    id: Mapped[Id]
    fact: Mapped[str] = mapped_column(String(64), unique=True)  # digest of what makes it one fact
    attempt_id: Mapped[int] = mapped_column(
        ForeignKey("attempts.id", ondelete="CASCADE"), index=True
    )
    gateway: Mapped[Word]
    status: Mapped[str | None] = mapped_column(String(32))  # Status, or nothing we count
    raw_status: Mapped[str] = mapped_column(String(64))
    error_code: Mapped[str] = mapped_column(String(64), default="")
    moved: Mapped[bool] = mapped_column(default=False)  # it changed the attempt's status
    received_at: Mapped[Time] = mapped_column(index=True)
    done_at: Mapped[OptionalTime]  # the gateway's own time of the fact
