"""Texts to many: a batch of messages, and the pace at which a gateway takes them."""

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from twofactor.extensions import Base
from twofactor.models.columns import Id, OptionalTime, Sid, Time, Word


class Batch(Base):
    """One text to many people. Its messages are rows of the outbox, at most one a phone."""

    __tablename__ = "batches"

    id: Mapped[Id]
    sid: Mapped[Sid]
    name: Mapped[str] = mapped_column(String(80), unique=True)  # the operator's own
    purpose: Mapped[Word]  # Purpose
    has_own_bodies: Mapped[bool]  # each phone gets other words, such as a link of its own
    created_at: Mapped[Time]
    stopped_at: Mapped[OptionalTime]  # what had not left by then never does


class Pace(Base):
    """When a sender ID of a gateway is free for further segments of texts to many.

    Moved on by conditional UPDATEs, so that many senders keep to one pace.
    """

    __tablename__ = "paces"

    key: Mapped[str] = mapped_column(String(160), primary_key=True)  # gateway:sender ID
    free_at: Mapped[int] = mapped_column(BigInteger)  # epoch microseconds
