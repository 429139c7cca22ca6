"""Later work: texts to deliver, and what is done again and again. Each verb commits by itself."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, update
from sqlalchemy.dialects import postgresql, sqlite

from twofactor import privacy
from twofactor.extensions import db
from twofactor.gateways.base import SendResult, Unknown
from twofactor.kit import Kit
from twofactor.mail import outbox as mails
from twofactor.models import FenceCounter, PeriodicJob
from twofactor.models.database import changed, transaction
from twofactor.sms import outbox
from twofactor.sms.settle import pause, settle
from twofactor.verify import (
    authenticators,
    challenges,
    freezes,
    limits,
    links,
    verifications,
)

log = logging.getLogger(__name__)


def deliver_next(kit: Kit) -> bool:
    """Hand one waiting text over; False when none is due."""
    with transaction():
        order = outbox.claim(kit)
    if order is None:
        return False
    result = _hand_over(order)
    wait = pause(result, order.tries, has_others=order.has_others)
    with transaction():
        settle(order.attempt_id, order.message_id, result, kit.now(), wait)
    log.info("attempt %s by %s: %s", order.sms.reference, order.gateway.name, type(result).__name__)
    return True


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


def work_next(kit: Kit) -> bool:
    """Do what is due next, a text before a mail; False when there is nothing."""
    return deliver_next(kit) or post_next(kit)


def _hand_over(order: outbox.Order) -> SendResult:
    try:
        return order.gateway.send(order.sms)
    except Exception as error:  # an adapter's bug must not lose the text's record
        log.error("gateway %s raised %s", order.gateway.name, type(error).__name__)
        return Unknown(f"the adapter failed: {type(error).__name__}")


def sweep(kit: Kit) -> None:
    """End what is past its life and forget counters that no window reaches."""
    with transaction():
        verifications.expire_due(kit)
        limits.forget(kit.now())
        challenges.forget(kit.now())
        freezes.forget(kit)
        links.forget(kit)
        authenticators.forget_removed(kit)
        mails.give_up(kit.now())
        changed(delete(FenceCounter).where(FenceCounter.ends_at < int(kit.now().timestamp())))


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


PERIODIC = (
    Periodic("sweep", timedelta(seconds=15), sweep),
    Periodic("retain", timedelta(hours=1), retain),
)


def run_due(kit: Kit) -> None:
    """Run the periodic work whose time has come and that nobody else claims first."""
    for job in PERIODIC:
        if _claim(kit, job):
            job.run(kit)


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
