"""Looks at what is ours: database, migrations, keys, countries, workers, waiting texts."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from twofactor import rotation
from twofactor.crypto import Unreadable
from twofactor.distributed import heartbeat
from twofactor.doctor.finding import Finding, green, red, yellow
from twofactor.extensions import db
from twofactor.kit import Kit
from twofactor.models import Message, schema
from twofactor.models.database import is_writable
from twofactor.words import Priority, Status

LATE = timedelta(seconds=30)
OTHERS = 0o077  # of a file's mode


def database(kit: Kit) -> Finding:
    """It takes writes, and nobody else reads its file."""
    try:
        is_writable()
    except SQLAlchemyError as error:
        return red(
            "database",
            f"takes no writes ({type(error).__name__})",
            "Check SIXDIGITS_DATABASE_URL, the server and free space.",
        )
    url = make_url(kit.settings.database_url)
    name = url.get_backend_name()
    if name == "sqlite" and url.database and Path(url.database).stat().st_mode & OTHERS:
        return red("database", "other users can read the file", f"chmod 600 {url.database}")
    if name == "sqlite" and kit.settings.workers == "distributed":
        return yellow(
            "database",
            "SQLite serves one machine only",
            "Use PostgreSQL before workers run on others.",
        )
    return green("database", f"{name} takes writes")


def migrations(folder: Path) -> Finding:
    """The tables are those of this version."""
    have, need = schema.present(), schema.latest(folder)
    if have == need:
        return green("migrations", f"at {need}")
    return red("migrations", f"at {have or 'nothing'} instead of {need}", "flask db upgrade")


def keys(kit: Kit) -> Finding:
    """They open what is in the database."""
    try:
        rotation.check(kit)
    except Unreadable as error:
        return red(
            "keys", f"a value is {error}", "Put the older key back into SIXDIGITS_DATA_KEYS."
        )
    old = rotation.waiting(kit)
    if old:
        return yellow("keys", f"{old} values are of an older key", "flask keys rotate")
    if len(kit.settings.data_keys) > 1:
        return yellow(
            "keys",
            "the older keys seal nothing any more",
            "Drop them from SIXDIGITS_DATA_KEYS once no code of theirs is on its way.",
        )
    return green("keys", "one data key, and it opens what is there")


def countries(kit: Kit) -> Finding:
    """Texts may go somewhere."""
    allowed = kit.settings.countries
    if allowed is None:
        return green("countries", "every country")
    if not allowed:
        return red(
            "countries", "no text may be sent anywhere", "Set SIXDIGITS_COUNTRIES, like UG,KE."
        )
    return green("countries", ", ".join(sorted(allowed)))


def workers(kit: Kit) -> Iterator[Finding]:
    """Somebody sends, and nothing waits."""
    if kit.settings.workers == "distributed":
        alive = heartbeat.alive(kit)
        if alive:
            yield green("workers", f"{alive} alive")
        else:
            yield red("workers", "none is alive", "Start one: flask worker")
    else:
        yield green("workers", "threads beside the app")
    late = select(func.count()).where(
        Message.status == Status.QUEUED,
        Message.priority == Priority.NOW,
        Message.next_try_at < kit.now() - LATE,
        Message.valid_until > kit.now(),
    )
    count = db.session.scalar(late) or 0
    if count:
        yield red(
            "texts",
            f"{count} wait for over {LATE.seconds} s",
            "Is the app (or a worker) running? See /readyz and the log.",
        )
    else:
        yield green("texts", "none waits too long")
