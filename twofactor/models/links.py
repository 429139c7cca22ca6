"""Links in mails and notices: each works once, for one thing, for a while."""

from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from twofactor.extensions import Base
from twofactor.models.columns import Id, OptionalTime, Time, Word
from twofactor.models.people import User


class MailLink(Base):
    """What one link may do. Only a hash of it is kept; `detail` holds sids and our own words."""

    __tablename__ = "mail_links"

    id: Mapped[Id]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    purpose: Mapped[Word]  # LinkPurpose
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    user: Mapped[User] = relationship()
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    email_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)  # that it proves or gives back
    created_at: Mapped[Time]
    expires_at: Mapped[Time] = mapped_column(index=True)
    used_at: Mapped[OptionalTime]

    @property
    def email_place(self) -> str:
        """Where the e-mail address is sealed for."""
        return f"mail_links.email:{self.token_hash}"
