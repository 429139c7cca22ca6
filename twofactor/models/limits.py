"""Counters of the limits that guard money and codes."""

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from twofactor.extensions import Base
from twofactor.models.columns import partial_index


class LimitSlice(Base):
    """How often one limit was hit in one slice of time.

    Slice 0 is the latch of its key: it holds the sum of all the others, and whoever changes one of
    them locks it first and so holds the others back until the transaction ends.
    """

    __tablename__ = "limit_slices"
    __table_args__ = (
        partial_index(  # a key is forgotten as a whole
            "ix_limit_slices_forget_after",
            "forget_after",
            where="slice = 0",
        ),
    )

    key: Mapped[str] = mapped_column(String(64), primary_key=True)  # pseudonym and name
    slice: Mapped[int] = mapped_column(BigInteger, primary_key=True)  # start, epoch seconds
    hits: Mapped[int]
    forget_after: Mapped[int] = mapped_column(BigInteger)  # epoch seconds
