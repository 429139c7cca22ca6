"""The notes that the roll-ups are kept by."""

from sqlalchemy import Connection, insert

from twofactor.extensions import db
from twofactor.models import DeliveryChange


def note(message_id: int, connection: Connection | None = None) -> None:
    """Attempts of this message may count differently now; to be said in the transaction that
    changed them: the session's, or the one of `connection`."""
    writer = connection or db.session
    writer.execute(insert(DeliveryChange).values(message_id=message_id))
