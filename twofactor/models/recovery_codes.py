"""Recovery codes: printed once, each good for one login."""

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from twofactor.extensions import Base
from twofactor.models.columns import Id, OptionalTime


class RecoveryCode(Base):
    """One code of a set. The selector finds the row; only a slow hash of the rest is kept."""

    __tablename__ = "recovery_codes"
    __table_args__ = (UniqueConstraint("authenticator_id", "selector"),)

    id: Mapped[Id]
    authenticator_id: Mapped[int] = mapped_column(
        ForeignKey("authenticators.id", ondelete="CASCADE"), index=True
    )
    selector: Mapped[str] = mapped_column(String(8))
    code_hash: Mapped[str] = mapped_column(String(200))  # argon2id
    used_at: Mapped[OptionalTime]
