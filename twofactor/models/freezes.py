"""Phones that get no text for a while, because somebody reported that it was not them."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from twofactor.extensions import Base
from twofactor.models.columns import Time


class FrozenPhone(Base):
    """No text goes to this phone before `until`."""

    __tablename__ = "frozen_phones"

    phone_fingerprint: Mapped[str] = mapped_column(String(64), primary_key=True)
    until: Mapped[Time]
