"""Verifications as plain rows: read, added and found by prepared statements."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any, NamedTuple, cast

from sqlalchemy import bindparam, select, update

from twofactor.models import Verification
from twofactor.models.hand import flush, memory
from twofactor.models.prepared import Prepared
from twofactor.models.row_of import RowOf
from twofactor.models.verifications import Facts
from twofactor.words import Channel, VerificationStatus


@dataclass(slots=True)
class Entry(Facts):
    """A verification as its row was when it was read."""

    id: int
    sid: str
    purpose: str
    channel: str
    user_id: int | None
    session_id: int | None
    authenticator_id: int | None
    service_id: int | None
    phone_sealed: bytes
    phone_fingerprint: str
    country: str
    code_digest: bytes | None
    code_sealed: bytes | None
    code_length: int
    language: str
    brand: str
    app_hash: str
    is_watched: bool
    tags: dict[str, str]
    status: str
    checks: int
    max_checks: int
    sends: int
    max_sends: int
    created_at: datetime
    expires_at: datetime
    next_send_at: datetime
    settled_at: datetime | None
    told: str | None


Known = Verification | Entry  # where the caller's form does not matter


class Guessed(NamedTuple):
    """The checks of a verification that has ended, and whom they tell something about."""

    sid: str
    service_id: int | None
    phone_sealed: bytes
    phone_fingerprint: str
    code_length: int
    checks: int


ADOPTED = ("tags", "language", "brand", "app_hash")  # what a further text may change

_V = Verification.__table__.c
COLUMNS = [_V[field.name] for field in fields(Entry)]
_ADD = RowOf(Verification)
_values_of = attrgetter(*_ADD.names)
# What every check needs is `apart`: whoever has an id to name has read the row before, and phones
# and sids are looked after by `flush_of`.
_BY_ID = Prepared(select(*COLUMNS).where(_V.id == bindparam("of")), apart=True)
_BY_SID = Prepared(
    select(*COLUMNS).where(_V.service_id == bindparam("service"), _V.sid == bindparam("of")),
    apart=True,
)
GUESSED = [_V[name] for name in Guessed._fields]
_IS_PENDING = _V.status == VerificationStatus.PENDING.value
_PENDING_OF_USER = Prepared(
    select(_V.id, _V.expires_at).where(
        _V.user_id == bindparam("user"), _V.purpose == bindparam("aim"), _IS_PENDING
    )
)
_APPROVED = Prepared(
    select(_V.id)
    .where(
        _V.service_id == bindparam("service"),
        _V.phone_fingerprint == bindparam("phone"),
        _V.status == VerificationStatus.APPROVED.value,
    )
    .limit(1)
)
_ADOPT = Prepared(
    update(Verification)
    .where(_V.id == bindparam("of"))
    .values({name: bindparam(f"new_{name}", type_=_V[name].type) for name in ADOPTED})
)
_WATCH = Prepared(
    update(Verification).where(_V.id == bindparam("of"), _V.told.is_(None)).values(told=_V.status)
)
_SEND_AGAIN = Prepared(
    update(Verification)
    .where(
        _V.id == bindparam("of"),
        _IS_PENDING,
        _V.expires_at > bindparam("now"),
        _V.sends < _V.max_sends,
        _V.sends == bindparam("seen"),
        _V.next_send_at <= bindparam("due"),
    )
    .values(sends=_V.sends + 1, next_send_at=bindparam("next"), channel=bindparam("way"))
)
_COUNT_CHECK = Prepared(
    update(Verification)
    .where(
        _V.id == bindparam("of"),
        _IS_PENDING,
        _V.expires_at > bindparam("now"),
        _V.checks < _V.max_checks,
    )
    .values(checks=_V.checks + 1)
    .returning(_V.checks),
    apart=True,
)
_END = Prepared(
    update(Verification)
    .where(_V.id == bindparam("of"), _IS_PENDING)
    .values(
        status=bindparam("end"), settled_at=bindparam("now"), code_digest=None, code_sealed=None
    )
    .returning(*GUESSED),
    apart=True,
)
FOREVER = datetime.max.replace(tzinfo=UTC)

Pending = list[tuple[int, datetime]]  # ids, and when they expire


def add(entry: Entry) -> None:
    """Make it a row, whose id it has from then on."""
    entry.id = _ADD.add_in_group(_values_of(entry))
    kept = memory()
    if kept is not None:
        kept.setdefault(add, set()).update((entry.phone_fingerprint, entry.sid))
    foreseen().pop(entry.phone_fingerprint, None)


def foreseen() -> dict[str, Any]:
    """By phone, what a group has read of verifications ahead of the works that want it; nothing any
    more of a phone of which one has changed."""
    kept = memory()
    return {} if kept is None else cast(dict[str, Any], kept.setdefault(foreseen, {}))


def flush_of(names: Iterable[str]) -> None:
    """Have statements that are `apart` find what was added for these fingerprints or sids."""
    added: set[str] = (memory() or {}).get(add, set())
    if not added.isdisjoint(names):
        flush()


def by_id(verification_id: int) -> Entry:
    """The row as it is now. Raises LookupError."""
    row = _BY_ID.first(of=verification_id)
    if row is None:
        raise LookupError(f"verification {verification_id}")
    return Entry(*row)


def by_sid(service_id: int, sid: str) -> Entry | None:
    """A verification of this service."""
    flush_of([sid])
    row = _BY_SID.first(service=service_id, of=sid)
    return Entry(*row) if row else None


def pending_of_user(user_id: int, purpose: str) -> Pending:
    """What was started for this user and has not been ended."""
    return [(of, at) for of, at in _PENDING_OF_USER.all(user=user_id, aim=purpose)]


def was_approved(service_id: int, prints: Iterable[str]) -> bool:
    """Whether this phone has ever proved itself to this service."""
    return any(_APPROVED.first(service=service_id, phone=one) for one in prints)


def adopt(entry: Entry) -> None:
    """Write down what a further text changed of the entry."""
    _ADOPT.run(of=entry.id, **{f"new_{name}": getattr(entry, name) for name in ADOPTED})


def watch(verification_id: int) -> None:
    """From now on its changes of status are told."""
    _WATCH.run(of=verification_id)


def count_send(
    verification_id: int,
    seen: int,
    channel: Channel,
    now: datetime,
    next_at: datetime,
    *,
    early: bool,
) -> bool:
    """Count one more text or call of a living code, unless there were others than the `seen` ones,
    or none is due yet and it is not `early`."""
    due, way = FOREVER if early else now, channel.value
    sent = _SEND_AGAIN.run(of=verification_id, seen=seen, now=now, due=due, next=next_at, way=way)
    return sent == 1


def count_check(known: Known, now: datetime) -> Entry | None:
    """Count one check of a living code that has some left; the verification with it, or None."""
    checks = _COUNT_CHECK.scalar(of=known.id, now=now)
    if checks is None:
        return None
    foreseen().pop(known.phone_fingerprint, None)
    entry = known if isinstance(known, Entry) else by_id(known.id)
    entry.checks = checks
    return entry


def end(verification_id: int, status: VerificationStatus, now: datetime) -> Guessed | None:
    """Move a pending one to a final status and erase its code; what was guessed at it, for who did
    it."""
    row = _END.first(of=verification_id, end=status.value, now=now)
    if row is None:
        return None
    guessed = Guessed(*row)
    foreseen().pop(guessed.phone_fingerprint, None)
    return guessed
