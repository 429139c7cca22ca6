"""What texts cost, and the budget that bounds it (S-29)."""

from dataclasses import replace
from decimal import Decimal

import pytest
from flask import Flask

from tests.cast import Cast
from tests.sms.gateways import NO_ROUTE, Stage
from twofactor import house
from twofactor.config.settings import MoneyRules
from twofactor.gateways.base import Accepted, SendResult, Unknown
from twofactor.models.database import transaction
from twofactor.sms import budget, prices
from twofactor.sms.phone import Phone
from twofactor.verify import limits
from twofactor.verify.limits import LimitReached
from twofactor.words import Policy

TEN_CENTS = Decimal("0.10")


@pytest.fixture
def stage(app: Flask, cast: Cast) -> Stage:
    made = Stage(app, cast, "first", "second")
    _list(made, "first", "0.10", "USD", "2026-01-01")
    return made


def _list(stage: Stage, gateway: str, price: str, currency: str, since: str) -> None:
    row = {"gateway": gateway, "country": "US", "since": since, "currency": currency}
    with stage.inside(), transaction():
        prices.put([row | {"per_segment": Decimal(price)}])


def _rule(stage: Stage, **changes: object) -> None:
    with stage.inside() as kit:
        rules = MoneyRules("USD", {"EUR": Decimal("1.10")}, None, Decimal("0.2"))
        money = replace(rules, **changes)  # type: ignore[arg-type]
        settings = replace(kit.settings, money=money)
        stage.kit = replace(kit, settings=settings)
        house.install(stage.app, replace(house.house(), kit=stage.kit))


def spent(stage: Stage) -> Decimal:
    with stage.inside() as kit:
        return budget.spent(kit.now())


@pytest.mark.parametrize(
    ("answer", "cost"),
    [
        (Accepted("x"), TEN_CENTS),
        (Accepted("x", Decimal("0.25"), "USD"), Decimal("0.25")),
        (Unknown("no answer"), TEN_CENTS),
    ],
)
def test_a_text_costs_what_its_gateway_tells_else_what_is_listed(
    stage: Stage, answer: SendResult, cost: Decimal
) -> None:
    stage["first"].answer = answer
    stage.ask()
    assert stage.attempts()[0].price == cost
    assert spent(stage) == cost


def test_a_refused_text_costs_nothing(stage: Stage) -> None:
    stage["first"].answer = NO_ROUTE
    stage.ask()
    assert stage.attempts()[0].price is None
    assert spent(stage) == 0


def test_the_latest_price_that_has_begun_counts(stage: Stage) -> None:
    _list(stage, "first", "0.20", "USD", "2026-11-01")
    _list(stage, "first", "0.90", "USD", "2026-12-01")
    stage.ask()
    assert spent(stage) == Decimal("0.20")


def test_other_currencies_are_converted_where_a_rate_is_set(stage: Stage) -> None:
    _rule(stage)
    stage["first"].answer = Accepted("x", Decimal("0.10"), "EUR")
    stage.ask()
    assert spent(stage) == Decimal("0.11")


@pytest.mark.parametrize(
    ("cents", "known", "new"),
    [(79, True, True), (80, True, False), (99, True, False), (100, False, False)],
)
def test_s29_the_reserve_is_for_phones_confirmed_before(
    stage: Stage, cents: int, known: bool, new: bool
) -> None:
    _rule(stage, per_day=Decimal(1))
    with stage.inside() as kit, transaction():
        budget.charge(kit, Decimal(cents) / 100, "USD", kit.now())
        assert budget.is_left(kit, is_verified=True, now=kit.now()) is known
        assert budget.is_left(kit, is_verified=False, now=kit.now()) is new


def test_s29_a_spent_budget_refuses_with_the_time_of_the_next_day(stage: Stage) -> None:
    _rule(stage, per_day=TEN_CENTS)
    stage.ask()
    answer = stage.cast.at_code_page
    with stage.inside() as kit:
        phone = Phone("+12025550123", "US")
        with pytest.raises(LimitReached) as raised, transaction():
            limits.permit_send(kit, phone, None, is_verified=True, now=kit.now())
        assert raised.value.retry_after == 12 * 3600
        assert raised.value.limit is limits.BUDGET_DAY
    with pytest.raises(AssertionError):  # the page is no redirect to the code page
        answer()
    stage.clock.advance(12 * 3600)
    stage.ask()


def test_the_policy_cost_sends_by_the_cheaper_one(stage: Stage) -> None:
    _list(stage, "second", "0.02", "USD", "2026-01-01")
    with stage.inside() as kit:
        routing = replace(kit.settings.routing, policy=Policy.COST.value)
        stage.kit = replace(kit, settings=replace(kit.settings, routing=routing))
        house.install(stage.app, replace(house.house(), kit=stage.kit))
    stage.ask()
    assert [a.gateway for a in stage.attempts()] == ["second"]
