"""What segments cost, and what was spent."""

from decimal import Decimal

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from twofactor.extensions import Base
from twofactor.models.columns import Money, Word
from twofactor.words import Channel


class Price(Base):
    """What one segment, or one call, costs from a day on."""

    __tablename__ = "prices"

    gateway: Mapped[Word] = mapped_column(primary_key=True)
    country: Mapped[str] = mapped_column(String(2), primary_key=True)
    channel: Mapped[Word] = mapped_column(primary_key=True, default=Channel.SMS.value)
    since: Mapped[str] = mapped_column(String(10), primary_key=True)  # ISO date
    per_segment: Mapped[Decimal] = mapped_column(Money)
    currency: Mapped[str] = mapped_column(String(3))


class Spending(Base):
    """Money spent in one day, in the house's currency; estimates until a gateway tells."""

    __tablename__ = "spending"

    day: Mapped[str] = mapped_column(String(10), primary_key=True)  # ISO date, UTC
    amount: Mapped[Decimal] = mapped_column(Money)
