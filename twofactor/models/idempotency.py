"""Answers that a repeated create of the API gets again."""

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from twofactor.extensions import Base
from twofactor.models.columns import Id, Time


def place_of(token_hash: str) -> str:
    """Where the answer to the create of this token is sealed for."""
    return f"idempotent_answers.body:{token_hash}"


class IdempotentAnswer(Base):
    """What a create answered, so that the same create, repeated, answers the same. Written in the
    transaction that created; the body is sealed, as it may name a phone."""

    __tablename__ = "idempotent_answers"
    __table_args__ = (
        UniqueConstraint("account_id", "token_hash"),
        Index("ix_idempotent_answers_created_at", "created_at"),
    )

    id: Mapped[Id]
    account_id: Mapped[int] = mapped_column(ForeignKey("api_accounts.id", ondelete="CASCADE"))
    token_hash: Mapped[str] = mapped_column(String(64))
    request_hash: Mapped[str] = mapped_column(String(64))
    status: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    body_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[Time]

    @property
    def place(self) -> str:
        """Where the body is sealed for."""
        return place_of(self.token_hash)
