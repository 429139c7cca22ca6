"""Claiming texts to many, a call's worth at a time, at the pace of their gateway."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from twofactor.extensions import db
from twofactor.gateways.base import Gateway
from twofactor.kit import Kit
from twofactor.models import Batch
from twofactor.sms import due, pace, ways
from twofactor.sms.bulk import stop
from twofactor.sms.due import DueText
from twofactor.sms.knowledge import Knowledge
from twofactor.sms.orders import Order, Pick, place
from twofactor.sms.routes import Later, Way
from twofactor.sms.ways import Past

LEASE = timedelta(minutes=3)  # a batch may take as many calls as it has bodies
MOST = 1000
BATCHES_AT_ONCE = 5


def claim(kit: Kit) -> list[Order]:
    """Claim the texts that wait longest, of one batch and for one call to one gateway, and put
    their attempts on record; none when none may leave now. Rows that can't go out any more are
    settled on the way.
    """
    now = kit.now()
    paced: list[int] = []  # batches whose gateways may be given nothing now
    while len(paced) < BATCHES_AT_ONCE:
        batch_id = due.batch(now, without=paced)
        if batch_id is None:
            return []
        batch = db.session.get_one(Batch, batch_id)
        if batch.stopped_at is not None:
            stop(kit, batch)
            continue
        orders = _claim_of(kit, batch, now)
        if orders:
            return orders
        paced.append(batch.id)
    return []


def _claim_of(kit: Kit, batch: Batch, now: datetime) -> list[Order]:
    texts = due.of_batch(batch.id, now, MOST)
    for gateway, picks in _by_gateway(kit, _picks(kit, texts, now)).items():
        size = gateway.batch_size if gateway.mixes_bodies or not batch.has_own_bodies else 1
        orders = place(kit, _paced(kit, gateway, picks[:size], now), LEASE, now)
        if orders:
            return orders
    return []


def _picks(kit: Kit, texts: Sequence[DueText], now: datetime) -> list[Pick]:
    """The way of each: the same choice as for one text, made once a country and past. No code comes
    back from texts to many, so there is nothing to explore."""
    pasts, known = ways.pasts(texts, {}, now), Knowledge(kit, now)
    chosen: dict[tuple[str, Past], Way | Later | None] = {}
    picks = []
    for text in texts:
        if text.id not in pasts or not ways.may_leave(text, now):
            continue
        past = pasts[text.id]
        alike = (text.country, past)
        if alike not in chosen:
            chosen[alike] = ways.pick(known, text, past, may_explore=False)
        way = chosen[alike]
        if isinstance(way, Way):
            picks.append(Pick(text, way))
        else:
            ways.settle_without(known, text, past, way)
    return picks


def _by_gateway(kit: Kit, picks: Sequence[Pick]) -> dict[Gateway, list[Pick]]:
    groups: dict[Gateway, list[Pick]] = {}
    for pick in picks:
        groups.setdefault(kit.gateways[pick.way.gateway], []).append(pick)
    return groups


def _paced(kit: Kit, gateway: Gateway, picks: Sequence[Pick], now: datetime) -> list[Pick]:
    """Those that the pace allows, paid for in segments."""
    allowed = pace.allowance(kit, gateway, now)
    taken: list[Pick] = []
    segments = 0
    for pick in picks:
        if segments >= allowed.segments:
            break
        taken.append(pick)
        segments += pick.text.segments
    return taken if taken and allowed.take(segments, now) else []
