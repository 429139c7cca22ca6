"""Claims: texts that somebody waits for, taken out of the outbox for handing over.

Guarantees: a row is claimed by one sender at a time; an attempt is on record before its gateway is
called; a text whose fate is unknown counts as sent and is never sent again by itself.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select

from twofactor.extensions import db
from twofactor.kit import Kit
from twofactor.models import Attempt, Message, Verification
from twofactor.models.messages import phone_place
from twofactor.sms import due, optouts, rates, ways
from twofactor.sms.due import DueText
from twofactor.sms.knowledge import Knowledge
from twofactor.sms.orders import Order, Pick, place
from twofactor.sms.phone import carrier
from twofactor.sms.routes import Way
from twofactor.sms.settle import as_failed
from twofactor.words import ErrorClass, Status, VerificationStatus

LEASE = timedelta(seconds=20)  # longer than any gateway call may take


def claim(kit: Kit, most: int = 1) -> list[Order]:
    """Claim the texts that wait longest and put their next attempts on record; none when none is
    due.

    Rows that can't go out any more are settled on the way.
    """
    now = kit.now()
    rates.judge(now)
    while texts := due.texts(now, most):
        orders = _orders(kit, texts, now)
        if orders:
            return orders
    return []


def _orders(kit: Kit, texts: Sequence[DueText], now: datetime) -> list[Order]:
    codes = _codes(texts)
    stopped = optouts.stopped_among({text.phone_fingerprint for text in texts})
    pasts = ways.pasts(texts, _silent(texts, codes), now)
    known = Knowledge(kit, now)
    picks = []
    for text in texts:
        if text.id not in pasts or _is_over(text, codes, now):
            continue
        if not ways.may_leave(text, stopped, now):
            continue
        network = carrier(kit.keyring.unseal(text.phone_sealed, phone_place(text.sid)))
        way = ways.pick(known, text, pasts[text.id], network, may_explore=True)
        if isinstance(way, Way):
            picks.append(Pick(text, way, network))
        else:
            ways.settle_without(known, text, pasts[text.id], way)
    return place(kit, picks, LEASE, now)


def _codes(texts: Sequence[DueText]) -> Mapping[int, Any]:
    """The verifications that the texts belong to."""
    asked = sorted({text.verification_id for text in texts if text.verification_id})
    if not asked:
        return {}
    rows = db.session.connection().execute(_CODES, {"verifications": asked})
    return {row.id: row for row in rows}


def _is_over(text: DueText, codes: Mapping[int, Any], now: datetime) -> bool:
    """Its code died while a gateway held the text, so `withdraw` passed it over; it is settled."""
    code = codes.get(text.verification_id)
    if code is None or code.status == VerificationStatus.PENDING:
        return False
    as_failed(text.id, Status.EXPIRED, "", ErrorClass.EXPIRED, now)
    return True


def _silent(texts: Sequence[DueText], codes: Mapping[int, Any]) -> dict[int, frozenset[str]]:
    """Gateways that carried another text of the same code: this one is sent because they did not
    get through."""
    again = [
        text
        for text in texts
        if text.verification_id in codes and codes[text.verification_id].sends > 1
    ]
    if not again:
        return {}
    asked = {"verifications": sorted({text.verification_id for text in again})}
    rows = db.session.connection().execute(_CARRIED, asked).all()
    return {
        text.id: frozenset(row.gateway for row in rows if _is_sibling(row, text)) for text in again
    }


def _is_sibling(row: Any, text: DueText) -> bool:
    """Another text (or call) of the same code."""
    same = (row.verification_id, row.channel) == (text.verification_id, text.channel)
    return same and row.id != text.id


_CODE, _TEXT, _ATTEMPT = Verification.__table__.c, Message.__table__.c, Attempt.__table__.c
_CODES = select(_CODE.id, _CODE.status, _CODE.sends).where(
    _CODE.id.in_(bindparam("verifications", expanding=True))
)
_CARRIED = (
    select(_TEXT.id, _TEXT.verification_id, _TEXT.channel, _ATTEMPT.gateway)
    .join_from(Message.__table__, Attempt.__table__, _ATTEMPT.message_id == _TEXT.id)
    .where(_TEXT.verification_id.in_(bindparam("verifications", expanding=True)))
)
