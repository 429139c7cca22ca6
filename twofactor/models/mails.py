"""Mails: an outbox like that of texts."""

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from twofactor.extensions import Base
from twofactor.models.columns import Id, OptionalTime, Sid, Time, Word


class Mail(Base):
    """One mail. Address and body are sealed; in production the body goes when the mail is sent."""

    __tablename__ = "mails"
    __table_args__ = (Index("ix_mails_status_next_try_at", "status", "next_try_at"),)

    id: Mapped[Id]
    sid: Mapped[Sid]
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), index=True
    )
    to_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    subject: Mapped[str] = mapped_column(String(200))
    body_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    status: Mapped[Word]  # MailStatus
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[Time] = mapped_column(index=True)
    next_try_at: Mapped[OptionalTime]  # due when queued and past
    sent_at: Mapped[OptionalTime]

    @property
    def to_place(self) -> str:
        """Where the address is sealed for."""
        return f"mails.to:{self.sid}"

    @property
    def body_place(self) -> str:
        """Where the body is sealed for."""
        return f"mails.body:{self.sid}"
