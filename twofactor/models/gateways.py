"""What all processes know of a gateway."""

from decimal import Decimal

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from twofactor.extensions import Base
from twofactor.models.columns import Money, OptionalTime, Time, Word


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


class GatewayBalance(Base):
    """The money that was left with a gateway when it told last."""

    __tablename__ = "gateway_balances"

    gateway: Mapped[Word] = mapped_column(primary_key=True)
    amount: Mapped[Decimal] = mapped_column(Money)
    currency: Mapped[str] = mapped_column(String(3))
    at: Mapped[Time]
