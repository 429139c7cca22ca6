"""The gateway for each of many texts: the same choice as for one, asked once a country."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from twofactor.extensions import db
from twofactor.kit import Kit
from twofactor.models import Attempt, Message
from twofactor.models.database import changed
from twofactor.sms import changes, routes
from twofactor.sms.routes import Later, Way
from twofactor.sms.settle import as_failed, as_unknown
from twofactor.words import ErrorClass, Status


@dataclass(frozen=True, slots=True)
class _Past:
    """What earlier attempts of a text came to."""

    refused: frozenset[str]
    busy: frozenset[str]


_NO_PAST = _Past(frozenset(), frozenset())


def ways(kit: Kit, texts: Sequence[tuple[int, str]], now: datetime) -> dict[int, Way]:
    """Message id to its way, for (message id, country). Texts whose fate is unknown, or that every
    gateway has refused, are settled and left out."""
    asked = {message_id for message_id, _ in texts}
    earlier: dict[int, list[Attempt]] = {}
    past_attempts = select(Attempt).where(Attempt.message_id.in_(asked)).order_by(Attempt.id)
    for attempt in db.session.scalars(past_attempts):
        earlier.setdefault(attempt.message_id, []).append(attempt)
    known: dict[tuple[str, _Past], Way | Later | None] = {}
    found: dict[int, Way] = {}
    for message_id, country in texts:
        past = _past(message_id, earlier.get(message_id, []), now)
        if past is None:
            continue
        if (country, past) not in known:
            known[country, past] = _way(kit, country, past, now)
        way = known[country, past]
        if isinstance(way, Way):
            found[message_id] = way
        elif isinstance(way, Later):
            row = update(Message).where(Message.id == message_id)
            changed(row.values(next_try_at=way.at))
        else:
            _fail(message_id, earlier.get(message_id, []), now)
    return found


def _fail(message_id: int, earlier: list[Attempt], now: datetime) -> None:
    """Every gateway has refused it, or is switched off."""
    code, error_class = "no_gateway", ErrorClass.ACCOUNT
    if earlier:
        code, error_class = earlier[-1].error_code, ErrorClass(earlier[-1].error_class)
    as_failed(message_id, Status.FAILED, code, error_class, now)


def _past(message_id: int, earlier: list[Attempt], now: datetime) -> _Past | None:
    """None when a sender died over this text: nobody knows whether it left, so it never does
    again."""
    if not earlier:
        return _NO_PAST
    if earlier[-1].outcome == "":
        as_unknown(earlier[-1].id, message_id, "the sender stopped in the middle", now)
        changes.note(message_id)
        return None
    refused = frozenset(a.gateway for a in earlier if a.error_class != ErrorClass.RETRY)
    return _Past(refused, frozenset(a.gateway for a in earlier) - refused)


def _way(kit: Kit, country: str, past: _Past, now: datetime) -> Way | Later | None:
    because = f"next after {', '.join(sorted(past.refused | past.busy))} refused it"
    return routes.pick(
        kit,
        country,
        "",
        refused=past.refused,
        tried=past.busy,
        because=because if past.refused | past.busy else "",
        now=now,
    )
