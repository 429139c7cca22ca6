"""The next gateway of a text that is due, after all that became of it so far.

Texts that can't go out any more are settled on the way.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, select, update

from twofactor.models import Attempt, Message
from twofactor.models.database import dialect_name
from twofactor.models.prepared import Prepared
from twofactor.models.rows import among, folded
from twofactor.sms import call_routes, routes
from twofactor.sms.due import DueText
from twofactor.sms.knowledge import Knowledge
from twofactor.sms.routes import Later, Way
from twofactor.sms.settle import as_failed, as_unknown
from twofactor.words import Channel, ErrorClass, Status


class _Earlier(NamedTuple):
    """An attempt that was made of a text before."""

    id: int
    message_id: int
    gateway: str
    outcome: str
    error_code: str
    error_class: str


def _earlier(dialect: str) -> Select[Any]:
    row = Attempt.__table__.c
    asked = select(*(row[name] for name in _Earlier._fields))
    return asked.where(among(dialect, row.message_id)).order_by(row.id)


_EARLIER = Prepared(_earlier)
_WAIT = Prepared(
    update(Message)
    .where(Message.id == bindparam("of"), Message.status == Status.QUEUED.value)
    .values(next_try_at=bindparam("at"))
)


@dataclass(frozen=True, slots=True)
class Past:
    """What became of a text so far: gateways that said no, that asked to wait, and that carried an
    earlier text of the same code which did not get through."""

    refused: frozenset[str] = frozenset()
    busy: frozenset[str] = frozenset()
    silent: frozenset[str] = frozenset()
    error_code: str = "no_gateway"  # of the last refusal; at first none but "all are switched off"
    error_class: ErrorClass = ErrorClass.ACCOUNT

    @property
    def because(self) -> str:
        """Why another gateway than the leader may be asked; '' for a first try."""
        if asked := self.refused | self.busy:
            return f"next after {', '.join(sorted(asked))} refused it"
        return f"another way than {', '.join(sorted(self.silent))}" if self.silent else ""


def pasts(
    texts: Sequence[DueText], silent: Mapping[int, frozenset[str]], now: datetime
) -> dict[int, Past]:
    """Message id to its past; `silent` may name gateways of earlier texts. Where a sender died over
    a text nobody knows whether it left: it is settled and left out."""
    earlier: dict[int, list[_Earlier]] = {}
    tried = [(text.id,) for text in texts if text.tries]
    rows = _EARLIER.all(**folded(dialect_name(), tried)) if tried else ()
    for attempt in map(_Earlier._make, rows):
        earlier.setdefault(attempt.message_id, []).append(attempt)
    found = {}
    for text in texts:
        attempts = earlier.get(text.id, [])
        if any(attempt.outcome == "" for attempt in attempts):
            as_unknown(attempts[-1].id, text.id, "the sender stopped in the middle", now)
        else:
            found[text.id] = _past(attempts, silent.get(text.id, frozenset()))
    return found


def may_leave(text: DueText, now: datetime) -> bool:
    """False for a text past its life, or to a phone that said STOP; that one is settled."""
    if now >= text.valid_until or text.body_sealed is None:
        as_failed(text.id, Status.EXPIRED, "", ErrorClass.EXPIRED, now)
        return False
    if text.is_stopped:
        as_failed(text.id, Status.REJECTED, "", ErrorClass.OPTED_OUT, now)
        return False
    return True


def pick(
    known: Knowledge, text: DueText, past: Past, carrier: str = "", *, may_explore: bool
) -> Way | Later | None:
    """Its next gateway, or when one may be asked; None when every one has refused it."""
    if text.channel == Channel.CALL:
        tried = past.busy | past.silent
        return call_routes.pick(known, text.country, refused=past.refused, tried=tried)
    if text.only_gateway:
        return routes.only(known, text.country, text.only_gateway, past.refused)
    return routes.pick(
        known,
        text.country,
        carrier,
        refused=past.refused,
        tried=past.busy | past.silent,
        because=past.because,
        may_explore=may_explore,
    )


def settle_without(known: Knowledge, text: DueText, past: Past, way: Later | None) -> None:
    """No gateway takes the text now, or ever."""
    if isinstance(way, Later):
        _WAIT.run(of=text.id, at=way.at)
    else:
        as_failed(text.id, Status.FAILED, past.error_code, past.error_class, known.now)


def _past(attempts: Sequence[_Earlier], silent: frozenset[str]) -> Past:
    if not attempts:
        return Past(silent=silent)
    refused = frozenset(a.gateway for a in attempts if a.error_class != ErrorClass.RETRY)
    busy = frozenset(a.gateway for a in attempts) - refused
    last = attempts[-1]
    return Past(refused, busy, silent, last.error_code, ErrorClass(last.error_class))
