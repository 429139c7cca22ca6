"""People: users, operators among them, and the one-time links that let them in."""

from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from twofactor.extensions import Base
from twofactor.models.columns import Id, OptionalTime, Sid, Time


def _email_itself(row: Any) -> Any:
    """An operator made this user, and vouches for the address."""
    return row.get_current_parameters()["email"]


class User(Base):
    """Somebody who logs in. An operator is a user who may also run the installation."""

    __tablename__ = "users"

    id: Mapped[Id]
    sid: Mapped[Sid]
    email: Mapped[str] = mapped_column(String(254), index=True)  # normalised
    # The address, once it is this user's; until then see verify/claims.py.
    found_by: Mapped[str] = mapped_column(String(300), unique=True, default=_email_itself)
    password_hash: Mapped[str] = mapped_column(String(200))  # argon2id; empty: not set yet
    is_operator: Mapped[bool] = mapped_column(default=False)
    language: Mapped[str] = mapped_column(String(16), default="en")
    email_confirmed_at: Mapped[OptionalTime]
    wants_text_notices: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[Time]
    disabled_at: Mapped[OptionalTime]


class LoginLink(Base):
    """A link that works once: who has it may set the password of `user`. Only a hash is kept."""

    __tablename__ = "login_links"

    id: Mapped[Id]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    user: Mapped[User] = relationship()
    created_at: Mapped[Time]
    expires_at: Mapped[Time]
    used_at: Mapped[OptionalTime]
