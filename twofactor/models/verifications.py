"""One act of proving possession of a phone."""

from typing import Protocol

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from twofactor.extensions import Base
from twofactor.models.columns import Fingerprint, Id, OptionalTime, Sid, Time, Word, partial_index
from twofactor.words import VerificationStatus


class _Row(Protocol):
    """The columns that facts follow from."""

    @property
    def sid(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def checks(self) -> int: ...
    @property
    def max_checks(self) -> int: ...
    @property
    def sends(self) -> int: ...
    @property
    def max_sends(self) -> int: ...


class Facts:
    """What follows from the columns of a verification, whatever form the row has."""

    __slots__ = ()

    @property
    def is_pending(self: _Row) -> bool:
        return self.status == VerificationStatus.PENDING

    @property
    def checks_left(self: _Row) -> int:
        return self.max_checks - self.checks

    @property
    def sends_left(self: _Row) -> int:
        return self.max_sends - self.sends

    @property
    def phone_place(self: _Row) -> str:
        """Where the phone is sealed for."""
        return phone_place(self.sid)

    @property
    def code_place(self: _Row) -> str:
        """Where the code is sealed for."""
        return code_place(self.sid)


def phone_place(sid: str) -> str:
    """Where the phone of the verification `sid` is sealed for; for rows that are not there yet."""
    return f"verifications.phone:{sid}"


def code_place(sid: str) -> str:
    """The same for its code."""
    return f"verifications.code:{sid}"


class Verification(Facts, Base):
    """A code on its way, and what became of it. The code itself is kept twice while it lives:
    digested for checking, sealed for sending again; both are erased when it ends (S-11)."""

    __tablename__ = "verifications"
    __table_args__ = (
        partial_index(
            "uq_verifications_live",  # one live code per account and purpose
            "user_id",
            "purpose",
            unique=True,
            where="status = 'pending' AND user_id IS NOT NULL",
        ),
        partial_index(
            "uq_verifications_live_of_service",  # one live code per service, phone and purpose
            "service_id",
            "phone_fingerprint",
            "purpose",
            unique=True,
            where="status = 'pending' AND service_id IS NOT NULL",
        ),
        partial_index(
            "ix_verifications_untold",  # what a service has not been told of yet
            "id",
            where="told <> status",
        ),
        partial_index(  # small: only what lives
            "ix_verifications_pending_expires_at",
            "expires_at",
            where="status = 'pending'",
        ),
        partial_index(  # none of those that services ask for
            "ix_verifications_session_id",
            "session_id",
            where="session_id IS NOT NULL",
        ),
        Index("ix_verifications_phone_fingerprint", "phone_fingerprint", "service_id"),
        CheckConstraint("checks >= 0 AND checks <= max_checks", name="checks_in_bounds"),
        CheckConstraint("sends >= 0 AND sends <= max_sends", name="sends_in_bounds"),
    )

    id: Mapped[Id]
    sid: Mapped[Sid]
    purpose: Mapped[Word]  # Purpose
    channel: Mapped[Word]  # Channel
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    session_id: Mapped[int | None] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"))
    authenticator_id: Mapped[int | None] = mapped_column(
        ForeignKey("authenticators.id", ondelete="CASCADE")
    )
    service_id: Mapped[int | None] = mapped_column(ForeignKey("services.id", ondelete="CASCADE"))
    phone_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    phone_fingerprint: Mapped[Fingerprint]
    country: Mapped[str] = mapped_column(String(2))
    code_digest: Mapped[bytes | None] = mapped_column(LargeBinary)
    code_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    code_length: Mapped[int] = mapped_column(default=6)
    language: Mapped[str] = mapped_column(String(16), default="en")  # of its texts
    brand: Mapped[str] = mapped_column(String(64), default="")  # in its texts; empty: the house's
    app_hash: Mapped[str] = mapped_column(String(11), default="")  # that an Android app reads by
    is_watched: Mapped[bool] = mapped_column(default=False)  # counted by the guard against pumping
    tags: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)  # a service's own words
    status: Mapped[Word]  # VerificationStatus
    checks: Mapped[int] = mapped_column(default=0)
    max_checks: Mapped[int]
    sends: Mapped[int] = mapped_column(default=0)
    max_sends: Mapped[int]
    created_at: Mapped[Time]
    expires_at: Mapped[Time]
    next_send_at: Mapped[Time]
    settled_at: Mapped[OptionalTime]
    told: Mapped[str | None] = mapped_column(String(32))  # last status its webhooks know
