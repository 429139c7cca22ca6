"""The notes that the roll-ups are kept by."""

from collections.abc import Iterable
from typing import cast

from sqlalchemy import Connection, Table, bindparam, insert, select

from twofactor.models import DeliveryChange, Message
from twofactor.models.prepared import Prepared


def note(message_id: int) -> None:
    """Attempts of this message may count differently now; to be said in the transaction that
    changed them."""
    _NOTE_ONE.run(of=message_id)


def note_many(connection: Connection, message_ids: Iterable[int]) -> None:
    """The same for many messages, on the connection that changed them."""
    connection.execute(_NOTE, {"texts": sorted(set(message_ids))})


_MESSAGE = Message.__table__.c
_NOTE = insert(cast(Table, DeliveryChange.__table__)).from_select(
    ["message_id"],
    select(_MESSAGE.id).where(_MESSAGE.id.in_(bindparam("texts", expanding=True))),
)
_NOTE_ONE = Prepared(
    insert(cast(Table, DeliveryChange.__table__)).from_select(
        ["message_id"], select(_MESSAGE.id).where(_MESSAGE.id == bindparam("of"))
    )
)
