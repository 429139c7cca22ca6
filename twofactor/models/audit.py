"""Who did what, in the transaction that did it (S-67)."""

from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from twofactor.extensions import Base
from twofactor.models.columns import Id, Time, Word, partial_index


class AuditEntry(Base):
    """One event. Holds no code, no phone and no address in clear."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        partial_index(  # none of what programs did
            "ix_audit_entries_user_id",
            "user_id",
            where="user_id IS NOT NULL",
        ),
    )

    id: Mapped[Id]
    at: Mapped[Time] = mapped_column(index=True)
    event: Mapped[Word] = mapped_column(index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    visitor: Mapped[str] = mapped_column(String(32), default="")  # pseudonym of the address
    browser: Mapped[str] = mapped_column(String(80), default="")
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
