"""The notes that the roll-ups are kept by."""

from collections.abc import Iterable
from functools import cache
from typing import cast

from sqlalchemy import BigInteger, Connection, Insert, Table, bindparam, insert, select

from twofactor.models import DeliveryChange, Message
from twofactor.models.database import dialect_name
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


def note_all(message_ids: Iterable[int]) -> None:
    """The same for many messages."""
    _NOTE_ALL.run(**_rows(dialect_name(), message_ids))


def note_many(connection: Connection, message_ids: Iterable[int]) -> None:
    """The same for many messages, on the connection that changed them, at hand or not."""
    dialect = connection.dialect.name
    connection.execute(_notes(dialect), _rows(dialect, message_ids))


def _rows(dialect: str, message_ids: Iterable[int]) -> dict[str, str]:
    return folded(dialect, [(of,) for of in sorted(set(message_ids))])


@cache
def _notes(dialect: str) -> Insert:
    rows = given(dialect, {"message_id": BigInteger()})
    return insert(_CHANGES).from_select(["message_id"], select(rows))


_NOTE_ALL = Prepared(_notes)
