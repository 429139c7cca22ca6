"""What routing remembers: how gateways fared lately, and who leads where."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from twofactor.extensions import Base
from twofactor.models.columns import Id, Time, Word


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
