"""Texts that wait for their receipts, in the product's tables and in the rivals'."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import create_engine, insert, text

from bench.rivals.bare_flask import SCHEMA
from twofactor import ids
from twofactor.models import Attempt, Message
from twofactor.words import Purpose, Status


@dataclass(frozen=True, slots=True)
class Text:
    """One text as both sides know it."""

    ref: str
    attempt_sid: str


def texts(count: int) -> list[Text]:
    """Fresh ones."""
    return [Text(ids.new_sid(ids.MESSAGE), ids.new_sid(ids.ATTEMPT)) for _ in range(count)]


def seed_product(url: str, sent: Sequence[Text]) -> None:
    """Put them into the product's tables, as handed to Twilio a moment ago."""
    now = datetime.now(UTC)
    shared = {"phone_fingerprint": secrets.token_hex(32), "country": "US", "segments": 1}
    messages: list[dict[str, Any]] = []
    attempts: list[dict[str, Any]] = []
    for number, one in enumerate(sent, 1):
        messages.append(
            {
                "id": number,
                "sid": ids.new_sid(ids.MESSAGE),
                "purpose": Purpose.LOGIN.value,
                "phone_sealed": b"",
                "phone_ending": "23",
                "status": Status.QUEUED.value,
                "attempt_id": number,
                "created_at": now,
                "valid_until": now + timedelta(minutes=5),
                **shared,
            }
        )
        attempts.append(
            {
                "id": number,
                "sid": one.attempt_sid,
                "message_id": number,
                "gateway": "twilio",
                "gateway_ref": one.ref,
                "status": Status.QUEUED.value,
                "outcome": "accepted",
                "created_at": now,
                "sent_at": now,
                **shared,
            }
        )
    with create_engine(url).begin() as connection:
        connection.execute(insert(Message), messages)
        connection.execute(insert(Attempt), attempts)


def seed_rival(url: str, sent: Sequence[Text]) -> None:
    """Make the rival's two tables and put the texts in."""
    engine = create_engine(url)
    number = "INTEGER PRIMARY KEY" if engine.dialect.name == "sqlite" else "SERIAL PRIMARY KEY"
    with engine.begin() as connection:
        for statement in SCHEMA.replace("{number}", number).split(";"):
            if statement.strip():
                connection.execute(text(statement))
        row = text("INSERT INTO messages (ref, status) VALUES (:ref, 'queued')")
        connection.execute(row, [{"ref": one.ref} for one in sent])
    engine.dispose()
