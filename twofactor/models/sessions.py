"""Browsers that came some way in. The cookie holds a token, this row its hash."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from twofactor.extensions import Base
from twofactor.models.columns import Id, OptionalTime, Sid, Time, Word
from twofactor.models.people import User


class Session(Base):
    """One browser of one user. The token changes at every step up; the row stays."""

    __tablename__ = "sessions"

    id: Mapped[Id]
    sid: Mapped[Sid]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    user: Mapped[User] = relationship(lazy="joined", innerjoin=True)
    state: Mapped[Word]  # SessionState
    browser: Mapped[str] = mapped_column(String(80))  # in plain words
    next_path: Mapped[str] = mapped_column(String(500), default="")  # where login leads
    created_at: Mapped[Time]
    seen_at: Mapped[Time]
    password_at: Mapped[OptionalTime]  # last time the password was shown
    second_factor_at: Mapped[OptionalTime]  # last time a second factor was shown
    ended_at: Mapped[OptionalTime]
