"""Later work: texts to deliver, and what is done again and again. Each verb commits by itself."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from time import sleep

from sqlalchemy import delete, update
from sqlalchemy.dialects import postgresql, sqlite

from twofactor import privacy
from twofactor.alerts import keep, looks, tell
from twofactor.extensions import db
from twofactor.gateways.base import SendResult, Unknown
from twofactor.kit import Kit
from twofactor.mail import outbox as mails
from twofactor.models import FenceCounter, PeriodicJob
from twofactor.models.database import changed, transaction
from twofactor.sms import (
    balances,
    breaker,
    budget,
    bulk_claim,
    bulk_settle,
    early,
    outbox,
    slowness,
)
from twofactor.sms.settle import pause, settle
from twofactor.sms.stats import rollup
from twofactor.verify import (
    authenticators,
    challenges,
    freezes,
    limits,
    links,
    replies,
    verifications,
)
from twofactor.verify.limits import LimitReached

log = logging.getLogger(__name__)

YIELD_SECONDS = 0.02  # how long texts to many step back for one that somebody waits for


def deliver_next(kit: Kit, only: int | None = None) -> bool:
    """Hand one waiting text over, or the one with the id `only`; False when none is due."""
    order = take(kit, only)
    if order is None:
        return False
    finish(kit, order, _hand_over(order))
    return True


def take(kit: Kit, only: int | None = None) -> outbox.Order | None:
    """Claim the next waiting text, or the one with the id `only`, and put its attempt on record."""
    with transaction():
        return outbox.claim(kit, only)


def finish(kit: Kit, order: outbox.Order, result: SendResult) -> None:
    """Put the gateway's answer on record, and go another way where nobody knows what came of it."""
    now = kit.now()
    wait = pause(result, order.tries, has_others=order.has_others)
    with transaction():
        breaker.note(order.gateway.name, result, now)
        budget.correct(kit, order.attempt_id, result, now)
        settle(order.attempt_id, order.message_id, result, now, wait)
    log.info("attempt %s by %s: %s", order.sms.reference, order.gateway.name, type(result).__name__)
    if isinstance(result, Unknown) and order.has_others:
        _chase(kit, order)


def _chase(kit: Kit, order: outbox.Order) -> None:
    """The lost text counts as sent, so a second one needs a permit of its own; without one the
    person decides."""
    try:
        with transaction():
            verifications.chase(kit, order.message_id)
    except LimitReached as error:
        log.info("no second way for attempt %s: %s", order.sms.reference, error.limit.name)


def post_next(kit: Kit) -> bool:
    """Hand one waiting mail over; False when none is due."""
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


def _hand_over(order: outbox.Order) -> SendResult:
    try:
        return order.gateway.send(order.sms)
    except Exception as error:  # an adapter's bug must not lose the text's record
        log.error("gateway %s raised %s", order.gateway.name, type(error).__name__)
        return Unknown(f"the adapter failed: {type(error).__name__}")


def deliver_bulk(kit: Kit) -> bool:
    """Hand one call's worth of texts to many over; False when none may leave now. Whatever
    somebody waits for goes first."""
    if not bulk_claim.is_due(kit.now()):
        return False
    if outbox.has_waiting(kit.now()):
        sleep(YIELD_SECONDS)
        return True
    with transaction():
        load = bulk_claim.claim(kit)
    if load is None:
        return False
    results = _hand_over_all(load)
    with transaction():
        breaker.note(load.gateway.name, results[0], kit.now())
    for part in bulk_settle.parts(load.texts, results):
        with transaction():
            bulk_settle.settle_part(load.gateway.name, part, kit.now())
    log.info("%s texts to many by %s", len(load.texts), load.gateway.name)
    return True


def _hand_over_all(load: bulk_claim.Load) -> list[SendResult]:
    try:
        return load.gateway.send_batch([claimed.sms for claimed in load.texts])
    except Exception as error:  # an adapter's bug must not lose the texts' record
        log.error("gateway %s raised %s", load.gateway.name, type(error).__name__)
        return [Unknown(f"the adapter failed: {type(error).__name__}")] * len(load.texts)


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
        links.forget(kit)
        authenticators.forget_removed(kit)
        mails.give_up(kit.now())
        changed(delete(FenceCounter).where(FenceCounter.ends_at < int(kit.now().timestamp())))


def count_deliveries(kit: Kit) -> None:
    """Bring the roll-ups up to date, a batch of notes a transaction."""
    counted = rollup.BATCH
    while counted == rollup.BATCH:
        with transaction():
            counted = rollup.count_changes(kit.now())


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
    row = {"name": job.name, "next_at": now}
    due = update(PeriodicJob).where(PeriodicJob.name == job.name, PeriodicJob.next_at <= now)
    known = db.session.get(PeriodicJob, job.name)
    if known is not None and known.next_at > now:
        return False
    with transaction() as session:
        session.execute(dialect.insert(PeriodicJob).values(row).on_conflict_do_nothing())
        return changed(due.values(next_at=now + job.every, last_at=now)) == 1
