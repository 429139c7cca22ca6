"""What routing remembers: how gateways fared lately, who leads where, who is out of order."""

from decimal import Decimal

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from twofactor.extensions import Base
from twofactor.models.columns import Id, Money, OptionalTime, Time, Word


class RouteRate(Base):
    """How one gateway fared lately with one destination. Every text fades the older ones a little,
    so that a row tells of the last few hundred texts and never grows."""

    __tablename__ = "route_rates"

    gateway: Mapped[Word] = mapped_column(primary_key=True)
    destination: Mapped[str] = mapped_column(String(64), primary_key=True)  # see routing.places
    sent: Mapped[float]
    confirmed: Mapped[float]
    recent_sent: Mapped[float]  # the same two, fading faster
    recent_confirmed: Mapped[float]
    heard: Mapped[float]  # texts with a final receipt
    delivered: Mapped[float]
    seconds: Mapped[float]  # from handed over to delivered, summed over `delivered`
    updated_at: Mapped[Time]


class Route(Base):
    """The gateway that leads in one country; changed by conditional UPDATE."""

    __tablename__ = "routes"

    country: Mapped[str] = mapped_column(String(2), primary_key=True)
    gateway: Mapped[Word]
    since: Mapped[Time]


class RouteChange(Base):
    """One change of a leader, or of a gateway's state, with its reason; append-only."""

    __tablename__ = "route_changes"

    id: Mapped[Id]
    at: Mapped[Time] = mapped_column(index=True)
    country: Mapped[str] = mapped_column(String(2))  # empty: everywhere
    gateway: Mapped[Word]  # that leads from now on, or whose state changed
    before: Mapped[Word]  # that led before; empty for a change of state
    reason: Mapped[str] = mapped_column(String(300))


class GatewayState(Base):
    """The circuit breaker of a gateway and its switch: one row that all processes share (S-76)."""

    __tablename__ = "gateway_states"

    gateway: Mapped[Word] = mapped_column(primary_key=True)
    errors: Mapped[int] = mapped_column(default=0)  # in a row
    open_until: Mapped[OptionalTime]  # set: out of order; past: one text may try
    probe_until: Mapped[OptionalTime]  # that one text is under way until then at most
    lowered_until: Mapped[OptionalTime]  # slow: the others come first
    is_off: Mapped[bool] = mapped_column(default=False)  # by an operator
    reason: Mapped[str] = mapped_column(String(200), default="")  # the operator's
    changed_at: Mapped[Time]


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
