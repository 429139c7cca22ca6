"""Distributed workers, as far as the others must know of them."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from twofactor.extensions import Base
from twofactor.models.columns import Time


class Worker(Base):
    """A process that sends. It says again and again that it is there; who falls silent is dead."""

    __tablename__ = "workers"

    name: Mapped[str] = mapped_column(String(160), primary_key=True)  # host, process, random
    started_at: Mapped[Time]
    seen_at: Mapped[Time]
