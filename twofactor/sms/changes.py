"""The notes that the roll-ups are kept by."""

from collections.abc import Iterable
from typing import cast

from sqlalchemy import Connection, Table, insert

from twofactor.extensions import db
from twofactor.models import DeliveryChange


def note(message_id: int) -> None:
    """Attempts of this message may count differently now; to be said in the transaction that
    changed them."""
    note_many(db.session.connection(), [message_id])


def note_many(connection: Connection, message_ids: Iterable[int]) -> None:
    """The same for many messages, on the connection that changed them."""
    connection.execute(_NOTE, [{"message_id": of} for of in set(message_ids)])


_NOTE = insert(cast(Table, DeliveryChange.__table__))
