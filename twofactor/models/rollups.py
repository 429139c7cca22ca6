"""Roll-ups: attempts counted by hour, by day and for ever, so that no page counts over history.

A writer that changes an attempt notes its message in `delivery_changes`, in the same transaction;
a job turns the notes into counts, each exactly once, and takes them away.
"""

from datetime import datetime

from sqlalchemy import BigInteger, Column, Index, Integer, SmallInteger, String, Table
from sqlalchemy.orm import Mapped, mapped_column

from twofactor.extensions import Base
from twofactor.models.columns import Id, UtcTime
from twofactor.words import ErrorClass, Status

HOUR, DAY, EVER = 1, 24, 0  # spans of a roll-up in hours; EVER holds one slice, 0
SPANS = (HOUR, DAY, EVER)

# Upper bounds of the latency buckets in seconds; a last bucket takes what is slower.
LATENCY_BOUNDS = (0.5, 1, 2, 3, 5, 7.5, 10, 15, 20, 30, 45, 60, 120, 300, 600, 3600)
LATENCIES = tuple(f"latency_{number:02d}" for number in range(len(LATENCY_BOUNDS) + 1))
SETTLED = tuple(status.value for status in Status if status.is_final)
ERRORS = tuple(f"error_{error.value}" for error in ErrorClass)
MEASURES = ("attempts", "accepted", *SETTLED, "confirmed", *ERRORS, *LATENCIES)
SPLIT = ("gateway", "country", "purpose")


def _key() -> list[Column[object]]:
    return [
        Column("span_hours", SmallInteger, primary_key=True, autoincrement=False),
        Column("slice", BigInteger, primary_key=True, autoincrement=False),  # start, epoch seconds
        Column("gateway", String(32), primary_key=True),
        Column("country", String(2), primary_key=True),
        Column("purpose", String(32), primary_key=True),
    ]


delivery_rollups = Table(
    "delivery_rollups",
    Base.metadata,
    *_key(),
    *(Column(measure, BigInteger, nullable=False) for measure in MEASURES),
    sqlite_with_rowid=False,
)

cost_rollups = Table(
    "cost_rollups",
    Base.metadata,
    *_key(),
    Column("currency", String(3), primary_key=True),
    Column("millionths", BigInteger, nullable=False),  # of the currency's unit
    sqlite_with_rowid=False,
)


class DeliveryChange(Base):
    """A message whose attempts may count differently now."""

    __tablename__ = "delivery_changes"
    __table_args__ = (Index("ix_delivery_changes_message_id", "message_id"),)

    id: Mapped[Id]
    # a plain number: the note outlives the message when retention is quicker than the job
    message_id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"))


class RollupMark(Base):
    """How far the roll-ups are; the row is the latch of whoever counts."""

    __tablename__ = "rollup_marks"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    counted_at: Mapped[datetime | None] = mapped_column(UtcTime)
