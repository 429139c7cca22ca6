"""What segments cost, and what was spent."""

from decimal import Decimal

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from twofactor.extensions import Base
from twofactor.models.columns import Money, Word


class Price(Base):
    """What one segment costs from a day on."""

    __tablename__ = "prices"

    gateway: Mapped[Word] = mapped_column(primary_key=True)
    country: Mapped[str] = mapped_column(String(2), primary_key=True)
    since: Mapped[str] = mapped_column(String(10), primary_key=True)  # ISO date
    per_segment: Mapped[Decimal] = mapped_column(Money)
    currency: Mapped[str] = mapped_column(String(3))


class Spending(Base):
    """Money spent in one day, in the house's currency; estimates until a gateway tells."""

    __tablename__ = "spending"

    day: Mapped[str] = mapped_column(String(10), primary_key=True)  # ISO date, UTC
    amount: Mapped[Decimal] = mapped_column(Money)
