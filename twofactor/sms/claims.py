"""Claims: texts that somebody waits for, taken out of the outbox for handing over.

Guarantees: a row is claimed by one sender at a time; an attempt is on record before its gateway is
called; a text whose fate is unknown counts as sent and is never sent again by itself.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, select

from twofactor.kit import Kit
from twofactor.models import Attempt, Message
from twofactor.models.database import dialect_name
from twofactor.models.messages import phone_place
from twofactor.models.prepared import Prepared
from twofactor.models.rows import among, folded
from twofactor.sms import due, rates, ways
from twofactor.sms.due import DueText
from twofactor.sms.knowledge import Knowledge
from twofactor.sms.orders import Order, Pick, place
from twofactor.sms.phone import carrier
from twofactor.sms.routes import Way
from twofactor.sms.settle import as_failed
from twofactor.words import ErrorClass, Status, VerificationStatus

LEASE = timedelta(seconds=20)  # longer than any gateway call may take


def claim(kit: Kit, most: int = 1) -> list[Order]:
    """Claim the texts that wait longest and put their next attempts on record: `most` of them, or
    else all that are due.

    Rows that can't go out any more are settled on the way.
    """
    now = kit.now()
    rates.judge(now)
    orders: list[Order] = []
    while len(orders) < most:
        wanted = most - len(orders)
        texts = due.texts(now, wanted)
        if texts:
            orders += _orders(kit, texts, now)
        if len(texts) < wanted:
            break
    return orders


def _orders(kit: Kit, texts: Sequence[DueText], now: datetime) -> list[Order]:
    pasts = ways.pasts(texts, _silent(texts), now)
    known = Knowledge(kit, now)
    picks = []
    for text in texts:
        if text.id not in pasts or _is_over(text, now) or not ways.may_leave(text, now):
            continue
        phone = kit.keyring.unseal(text.phone_sealed, phone_place(text.sid))
        network = carrier(phone)
        way = ways.pick(known, text, pasts[text.id], network, may_explore=True)
        if isinstance(way, Way):
            picks.append(Pick(text, way, network, phone))
        else:
            ways.settle_without(known, text, pasts[text.id], way)
    return place(kit, picks, LEASE, now)


def _is_over(text: DueText, now: datetime) -> bool:
    """Its code died while a gateway held the text, so `withdraw` passed it over; it is settled."""
    if text.code_status in (None, VerificationStatus.PENDING):
        return False
    as_failed(text.id, Status.EXPIRED, "", ErrorClass.EXPIRED, now)
    return True


def _silent(texts: Sequence[DueText]) -> dict[int, frozenset[str]]:
    """Gateways that carried another text of the same code: this one is sent because they did not
    get through."""
    again = [text for text in texts if text.code_sends is not None and text.code_sends > 1]
    if not again:
        return {}
    asked = {(text.verification_id,) for text in again}
    rows = _CARRIED.all(**folded(dialect_name(), asked))
    return {text.id: frozenset(row[-1] for row in rows if _is_sibling(row, text)) for text in again}


def _is_sibling(row: Sequence[Any], text: DueText) -> bool:
    """Another text (or call) of the same code."""
    of, verification_id, channel, _ = row
    return (verification_id, channel) == (text.verification_id, text.channel) and of != text.id


def _carried(dialect: str) -> Select[Any]:
    text, attempt = Message.__table__.c, Attempt.__table__.c
    return (
        select(text.id, text.verification_id, text.channel, attempt.gateway)
        .join_from(Message.__table__, Attempt.__table__, attempt.message_id == text.id)
        .where(among(dialect, text.verification_id))
    )


_CARRIED = Prepared(_carried)
