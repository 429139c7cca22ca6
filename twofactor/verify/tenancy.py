"""What the operator allows an account of the API, and what it used of that."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import func, select

from twofactor import audit
from twofactor.kit import Kit
from twofactor.models import ApiAccount, Attempt, Message, Service, Verification
from twofactor.models.columns import Money
from twofactor.models.database import connection
from twofactor.verify.limits import DAY, HOUR, MANY_TEXTS, Counts, Limit, LimitReached
from twofactor.verify.tenants import Tenant
from twofactor.words import AuditEvent, Status

LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})?", re.ASCII)
BUDGET = Limit("api_budget_day", 0, DAY, "The budget of this account is spent")


@dataclass(frozen=True, slots=True)
class Use:
    """Texts of one account in a period."""

    texts: int
    delivered: int
    confirmed: int
    cost: Decimal

    by_service: Mapping[int, tuple[int, int]]  # texts and confirmed ones, by the service's id

    @property
    def conversion_rate(self) -> float | None:
        return self.confirmed / self.texts if self.texts else None


def allow(
    kit: Kit,
    account: ApiAccount,
    sends_per_day: int | None,
    budget_per_day: Decimal | None,  # in the house's currency
    language: str | None,
) -> None:
    """Change what an account may send; None leaves it, 0 is no limit. Raises ValueError."""
    if language is not None and not LANGUAGE.fullmatch(language):
        raise ValueError("A language is like en or pt-BR")
    if sends_per_day is not None:
        account.sends_per_day = sends_per_day or None
    if budget_per_day is not None:
        account.budget_per_day = budget_per_day or None
    if language is not None:
        account.language = language
    audit.write(
        kit,
        AuditEvent.ACCOUNT_ALLOWED,
        account=account.sid,
        sends_per_day=account.sends_per_day,
        budget_per_day=str(account.budget_per_day or ""),
        language=account.language,
    )


def counts(kit: Kit, service: Tenant) -> Counts:
    """What one text is counted against, as the account may send. Raises LimitReached once its
    budget is spent."""
    if service.budget_per_day is not None and kit.settings.limits:
        since = kit.now() - timedelta(seconds=DAY)
        if use(kit, service.account_id, since).cost >= service.budget_per_day:
            raise LimitReached(BUDGET, HOUR)
    if service.sends_per_day is None:
        return ()
    limit = Limit("api_sends_day", service.sends_per_day, DAY, MANY_TEXTS)
    return ((limit, service.account_sid),)


def use(kit: Kit, account_id: int, since: datetime) -> Use:
    """What an account has sent since then. Prices are counted in the house's currency; those in a
    currency without a rate can't be."""
    own = (
        select(Message.id, Message.status, Message.confirmed_at, Verification.service_id)
        .join(Verification, Verification.id == Message.verification_id)
        .join(Service, Service.id == Verification.service_id)
        .where(Service.account_id == account_id, Message.created_at >= since)
        .subquery()
    )
    delivered = func.count().filter(own.c.status == Status.DELIVERED.value)
    counts = select(own.c.service_id, func.count(), delivered, func.count(own.c.confirmed_at))
    rows = connection().execute(counts.group_by(own.c.service_id)).all()
    prices = select(Attempt.currency, func.sum(Attempt.price, type_=Money))
    totals = prices.join(own, own.c.id == Attempt.message_id).group_by(Attempt.currency)
    worths = [
        kit.settings.money.converted(total, currency)
        for currency, total in connection().execute(totals)
    ]
    cost = sum((worth for worth in worths if worth is not None), Decimal(0))
    return Use(
        texts=sum(row[1] for row in rows),
        delivered=sum(row[2] for row in rows),
        confirmed=sum(row[3] for row in rows),
        cost=cost,
        by_service={row[0]: (row[1], row[3]) for row in rows},
    )
