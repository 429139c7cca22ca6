"""The notes that the roll-ups are kept by."""

from collections.abc import Iterable
from functools import cache

from sqlalchemy import BigInteger, Connection, Insert, insert, select

from twofactor.extensions import db
from twofactor.models import DeliveryChange
from twofactor.models.rows import folded, given


def note(message_id: int) -> None:
    """Attempts of this message may count differently now; to be said in the transaction that
    changed them."""
    db.session.execute(insert(DeliveryChange).values(message_id=message_id))


def note_many(connection: Connection, message_ids: Iterable[int]) -> None:
    """The same for many messages, on the connection that changed them."""
    dialect = connection.dialect.name
    rows = [(of,) for of in sorted(set(message_ids))]
    connection.execute(_notes(dialect), folded(dialect, rows))


@cache
def _notes(dialect: str) -> Insert:
    rows = given(dialect, {"message_id": BigInteger()})
    return insert(DeliveryChange).from_select(["message_id"], select(rows))
