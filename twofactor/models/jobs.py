"""Periodic work as rows, so that many processes do it exactly once a period."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from twofactor.extensions import Base
from twofactor.models.columns import OptionalTime, Time


class PeriodicJob(Base):
    """When a job is due next; claimed by moving `next_at` on."""

    __tablename__ = "periodic_jobs"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    next_at: Mapped[Time]
    last_at: Mapped[OptionalTime]
