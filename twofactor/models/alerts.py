"""Alerts: what was found wrong, since when, who was told and who has seen it."""

from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from twofactor.extensions import Base
from twofactor.models.columns import Id, OptionalTime, Time, Word, partial_index


class Alert(Base):
    """One disturbance. It is watched first, opened when it stays, closed when it is over."""

    __tablename__ = "alerts"
    __table_args__ = (
        partial_index(
            "uq_alerts_live",  # one living row a disturbance
            "kind",
            "gateway",
            "country",
            unique=True,
            where="closed_at IS NULL",
        ),
    )

    id: Mapped[Id]
    kind: Mapped[Word]  # AlertKind
    gateway: Mapped[str] = mapped_column(String(32), default="")
    country: Mapped[str] = mapped_column(String(2), default="")
    streak: Mapped[int] = mapped_column(default=0)  # looks in a row that speak for a change
    reason: Mapped[str] = mapped_column(String(300))
    figures: Mapped[dict[str, Any]] = mapped_column(JSON)
    found_at: Mapped[Time] = mapped_column(index=True)
    seen_at: Mapped[Time]  # last look that found it bad
    opened_at: Mapped[OptionalTime]
    closed_at: Mapped[OptionalTime]
    told_at: Mapped[OptionalTime]
    acknowledged_at: Mapped[OptionalTime]
    acknowledged_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    muted_until: Mapped[OptionalTime]  # nobody is told before, also of a new one of its kind
