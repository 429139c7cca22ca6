"""Rolling windows against a simple model, with a clock that moves."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import NOON
from twofactor.extensions import db
from twofactor.house import house
from twofactor.models import LimitSlice
from twofactor.models.database import transaction
from twofactor.verify import limits
from twofactor.verify.limits import Limit, LimitReached

STEPS = st.lists(
    st.tuples(st.integers(0, 4000), st.sampled_from(["hit", "hit", "hit", "refund"])), max_size=40
)
CASES = [Limit("hour", 3, 3600, ""), Limit("day", 5, 86_400, ""), Limit("short", 2, 10, "")]


class Model:
    """What a limit promises: a hit counts for its window, and for up to one grain longer."""

    def __init__(self, limit: Limit) -> None:
        self.limit = limit
        self.hits: list[int] = []

    def certainly_full(self, now: int) -> bool:
        return sum(now - at < self.limit.window for at in self.hits) >= self.limit.most

    def certainly_free(self, now: int) -> bool:
        span = self.limit.window + self.limit.grain
        return sum(now - at < span for at in self.hits) < self.limit.most


@pytest.mark.parametrize("limit", CASES, ids=lambda limit: limit.name)
def test_a_limit_never_lets_more_through_than_it_says(app: Flask, limit: Limit) -> None:
    runs, waits = iter(range(10_000)), list[int]()

    @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
    @given(STEPS)
    def walk(steps: list[tuple[int, str]]) -> None:
        model, now, key = Model(limit), int(NOON.timestamp()), f"key {next(runs)}"
        with app.app_context():
            kit = house().kit
            for pause, step in steps:
                now += pause * limit.window // 5000
                at = NOON + timedelta(seconds=now - int(NOON.timestamp()))
                if step == "refund" and model.hits:
                    counted = model.hits.pop()
                    with transaction():
                        when = NOON + timedelta(seconds=counted - int(NOON.timestamp()))
                        limits.refund(kit, limit, key, when)
                    continue
                try:
                    with transaction():
                        limits.hit(kit, limit, key, at)
                except LimitReached as error:
                    assert not model.certainly_free(now)
                    waits.append(error.retry_after)
                else:
                    assert not model.certainly_full(now)
                    model.hits.append(now)

    walk()
    assert all(1 <= wait <= limit.window + limit.grain for wait in waits)


def test_after_the_time_it_names_one_more_goes_through(app: Flask) -> None:
    limit = CASES[0]
    with app.app_context():
        kit, at = house().kit, NOON

        def hit() -> None:
            with transaction():
                limits.hit(kit, limit, "k", at)

        for _ in range(limit.most):
            hit()
            at += timedelta(minutes=10)
        with pytest.raises(LimitReached) as reached:
            hit()
        at += timedelta(seconds=reached.value.retry_after)
        hit()
        with pytest.raises(LimitReached):
            hit()


def test_what_no_window_reaches_is_forgotten_and_nothing_else(app: Flask) -> None:
    with app.app_context():
        kit = house().kit
        for limit in CASES:
            with transaction():
                limits.hit(kit, limit, "k", NOON)
        with transaction():
            limits.forget(NOON + timedelta(seconds=3700))
        kept = {row.key.split(":")[1] for row in db.session.query(LimitSlice)}
        assert kept == {"day"}


def test_a_refund_without_a_hit_takes_nothing_below_zero(app: Flask) -> None:
    with app.app_context():
        kit = house().kit
        with transaction():
            limits.refund(kit, CASES[0], "k", NOON)
            limits.hit(kit, CASES[0], "k", NOON)
        assert all(row.hits >= 0 for row in db.session.query(LimitSlice))


def test_no_row_tells_whom_it_counts(app: Flask, tmp_path: Path) -> None:
    with app.app_context():
        with transaction():
            limits.hit(house().kit, limits.NUMBER_HOUR, "+12025550123", NOON)
        keys = " ".join(row.key for row in db.session.query(LimitSlice))
        assert "2025550123" not in keys
