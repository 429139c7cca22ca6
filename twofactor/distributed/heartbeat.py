"""Workers say that they are there, in rows: the web processes ask the same database."""

import os
import socket
from datetime import timedelta

from sqlalchemy import delete, func, select, update

from twofactor import ids
from twofactor.extensions import db
from twofactor.kit import Kit
from twofactor.models import Worker
from twofactor.models.database import changed, transaction

BEAT = timedelta(seconds=5)
SILENT = timedelta(seconds=30)  # longer means dead
FORGET = timedelta(days=1)


def new_name() -> str:
    """The name of this process among all workers, now and later."""
    return f"{socket.gethostname()[:60]}:{os.getpid()}:{ids.new_token()[:8]}"


def beat(kit: Kit, name: str) -> None:
    """Show this worker, unless it was seen a moment ago; forget those silent for a day."""
    now = kit.now()
    seen_at = db.session.scalar(select(Worker.seen_at).where(Worker.name == name))
    if seen_at is not None and now - BEAT < seen_at <= now:
        return
    with transaction() as session:
        if changed(update(Worker).where(Worker.name == name).values(seen_at=now)) == 0:
            session.add(Worker(name=name, started_at=now, seen_at=now))
        changed(delete(Worker).where(Worker.seen_at < now - FORGET))


def leave(name: str) -> None:
    """This worker ends in good order."""
    with transaction():
        changed(delete(Worker).where(Worker.name == name))


def alive(kit: Kit) -> int:
    """How many workers have shown themselves lately."""
    seen = select(func.count()).select_from(Worker).where(Worker.seen_at > kit.now() - SILENT)
    return db.session.scalar(seen) or 0
