"""Programs that use the API: accounts with their keys, services, and limits of their own."""

from decimal import Decimal

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from twofactor.extensions import Base
from twofactor.models.columns import Id, Money, OptionalTime, Sid, Time


class ApiAccount(Base):
    """Who pays and is billed together: Twilio's account (`AC…`). Owns services and keys."""

    __tablename__ = "api_accounts"

    id: Mapped[Id]
    sid: Mapped[Sid]
    name: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(16), default="en")  # of texts without a Locale
    listens: Mapped[bool] = mapped_column(default=False)  # it has had a webhook
    sends_per_day: Mapped[int | None]  # None: only the limits of the installation
    budget_per_day: Mapped[Decimal | None] = mapped_column(Money)  # as the gateways' prices count
    created_at: Mapped[Time]
    disabled_at: Mapped[OptionalTime]


class ApiKey(Base):
    """One secret of one login name (the account's sid, or a key's `SK…`). Only its keyed hash is
    kept. While a key is rotated two rows share a login name."""

    __tablename__ = "api_keys"

    id: Mapped[Id]
    login: Mapped[str] = mapped_column(String(34), index=True)
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[int] = mapped_column(
        ForeignKey("api_accounts.id", ondelete="CASCADE"), index=True
    )
    account: Mapped[ApiAccount] = relationship(lazy="joined", innerjoin=True)
    scopes: Mapped[list[str]] = mapped_column(JSON)  # Scope
    created_at: Mapped[Time]
    used_at: Mapped[OptionalTime]  # to within some minutes
    expires_at: Mapped[OptionalTime]  # rotated: works until then
    revoked_at: Mapped[OptionalTime]


class Service(Base):
    """An application using our API (Twilio's `VA…`)."""

    __tablename__ = "services"

    id: Mapped[Id]
    sid: Mapped[Sid]
    account_id: Mapped[int] = mapped_column(
        ForeignKey("api_accounts.id", ondelete="CASCADE"), index=True
    )
    account: Mapped[ApiAccount] = relationship(lazy="joined", innerjoin=True)
    friendly_name: Mapped[str] = mapped_column(String(64))  # the brand in its texts
    sender: Mapped[str] = mapped_column(String(16), default="")  # on phones; empty: the gateway's
    code_length: Mapped[int]
    custom_code_enabled: Mapped[bool] = mapped_column(default=False)
    skip_sms_to_landlines: Mapped[bool] = mapped_column(default=False)
    do_not_share_warning_enabled: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[Time]
    updated_at: Mapped[Time]
    deleted_at: Mapped[OptionalTime]
