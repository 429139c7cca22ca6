"""The notes that the roll-ups are kept by."""

from collections.abc import Iterable

from sqlalchemy import Connection, insert

from twofactor.models import DeliveryChange
from twofactor.models.prepared import row_of

_NOTE = row_of(DeliveryChange)


def note(message_id: int) -> None:
    """Attempts of this message may count differently now; to be said in the transaction that
    changed them."""
    _NOTE.run(message_id=message_id)


def note_many(connection: Connection, message_ids: Iterable[int]) -> None:
    """The same for many messages, on the connection that changed them."""
    connection.execute(insert(DeliveryChange), [{"message_id": of} for of in set(message_ids)])
