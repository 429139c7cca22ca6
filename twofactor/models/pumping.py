"""How many of the texts to phones nobody knew led to a right code, by neighbourhood and country."""

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from twofactor.extensions import Base
from twofactor.models.columns import Time


class ConversionSlice(Base):
    """Codes sent to one place in one minute, and how many of those came back right."""

    __tablename__ = "conversion_slices"

    place: Mapped[str] = mapped_column(String(32), primary_key=True)  # a country, or a pseudonym
    slice: Mapped[int] = mapped_column(BigInteger, primary_key=True)  # start, epoch seconds
    sent: Mapped[int]
    confirmed: Mapped[int]


class BlockedPlace(Base):
    """No code to phones nobody knows goes to this place before `until`."""

    __tablename__ = "blocked_places"

    place: Mapped[str] = mapped_column(String(32), primary_key=True)
    country: Mapped[str] = mapped_column(String(2))  # where it lies
    since: Mapped[Time]
    until: Mapped[Time]
