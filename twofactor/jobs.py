"""Later work: texts to deliver, and what is done again and again. Each verb commits by itself."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from time import monotonic, sleep
from typing import Protocol, TypeVar

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from twofactor import privacy
from twofactor.alerts import keep, looks, tell
from twofactor.extensions import db
from twofactor.gateways.base import Accepted, Gateway, SendResult, Unknown
from twofactor.kit import Kit
from twofactor.mail import outbox as mails
from twofactor.models import FenceCounter, PeriodicJob
from twofactor.models.database import changed, transaction
from twofactor.sms import balances, breaker, bulk_claim, claims, due, early, outbox, slowness
from twofactor.sms.orders import Answer, Order
from twofactor.sms.settle import FOR_CODES, FOR_MANY, parts, settle
from twofactor.sms.stats import rollup
from twofactor.verify import (
    authenticators,
    challenges,
    freezes,
    hooks,
    limits,
    links,
    pumping,
    replies,
    resets,
    verifications,
)
from twofactor.verify.limits import LimitReached
from twofactor.words import Priority

log = logging.getLogger(__name__)

T = TypeVar("T")

YIELD_SECONDS = 0.02  # how long texts to many step back for one that somebody waits for


def deliver_next(kit: Kit) -> bool:
    """Hand one waiting text over; False when none is due."""
    orders = take(kit, 1)
    finish(kit, [(order, hand_over(order)) for order in orders])
    return bool(orders)


class Commit(Protocol):
    """Runs a work that writes through `database.connection()`; it is committed when this returns,
    and rolled back when this raises."""

    def __call__(self, work: Callable[[Connection], T], /) -> T: ...


def alone(work: Callable[[Connection], T]) -> T:
    """In a transaction of the caller's session."""
    with transaction() as session:
        return work(session.connection())


def is_due(kit: Kit) -> bool:
    """Whether a text that somebody waits for could leave now. Reads only."""
    return due.any_waits(Priority.NOW, kit.now())


def take(kit: Kit, most: int, commit: Commit = alone) -> list[Order]:
    """Claim the next waiting texts, their attempts on record; fewer than `most` when no more are
    due."""
    return commit(lambda _: claims.claim(kit, most))


def hand_over(order: Order) -> SendResult:
    """Call the gateway. Touches no row."""
    try:
        return order.hand_over()
    except Exception as error:  # an adapter's bug must not lose the text's record
        log.error("gateway %s raised %s", order.gateway.name, type(error).__name__)
        return Unknown(f"the adapter failed: {type(error).__name__}")


def finish(kit: Kit, answers: Sequence[Answer], commit: Commit = alone) -> None:
    """Put the gateways' answers on record, and go another way where nobody knows what came of a
    text. Each of `settle.parts` is committed as a whole: when a single one raises, none of it is on
    record."""
    for part in parts(answers):
        commit(partial(_put_on_record, kit, part))
    for order, result in answers:
        level = logging.DEBUG if isinstance(result, Accepted) else logging.INFO
        told = type(result).__name__
        log.log(level, "attempt %s by %s: %s", order.out.reference, order.gateway.name, told)
        if isinstance(result, Unknown) and order.has_others:
            _chase(kit, order, commit)


def _put_on_record(kit: Kit, part: Sequence[Answer], _: Connection) -> None:
    # A number that can't call says nothing of texts.
    texts = [(o.gateway.name, result) for o, result in part if not o.is_call]
    breaker.note_calls(texts, kit.now())
    settle(kit, part, kit.now(), FOR_CODES)


def _chase(kit: Kit, order: Order, commit: Commit) -> None:
    """The lost text counts as sent, so a second one needs a permit of its own; without one the
    person decides. Its answer is on record already, so nothing is raised."""
    try:
        commit(lambda _: verifications.chase(kit, order.message_id))
    except LimitReached as error:
        log.info("no second way for attempt %s: %s", order.out.reference, error.limit.name)
    except Exception:
        log.exception("no second way for attempt %s", order.out.reference)


def post_next(kit: Kit) -> bool:
    """Write one mail that was asked for, or hand one over; False when none is due."""
    if mails.is_asked():
        with transaction():
            asked = mails.asked()
            if asked is not None:
                resets.answer(kit, asked)
        return asked is not None
    if not mails.is_due(kit):
        return False
    with transaction():
        mail = mails.claim(kit)
    if mail is None:
        return False
    error = mails.hand_over(kit, mail)
    with transaction():
        mails.settle(kit, mail, error)
    return True


