"""What the rules say of the figures as they are now. Reads roll-ups and small windows only."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from twofactor.alerts import rules
from twofactor.alerts.rules import Finding
from twofactor.gateways.base import Balance
from twofactor.kit import Kit
from twofactor.models.rollups import DAY, HOUR
from twofactor.sms import budget, tally
from twofactor.sms.stats import watch
from twofactor.sms.stats.figures import Figures
from twofactor.sms.stats.history import cells, grouped
from twofactor.sms.stats.measures import Cell, start
from twofactor.sms.stats.periods import Period
from twofactor.verify import limits, pumping
from twofactor.words import CODED, AlertKind

NORM_DAYS = 7
STRANGER_WINDOW = timedelta(minutes=10)
ROUTE = ("gateway", "country")


def look(kit: Kit) -> list[Finding]:
    """Everything that the database tells."""
    return [*_routes(kit.now()), *_receipts(kit), *_strangers(kit), *_budget(kit), *_pumping(kit)]


def look_at_balances(kit: Kit, told: Mapping[str, Balance]) -> list[Finding]:
    """What is said of our money with the gateways that told it."""
    found = []
    for name, balance in told.items():
        a_day = _spent(name, balance.currency, kit.now()) / NORM_DAYS
        found.append(rules.balance_low(name, balance.amount, balance.currency, a_day))
    return found


def _routes(now: datetime) -> Iterable[Finding]:
    """Each gateway × country of the last two hours against the seven days before today."""
    hour = datetime.fromtimestamp(start(now, HOUR), UTC)
    lately = Period("", hour - timedelta(hours=1), hour + timedelta(hours=1), HOUR)
    now_cells, week_cells = cells(lately), cells(_week(now))
    recent, usual = grouped(ROUTE, now_cells, {}), grouped(ROUTE, week_cells, {})
    for (gateway, country), figures in recent.items():
        norm = usual.get((gateway, country), Figures())
        yield rules.rate_low(AlertKind.DELIVERY_LOW, figures, norm, gateway, country)
        yield rules.latency_high(figures, norm, gateway, country)
        yield rules.price_jump(figures, norm, gateway, country)
    coded, usual = _coded(now_cells), _coded(week_cells)
    for (gateway, country), figures in coded.items():
        norm = usual.get((gateway, country), Figures())
        yield rules.rate_low(AlertKind.CONVERSION_LOW, figures, norm, gateway, country)


def _coded(parts: Mapping[Cell, Figures]) -> dict[tuple[str, ...], Figures]:
    """By route, without the texts that hold no code: nobody can confirm those."""
    return grouped(ROUTE, {cell: part for cell, part in parts.items() if cell[-1] in CODED}, {})


def _receipts(kit: Kit) -> Iterable[Finding]:
    silences = {silence.gateway: silence for silence in watch.silences(kit.now())}
    for name in {*kit.gateways, *silences}:
        silence = silences.get(name)
        minutes = int((kit.now() - silence.since).total_seconds() // 60) if silence else 0
        yield rules.receipts_stopped(name, minutes, silence.waiting if silence else 0)


def _strangers(kit: Kit) -> Iterable[Finding]:
    for name in kit.gateways:
        refused = tally.refused(name, kit.now() - STRANGER_WINDOW)
        yield rules.signatures_failing(name, refused)


def _budget(kit: Kit) -> Iterable[Finding]:
    if kit.settings.limits:
        limit = limits.GLOBAL_DAY
        yield rules.budget_used(limits.spent(kit, limit, "all", kit.now()), limits.most(kit, limit))
    money = kit.settings.money
    if money.per_day is not None:
        yield rules.money_used(budget.spent(kit.now()), money.per_day, money.currency)


def _pumping(kit: Kit) -> Iterable[Finding]:
    """One finding a country, also where only a neighbourhood of it is blocked."""
    found: dict[str, Finding] = {}
    for block in pumping.blocks():
        is_blocked = block.until > kit.now() and pumping.holds(block)
        if is_blocked or block.country not in found:
            figures = pumping.figures_of(block)
            found[block.country] = rules.pumping(block.country, *figures, is_blocked=is_blocked)
    return found.values()


def _week(now: datetime) -> Period:
    today = datetime.fromtimestamp(start(now, DAY), UTC)
    return Period("", today - timedelta(days=NORM_DAYS), today, DAY)


def _spent(gateway: str, currency: str, now: datetime) -> Decimal:
    figures = grouped(["gateway"], cells(_week(now)), {"gateway": gateway}).get((gateway,))
    return figures.costs.get(currency, Decimal(0)) if figures else Decimal(0)
