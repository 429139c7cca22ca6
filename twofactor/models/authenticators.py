"""What a user has enrolled as second factor."""

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from twofactor.extensions import Base
from twofactor.models.columns import Id, OptionalTime, Sid, Time, Word, partial_index


class Authenticator(Base):
    """One phone, app, passkey or set of recovery codes. It counts once `confirmed_at` is set and as
    long as neither `removed_at` nor `withdrawn_at` is."""

    __tablename__ = "authenticators"
    __table_args__ = (
        partial_index(
            "uq_authenticators_live_phone",
            "user_id",
            "phone_fingerprint",
            unique=True,
            where="removed_at IS NULL",
        ),
    )

    id: Mapped[Id]
    sid: Mapped[Sid]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    kind: Mapped[Word]  # AuthenticatorKind
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_fingerprint: Mapped[str | None] = mapped_column(String(64), index=True)
    country: Mapped[str | None] = mapped_column(String(2))
    name: Mapped[str] = mapped_column(String(60), default="")  # what the person calls it
    secret_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)  # of an app
    last_step: Mapped[int | None] = mapped_column(BigInteger)  # of an app: the latest step taken
    replaces: Mapped[bool] = mapped_column(default=False)  # confirming it ends the older phones
    consent: Mapped[str] = mapped_column(String(64), default="")  # version of the text agreed to
    created_at: Mapped[Time]
    confirmed_at: Mapped[OptionalTime]
    last_used_at: Mapped[OptionalTime]
    removed_at: Mapped[OptionalTime]
    undo_until: Mapped[OptionalTime]  # removed, but it may come back until then
    withdrawn_at: Mapped[OptionalTime]  # somebody else has confirmed this phone as theirs

    @property
    def place(self) -> str:
        """Where the phone is sealed for."""
        return f"authenticators.phone:{self.sid}"

    @property
    def secret_place(self) -> str:
        """Where the app's secret is sealed for."""
        return f"authenticators.secret:{self.sid}"

    @property
    def is_live(self) -> bool:
        gone = self.removed_at or self.withdrawn_at
        return self.confirmed_at is not None and gone is None
