"""Browsers that need no code for a while."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from twofactor.extensions import Base
from twofactor.models.columns import Id, OptionalTime, Sid, Time


class RememberedBrowser(Base):
    """One browser that one user had us remember. Its cookie holds a token, this row its hash."""

    __tablename__ = "remembered_browsers"

    id: Mapped[Id]
    sid: Mapped[Sid]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    browser: Mapped[str] = mapped_column(String(80))  # in plain words
    created_at: Mapped[Time]
    seen_at: Mapped[Time]
    expires_at: Mapped[Time]
    ended_at: Mapped[OptionalTime]
