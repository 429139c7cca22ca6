"""The notes that the roll-ups are kept by."""

from collections.abc import Iterable
from functools import cache
from typing import cast

from sqlalchemy import BigInteger, Connection, Insert, Table, bindparam, insert, select

from twofactor.models import DeliveryChange, Message
from twofactor.models.prepared import Prepared
from twofactor.models.rows import folded, given

_CHANGES = cast(Table, DeliveryChange.__table__)
_NOTE = Prepared(
    insert(_CHANGES).from_select(
        ["message_id"], select(Message.id).where(Message.id == bindparam("of"))
    )
)


def note(message_id: int) -> None:
    """Attempts of this message may count differently now; to be said in the transaction that
    changed them."""
    _NOTE.run(of=message_id)


def note_many(connection: Connection, message_ids: Iterable[int]) -> None:
    """The same for many messages, on the connection that changed them."""
    dialect = connection.dialect.name
    rows = [(of,) for of in sorted(set(message_ids))]
    connection.execute(_notes(dialect), folded(dialect, rows))


@cache
def _notes(dialect: str) -> Insert:
    rows = given(dialect, {"message_id": BigInteger()})
    return insert(_CHANGES).from_select(["message_id"], select(rows))
