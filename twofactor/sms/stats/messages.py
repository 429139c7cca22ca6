"""Messages, read for people: a list, one timeline."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Subquery, func, or_, select

from twofactor.extensions import db
from twofactor.models import Attempt, Message, Receipt, Verification
from twofactor.models.messages import went_to
from twofactor.models.rollups import UNKNOWN
from twofactor.sms.stats.rollup import CALLS
from twofactor.words import Channel, Purpose

LOOKED_THROUGH = 20_000  # messages a page of the list looks at
OUT_OF_ORDER = timedelta(minutes=1)  # between the numbers of messages and their times
BEHIND_ALL = 2**62

LONGEST_REF = 255


@dataclass(frozen=True, slots=True)
class Listed:
    """A message and its latest attempt, as a line of a table."""

    message: Message
    gateway: str | None
    latency_seconds: float | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which messages a list shows; an empty word leaves that open."""

    status: str = ""
    gateway: str = ""
    country: str = ""
    carrier: str = ""
    purpose: str = ""
    error: str = ""  # an error class, or a gateway's own code
    since: datetime | None = None
    until: datetime | None = None
    fingerprints: Sequence[str] = ()  # of one whole phone


@dataclass(frozen=True, slots=True)
class Page:
    """Some messages, newest first; `older` is where the next page starts, None at the end."""

    rows: list[Listed]
    older: int | None


def listing(wanted: Wanted, before: int | None, most: int) -> Page:
    """The newest messages that are wanted, of those with an id below `before`.

    Looks through LOOKED_THROUGH messages at most, so that a rare filter costs no more than a
    common one; `older` then goes on where it stopped, even from an empty page.
    """
    reach = _reach(wanted, before)
    inside = Message.id.in_(select(reach.c.id))
    found = (
        select(Message, Attempt)
        .outerjoin(Attempt, Attempt.id == Message.attempt_id)
        .where(inside, *_conditions(wanted))
        .order_by(Message.id.desc())
        .limit(most)
    )
    rows = [
        Listed(message, attempt.gateway if attempt else None, latency(attempt))
        for message, attempt in db.session.execute(found)
    ]
    if len(rows) == most:
        return Page(rows, rows[-1].message.id)
    count, last = db.session.execute(select(func.count(), func.min(reach.c.id))).one()
    return Page(rows, last if count == LOOKED_THROUGH else None)


def by_sid(sid: str) -> Message | None:
    """A message by our sid, or by a gateway's id of one of its attempts."""
    if len(sid) > LONGEST_REF or not sid.isprintable():  # PostgreSQL takes no NUL
        return None
    message = db.session.scalar(select(Message).where(Message.sid == sid))
    if message is not None:
        return message
    of_attempt = select(Message).join(Attempt, Attempt.message_id == Message.id)
    return db.session.scalar(of_attempt.where(Attempt.gateway_ref == sid).limit(1))


def to_phones(fingerprints: Sequence[str], most: int) -> Sequence[Message]:
    """The newest messages to any of these phones that we sent for our own users."""
    found = select(Message).where(went_to(fingerprints), Message.purpose != Purpose.API)
    return db.session.scalars(found.order_by(Message.id.desc()).limit(most)).all()


@dataclass(frozen=True, slots=True)
class Story:
    """All that is known of one message, oldest first."""

    message: Message
    verification: Verification | None
    attempts: Sequence[Attempt]
    receipts: Sequence[Receipt]


def story(message: Message) -> Story:
    """Read everything about one message."""
    attempts = select(Attempt).where(Attempt.message_id == message.id).order_by(Attempt.id)
    receipts = (
        select(Receipt)
        .join(Attempt, Attempt.id == Receipt.attempt_id)
        .where(Attempt.message_id == message.id)
        .order_by(Receipt.id)
    )
    verification = None
    if message.verification_id is not None:
        verification = db.session.get(Verification, message.verification_id)
    return Story(
        message,
        verification,
        db.session.scalars(attempts).all(),
        db.session.scalars(receipts).all(),
    )


def latency(attempt: Attempt | None) -> float | None:
    """Seconds from handed over to delivered."""
    if attempt is None or attempt.sent_at is None or attempt.delivered_at is None:
        return None
    return max(0.0, (attempt.delivered_at - attempt.sent_at).total_seconds())


def _reach(wanted: Wanted, before: int | None) -> Subquery:
    ids = select(Message.id)
    if before is not None:
        ids = ids.where(Message.id < before)
    if wanted.since:
        ids = ids.where(Message.id >= _first_id(wanted.since - OUT_OF_ORDER))
    if wanted.until:
        ids = ids.where(Message.id < _first_id(wanted.until + OUT_OF_ORDER))
    if wanted.fingerprints:
        ids = ids.where(went_to(wanted.fingerprints))
    return ids.order_by(Message.id.desc()).limit(LOOKED_THROUGH).subquery()


def _first_id(at: datetime) -> ColumnElement[int]:
    """Where the messages of a time begin; found by index, so that an old hour costs no more than
    the last one."""
    first = select(Message.id).where(Message.created_at >= at).order_by(Message.created_at).limit(1)
    return func.coalesce(first.scalar_subquery(), BEHIND_ALL)


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    equal = (
        (Message.status, wanted.status),
        (Message.country, wanted.country),
        (Message.purpose, wanted.purpose),
        (Attempt.gateway, wanted.gateway.removesuffix(CALLS)),
    )
    found: list[ColumnElement[bool]] = [column == value for column, value in equal if value]
    if wanted.gateway.endswith(CALLS):  # as the figures name them
        found.append(Message.channel == Channel.CALL)
    if wanted.carrier:
        found.append(Attempt.carrier == ("" if wanted.carrier == UNKNOWN else wanted.carrier))
    if wanted.error:
        error = wanted.error
        found.append(or_(Attempt.error_class == error, Attempt.error_code == error))
    if wanted.since:
        found.append(Message.created_at >= wanted.since)
    if wanted.until:
        found.append(Message.created_at < wanted.until)
    return found
