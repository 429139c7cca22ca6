"""Counters of the limits that guard money and codes."""

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from twofactor.extensions import Base


class LimitSlice(Base):
    """How often one limit was hit in one slice of time.

    Slice 0 is the latch of its key: whoever counts raises it first and so holds the others back
    until the transaction ends.
    """

    __tablename__ = "limit_slices"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)  # name and pseudonym
    slice: Mapped[int] = mapped_column(BigInteger, primary_key=True)  # start, epoch seconds
    hits: Mapped[int]
    forget_after: Mapped[int] = mapped_column(BigInteger, index=True)  # epoch seconds