def deliver_bulk(kit: Kit) -> bool:
    """Hand one call's worth of texts to many over; False when none may leave now. Whatever
    somebody waits for goes first."""
    if not due.any_waits(Priority.BULK, kit.now()):
        return False
    if due.any_waits(Priority.NOW, kit.now()):
        sleep(YIELD_SECONDS)
        return True
    with transaction():
        orders = bulk_claim.claim(kit)
    if not orders:
        return False
    gateway = orders[0].gateway
    results = _hand_over_all(gateway, orders)
    with transaction():
        breaker.note_calls([(gateway.name, results[0])], kit.now())
    for part in parts(list(zip(orders, results, strict=True))):
        with transaction():
            settle(kit, part, kit.now(), FOR_MANY)
    log.info("%s texts to many by %s", len(orders), gateway.name)
    return True


def _hand_over_all(gateway: Gateway, orders: Sequence[Order]) -> list[SendResult]:
    try:
        return gateway.send_batch([order.sms for order in orders])
    except Exception as error:  # an adapter's bug must not lose the texts' record
        log.error("gateway %s raised %s", gateway.name, type(error).__name__)
        return [Unknown(f"the adapter failed: {type(error).__name__}")] * len(orders)


def sweep(kit: Kit) -> None:
    """End what is past its life and forget counters that no window reaches."""
    with transaction() as session:
        verifications.expire_due(kit)
        outbox.expire_due(kit.now())
        early.forget(session.connection(), kit.now())
        limits.forget(kit.now())
        replies.forget(kit)
        challenges.forget(kit.now())
        freezes.forget(kit)
        pumping.forget(kit.now())
        hooks.forget(kit.now())
        links.forget(kit)
        authenticators.forget_removed(kit)
        mails.give_up(kit.now())
        rollup.forget_minutes(kit.now())
        changed(delete(FenceCounter).where(FenceCounter.ends_at < int(kit.now().timestamp())))


def count_deliveries(kit: Kit) -> None:
    """Bring the roll-ups up to date, a batch of notes a transaction; requests get as much of the
    time as the count takes."""
    while True:
        began = monotonic()
        with transaction():
            counted = rollup.count_changes(kit.now())
        if counted < rollup.BATCH:
            return
        sleep(monotonic() - began)


def watch(kit: Kit) -> None:
    """Look for disturbances, and tell operators of new ones."""
    findings = looks.look(kit)
    with transaction():
        keep.settle(findings, kit.now())
    tell.news(kit)


def watch_balances(kit: Kit) -> None:
    """Ask the gateways for our balance there, and keep it for the pages."""
    told = balances.ask(kit)
    findings = looks.look_at_balances(kit, told)
    with transaction():
        balances.keep(told, kit.now())
        keep.settle(findings, kit.now())
    tell.news(kit)


def retain(kit: Kit) -> int:
    """Delete what is past its time, batch by batch; how many rows."""
    total = 0
    while True:
        with transaction():
            done = privacy.retain(kit)
        total += done
        if not done:
            return total


@dataclass(frozen=True, slots=True)
class Periodic:
    """Work that is done once every period, however many processes run."""

    name: str
    every: timedelta
    run: Callable[[Kit], object]


def watch_gateways(kit: Kit) -> None:
    """Lower the gateways that have become slow (S-76)."""
    with transaction():
        slowness.lower(kit.now())


PERIODIC = (
    Periodic("sweep", timedelta(seconds=15), sweep),
    Periodic("retain", timedelta(hours=1), retain),
    Periodic("watch gateways", timedelta(minutes=1), watch_gateways),
    Periodic("roll-ups", timedelta(seconds=5), count_deliveries),
    Periodic("alerts", timedelta(minutes=1), watch),
    Periodic("balances", timedelta(minutes=15), watch_balances),
)


def run_due(kit: Kit) -> None:
    """Run the periodic work whose time has come and that nobody else claims first."""
    for job in PERIODIC:
        try:
            if _claim(kit, job):
                job.run(kit)
        except Exception:
            log.exception("%s failed; the others go on", job.name)


def _claim(kit: Kit, job: Periodic) -> bool:
    now = kit.now()
    dialect = sqlite if db.engine.dialect.name == "sqlite" else postgresql
    next_at = db.session.scalar(select(PeriodicJob.next_at).where(PeriodicJob.name == job.name))
    if next_at is not None and next_at > now:
        return False
    with transaction() as session:
        if next_at is None:
            first = dialect.insert(PeriodicJob).values(name=job.name, next_at=now)
            session.execute(first.on_conflict_do_nothing())
        due = update(PeriodicJob).where(PeriodicJob.name == job.name, PeriodicJob.next_at <= now)
        return changed(due.values(next_at=now + job.every, last_at=now)) == 1
