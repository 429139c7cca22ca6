"""Texts that operators wrote in place of the built-in ones."""

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from twofactor.extensions import Base
from twofactor.models.columns import Id, Time, Word


class TextEdit(Base):
    """One edit of one template, appended; the newest counts. Without a sentence it is the way back
    to the built-in text."""

    __tablename__ = "text_edits"
    __table_args__ = (UniqueConstraint("language", "name", "version"),)  # one of two at once wins

    id: Mapped[Id]
    language: Mapped[str] = mapped_column(String(16))
    name: Mapped[Word]  # of the template: a purpose or a notice
    version: Mapped[int]  # 1, 2, 3 …
    sentence: Mapped[str] = mapped_column(String(400))
    most_parts: Mapped[int]  # segments it may take
    plural: Mapped[str] = mapped_column(String(8))  # form of the minutes it was written for
    at: Mapped[Time]
    edited_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
