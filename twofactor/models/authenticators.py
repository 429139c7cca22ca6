"""What a user has enrolled as second factor."""

from sqlalchemy import ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from twofactor.extensions import Base
from twofactor.models.columns import Id, OptionalTime, Sid, Time, Word


class Authenticator(Base):
    """One phone (later also: app, passkey, recovery codes). It counts once `confirmed_at` is set
    and as long as `removed_at` is not."""

    __tablename__ = "authenticators"
    __table_args__ = (
        Index(
            "uq_authenticators_live_phone",
            "user_id",
            "phone_fingerprint",
            unique=True,
            sqlite_where=text("removed_at IS NULL"),
            postgresql_where=text("removed_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    sid: Mapped[Sid]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    kind: Mapped[Word]  # AuthenticatorKind
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_fingerprint: Mapped[str | None] = mapped_column(String(64), index=True)
    country: Mapped[str | None] = mapped_column(String(2))
    consent: Mapped[str] = mapped_column(String(64), default="")  # version of the text agreed to
    created_at: Mapped[Time]
    confirmed_at: Mapped[OptionalTime]
    last_used_at: Mapped[OptionalTime]
    removed_at: Mapped[OptionalTime]

    @property
    def place(self) -> str:
        """Where the phone is sealed for."""
        return f"authenticators.phone:{self.sid}"

    @property
    def is_live(self) -> bool:
        return self.confirmed_at is not None and self.removed_at is None
