"""What people agreed to before we texted them (S-32)."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from twofactor.extensions import Base
from twofactor.models.columns import Id, Time


class Consent(Base):
    """One agreement, append-only: who, when, which version, and the very words that were shown."""

    __tablename__ = "consents"

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    authenticator_id: Mapped[int] = mapped_column(
        ForeignKey("authenticators.id", ondelete="CASCADE")
    )
    version: Mapped[str] = mapped_column(String(64))
    words: Mapped[str] = mapped_column(String(600))
    at: Mapped[Time]
