"""Passkeys (WebAuthn credentials) and the challenges they have signed."""

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from twofactor.extensions import Base
from twofactor.models.authenticators import Authenticator
from twofactor.models.columns import Time


class Passkey(Base):
    """What the server knows of one passkey: its public half. Deleted with the authenticator."""

    __tablename__ = "passkeys"

    authenticator_id: Mapped[int] = mapped_column(
        ForeignKey("authenticators.id", ondelete="CASCADE"), primary_key=True
    )
    authenticator: Mapped[Authenticator] = relationship(lazy="joined", innerjoin=True)
    credential_id: Mapped[str] = mapped_column(String(1400), unique=True)  # base64url
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger, default=0)
    is_synced: Mapped[bool] = mapped_column(default=False)  # kept by a password manager


class SpentChallenge(Base):
    """A challenge that was answered, so that it is never answered again."""

    __tablename__ = "spent_challenges"

    challenge_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    forget_after: Mapped[Time] = mapped_column(index=True)
