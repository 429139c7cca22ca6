"""The gateway for each of many texts: the same choice as for one, asked once a country."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from twofactor.extensions import db
from twofactor.kit import Kit
from twofactor.models import Attempt
from twofactor.sms.routing import choose
from twofactor.sms.settle import as_failed, as_unknown
from twofactor.words import ErrorClass, Status


@dataclass(frozen=True, slots=True)
class Way:
    """A gateway for a text, and why it."""

    gateway: str
    reason: str
    has_others: bool  # that could be asked at once if this one refuses


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
    known: dict[tuple[str, _Past], Way | None] = {}
    found: dict[int, Way] = {}
    for message_id, country in texts:
        past = _past(message_id, earlier.get(message_id, []), now)
        if past is None:
            continue
        if (country, past) not in known:
            known[country, past] = _way(kit, past)
        way = known[country, past]
        if way is not None:
            found[message_id] = way
        else:
            last = earlier[message_id][-1]
            error_class = ErrorClass(last.error_class)
            as_failed(message_id, Status.FAILED, last.error_code, error_class, now)
    return found


def _past(message_id: int, earlier: list[Attempt], now: datetime) -> _Past | None:
    """None when a sender died over this text: nobody knows whether it left, so it never does
    again."""
    if not earlier:
        return _NO_PAST
    if earlier[-1].outcome == "":
        as_unknown(earlier[-1].id, message_id, "the sender stopped in the middle", now)
        return None
    refused = frozenset(a.gateway for a in earlier if a.error_class != ErrorClass.RETRY)
    return _Past(refused, frozenset(a.gateway for a in earlier) - refused)


def _way(kit: Kit, past: _Past) -> Way | None:
    choice = choose(list(kit.gateways), past.refused, past.busy)
    if choice is None:
        return None
    others = set(kit.gateways) - past.refused - past.busy - {choice.gateway}
    return Way(choice.gateway, choice.reason, bool(others))
