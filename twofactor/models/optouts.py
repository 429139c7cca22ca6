"""Phones that want no texts, and what people texted back."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from twofactor.extensions import Base
from twofactor.models.columns import Fingerprint, OptionalTime, Time, Word


class OptOut(Base):
    """A phone that said STOP: no text of any kind goes to it until `restored_at` is set."""

    __tablename__ = "opt_outs"

    phone_fingerprint: Mapped[str] = mapped_column(String(64), primary_key=True)
    stopped_at: Mapped[Time]
    source: Mapped[Word]  # OptOutSource
    restored_at: Mapped[OptionalTime]


class Reply(Base):
    """A text that came back and held a keyword; the same one twice is one row. Never its words."""

    __tablename__ = "replies"

    fact: Mapped[str] = mapped_column(String(64), primary_key=True)  # digest of gateway and its id
    gateway: Mapped[Word]
    phone_fingerprint: Mapped[Fingerprint]
    keyword: Mapped[Word]  # Keyword
    language: Mapped[str] = mapped_column(String(16))
    received_at: Mapped[Time] = mapped_column(index=True)
