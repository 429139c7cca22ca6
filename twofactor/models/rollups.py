"""Roll-ups: attempts counted by minute, hour, day and so on, so that no page counts over history.

A writer that changes an attempt notes its message in `delivery_changes`, in the same transaction;
a job turns the notes into counts, each exactly once, and takes them away. What is counted together
is a cell; slices of several lengths stand side by side, so that any period is a few of them.
"""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from twofactor.extensions import Base
from twofactor.models.columns import Id, UtcTime
from twofactor.words import ErrorClass, Status

# Spans of a roll-up in minutes; EVER holds one slice, 0.
MINUTE, HOUR, QUARTER_DAY, DAY, WEEK, EVER = 1, 60, 360, 1440, 10080, 0
SPANS = (MINUTE, HOUR, QUARTER_DAY, DAY, WEEK, EVER)
SLOTS_A_SPAN = 2**40  # more than any start in epoch seconds

# Upper bounds of the latency buckets in seconds; a last bucket takes what is slower.
LATENCY_BOUNDS = (0.5, 1, 2, 3, 5, 7.5, 10, 15, 20, 30, 45, 60, 120, 300, 600, 3600)
LATENCIES = tuple(f"latency_{number:02d}" for number in range(len(LATENCY_BOUNDS) + 1))
SETTLED = tuple(status.value for status in Status if status.is_final)
ERRORS = tuple(f"error_{error.value}" for error in ErrorClass)
MEASURES = ("attempts", "accepted", *SETTLED, "confirmed", *ERRORS, *LATENCIES)
SPLIT = ("gateway", "country", "carrier", "purpose")
UNKNOWN = "unknown"  # the carrier of a phone that tells none

# What attempts are counted by. Few: carriers are the names in libphonenumber's metadata.
rollup_cells = Table(
    "rollup_cells",
    Base.metadata,
    Column("id", Integer, primary_key=True),
    Column("gateway", String(32), nullable=False),
    Column("country", String(2), nullable=False),
    Column("carrier", String(40), nullable=False),
    Column("purpose", String(32), nullable=False),
    UniqueConstraint(*SPLIT),
)


def slot(span_minutes: int, start: int) -> int:
    """A slice as one number, so that one list names slices of any span; ascending by span, then
    by start in epoch seconds."""
    return SPANS.index(span_minutes) * SLOTS_A_SPAN + start


def _key() -> list[Column[object]]:
    """Cell first: a sum by cell then walks the key and sorts nothing."""
    return [
        Column("cell_id", ForeignKey("rollup_cells.id"), primary_key=True),
        Column("slot", BigInteger, primary_key=True, autoincrement=False),
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
