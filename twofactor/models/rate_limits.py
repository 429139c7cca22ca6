"""Limits that a service of the API sets itself."""

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from twofactor.extensions import Base
from twofactor.models.columns import Id, Sid, Time
from twofactor.models.services import Service


class RateLimit(Base):
    """A limit that a service sets itself, by a name its application chooses."""

    __tablename__ = "rate_limits"
    __table_args__ = (UniqueConstraint("service_id", "unique_name"),)

    id: Mapped[Id]
    sid: Mapped[Sid]
    service_id: Mapped[int] = mapped_column(ForeignKey("services.id", ondelete="CASCADE"))
    service: Mapped[Service] = relationship(lazy="joined", innerjoin=True)
    unique_name: Mapped[str] = mapped_column(String(64))
    description: Mapped[str] = mapped_column(String(256), default="")
    created_at: Mapped[Time]
    updated_at: Mapped[Time]


class Bucket(Base):
    """At most `most` verifications in any `interval` seconds for one value of a rate limit."""

    __tablename__ = "buckets"

    id: Mapped[Id]
    sid: Mapped[Sid]
    rate_limit_id: Mapped[int] = mapped_column(
        ForeignKey("rate_limits.id", ondelete="CASCADE"), index=True
    )
    rate_limit: Mapped[RateLimit] = relationship(lazy="joined", innerjoin=True)
    most: Mapped[int]
    interval: Mapped[int]
    created_at: Mapped[Time]
    updated_at: Mapped[Time]
