"""Who wants no texts (S-31): marked by a STOP or by a gateway that says so, lifted by START."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from twofactor.kit import Kit
from twofactor.models import OptOut
from twofactor.models.database import changed
from twofactor.models.prepared import Prepared
from twofactor.words import OptOutSource

_STOPPED_ONE = Prepared(
    select(OptOut.phone_fingerprint).where(
        OptOut.phone_fingerprint == bindparam("of"), OptOut.restored_at.is_(None)
    )
)


def is_stopped(kit: Kit, e164: str) -> bool:
    """True while no text may go to this phone."""
    return has_stopped(kit.keyring.fingerprints(e164))


def has_stopped(fingerprints: Collection[str]) -> bool:
    """The same by the phone's fingerprints."""
    return any(_STOPPED_ONE.first(of=fingerprint) for fingerprint in fingerprints)


def stop(
    connection: Connection, fingerprints: Collection[str], source: OptOutSource, now: datetime
) -> None:
    """Mark phones, in the caller's transaction. Marking twice changes nothing."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    marked = dialect.insert(OptOut)
    marked = marked.on_conflict_do_update(
        index_elements=["phone_fingerprint"],
        set_={"stopped_at": now, "source": source.value, "restored_at": None},
        where=OptOut.restored_at.is_not(None),
    )
    rows = [
        {"phone_fingerprint": one, "stopped_at": now, "source": source.value}
        for one in sorted(set(fingerprints))
    ]
    if rows:
        connection.execute(marked, rows)


def restore(kit: Kit, e164: str) -> bool:
    """Texts may go to this phone again; False when they might all along."""
    stopped = update(OptOut).where(
        OptOut.phone_fingerprint.in_(kit.keyring.fingerprints(e164)), OptOut.restored_at.is_(None)
    )
    return changed(stopped.values(restored_at=kit.now())) > 0
