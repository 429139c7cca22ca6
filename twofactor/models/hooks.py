"""Webhooks to the programs that use the API: where to, and the outbox of what is to be told."""

from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from twofactor.extensions import Base
from twofactor.models.columns import Id, OptionalTime, Sid, Time, Word


class Hook(Base):
    """An address of an account that wants to hear what happens."""

    __tablename__ = "hooks"

    id: Mapped[Id]
    sid: Mapped[Sid]
    account_id: Mapped[int] = mapped_column(
        ForeignKey("api_accounts.id", ondelete="CASCADE"), index=True
    )
    url: Mapped[str] = mapped_column(String(500))
    secret_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[Time]
    removed_at: Mapped[OptionalTime]

    @property
    def place(self) -> str:
        """Where the secret is sealed for."""
        return f"hooks.secret:{self.sid}"


class HookEvent(Base):
    """One thing to tell one address. Holds sids, statuses and the service's own tags: no phone, no
    code."""

    __tablename__ = "hook_events"
    __table_args__ = (Index("ix_hook_events_status_next_try_at", "status", "next_try_at"),)

    id: Mapped[Id]
    sid: Mapped[Sid]  # the same at every try, so that a receiver can tell repeats
    hook_id: Mapped[int] = mapped_column(ForeignKey("hooks.id", ondelete="CASCADE"), index=True)
    hook: Mapped[Hook] = relationship(lazy="joined", innerjoin=True)
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    status: Mapped[Word]  # HookStatus
    tries: Mapped[int] = mapped_column(default=0)
    result: Mapped[str] = mapped_column(String(100), default="")  # of the last try
    created_at: Mapped[Time]
    next_try_at: Mapped[Time]
    leased_until: Mapped[OptionalTime]
    settled_at: Mapped[OptionalTime]
