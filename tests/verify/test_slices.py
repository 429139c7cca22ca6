"""Totals against a plain list of slices: random walks of hits, refunds, weights and time, with
several limits at once, on either database."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select

from tests.conftest import NOON
from tests.security.houses import house_on
from tests.security.racers import at_once
from twofactor.extensions import db
from twofactor.house import house
from twofactor.models import LimitSlice
from twofactor.models.database import at_hand, driver, transaction
from twofactor.models.hand import forget_late, late_count, memory
from twofactor.verify import limits
from twofactor.verify.limits import Limit, LimitReached

HOURLY, DAILY, BRIEF = Limit("h", 9, 3600, ""), Limit("d", 20, 86_400, ""), Limit("s", 6, 10, "")
GROUPS = [(HOURLY,), (BRIEF,), (HOURLY, DAILY), (BRIEF, DAILY, HOURLY), (DAILY, HOURLY)]
Steps = list[tuple[int, str, Sequence[Limit], str, int]]
PAUSES = st.one_of(st.integers(0, 30), st.integers(0, 4000), st.integers(0, 90_000), st.just(-3))
STEPS = st.lists(
    st.tuples(
        PAUSES,
        st.sampled_from(["hit", "hit", "hit", "hit", "refund", "forget"]),
        st.sampled_from(GROUPS),
        st.sampled_from(["one", "other"]),
        st.integers(1, 6),
    ),
    max_size=40,
)


@pytest.fixture
def either(tmp_path: Path, database_url: str) -> Iterator[Flask]:
    with house_on(tmp_path, DATABASE_URL=database_url) as app:
        yield app


@dataclass
class Slices:
    """What is counted for one limit and value: hits by the start of their slice."""

    limit: Limit
    hits: Counter[int] = field(default_factory=Counter)
    forget_after: int = 0

    def live(self, second: int) -> list[tuple[int, int]]:
        reach = second - self.limit.window - self.limit.grain
        return [(start, hits) for start, hits in sorted(self.hits.items()) if start > reach]

    def spent(self, second: int) -> int:
        return sum(hits for _, hits in self.live(second))

    def wait(self, second: int, weight: int = 1) -> int:
        live, span = self.live(second), self.limit.window + self.limit.grain
        for gone in range(len(live) + 1):
            if sum(hits for _, hits in live[gone:]) + weight <= self.limit.most:
                return max(1, live[gone - 1][0] + span - second) if gone else 0
        raise ValueError("heavier than the limit")

    def add(self, second: int, weight: int) -> None:
        self.hits = Counter(dict(self.live(second)))
        self.hits[second - second % self.limit.grain] += weight
        until = second + self.limit.window + self.limit.grain
        self.forget_after = max(self.forget_after, until + -until % 60)

    def take(self, second: int, weight: int) -> None:
        start = second - second % self.limit.grain
        if self.hits[start] >= weight:
            self.hits[start] -= weight

    def forget(self, second: int) -> None:
        if self.forget_after < second:
            self.hits.clear()


def at(second: int) -> datetime:
    return NOON + timedelta(seconds=second - int(NOON.timestamp()))


def assert_latches_hold_the_sums() -> None:
    """Of every key, none of whose slices is without a latch or below zero."""
    latches: Counter[str] = Counter()
    sums: Counter[str] = Counter()
    for row in db.session.scalars(select(LimitSlice)):
        assert row.hits >= 0
        (latches if row.slice == 0 else sums)[row.key] += row.hits
        sums[row.key] += 0
    assert latches == sums
    keys = set(db.session.scalars(select(LimitSlice.key).where(LimitSlice.slice == 0)))
    assert keys == set(sums)
    db.session.rollback()


class Walk:
    """One random walk, in the product and in the model."""

    def __init__(self, name: int) -> None:
        self.name, self.kit = name, house().kit
        self.now = int(NOON.timestamp())
        self.counted: list[tuple[int, Sequence[Limit], str, int]] = []
        self.model = {
            (limit, value): Slices(limit)
            for limit in (HOURLY, DAILY, BRIEF)
            for value in ("one", "other")
        }

    def within(self) -> AbstractContextManager[object]:
        return transaction()

    def key(self, value: str) -> str:
        return f"{value} {self.name}"

    def hit(self, group: Sequence[Limit], value: str, weight: int) -> None:
        waits = [self.model[limit, value].wait(self.now, weight) for limit in group]
        full = [limit for limit, wait in zip(group, waits, strict=True) if wait]
        together = [(limit, self.key(value)) for limit in group]
        if full:
            with pytest.raises(LimitReached) as reached, self.within():
                limits.hit_together(self.kit, together, at(self.now), weight)
            assert reached.value.limit is full[0]
            assert reached.value.retry_after == next(filter(None, waits))
            return
        with self.within():
            limits.hit_together(self.kit, together, at(self.now), weight)
        self.counted.append((self.now, group, value, weight))
        for limit in group:
            self.model[limit, value].add(self.now, weight)

    def refund(self) -> None:
        if self.counted:
            second, group, value, weight = self.counted.pop()
            together = [(limit, self.key(value)) for limit in group]
            with self.within():
                limits.refund_together(self.kit, together, at(second), weight)
            for limit in group:
                self.model[limit, value].take(second, weight)

    def forget(self) -> None:
        with self.within():
            limits.forget(at(self.now))
        for slices in self.model.values():
            slices.forget(self.now)

    def walk(self, steps: Steps) -> None:
        for pause, step, group, value, weight in steps:
            self.now += pause
            if step == "hit":
                self.hit(group, value, weight)
            elif step == "refund":
                self.refund()
            else:
                self.forget()
            self.compare()

    def compare(self) -> None:
        now = at(self.now)
        for (limit, value), slices in self.model.items():
            key = self.key(value)
            assert limits.spent(self.kit, limit, key, now) == slices.spent(self.now)
            assert limits.wait(self.kit, limit, key, now) == slices.wait(self.now)
        if memory() is None:
            db.session.rollback()


def test_the_totals_tell_what_a_list_of_slices_would(either: Flask) -> None:
    names = iter(range(10_000))

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(STEPS)
    def walk(steps: Steps) -> None:
        with either.app_context():
            here = Walk(next(names))
            here.walk(steps)
            assert_latches_hold_the_sums()

    walk()


class GroupWalk(Walk):
    """Many steps in one transaction of works, of which each refused one is undone."""

    @contextmanager
    def within(self) -> Iterator[object]:
        before = late_count()
        try:
            yield None
        except LimitReached:
            forget_late(before)
            raise


GROUPED = st.lists(STEPS, max_size=4)


def test_works_of_a_group_see_what_the_others_counted(either: Flask) -> None:
    names = iter(range(10_000))

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(GROUPED)
    def walk(groups: list[Steps]) -> None:
        with either.app_context():
            here = GroupWalk(next(names))
            for steps in groups:
                with transaction() as session, at_hand(session.connection()):
                    here.walk(steps)
                here.compare()
            assert_latches_hold_the_sums()

    walk()


def test_threads_that_count_take_back_and_forget_leave_the_sums_right(either: Flask) -> None:
    limit, other = Limit("many", 30, 10, ""), Limit("more", 1000, 10, "")
    values = ["a", "b"]

    def work(number: int) -> int:
        with either.app_context():
            kit, passed = house().kit, 0
            for turn in range(12):
                now = NOON + timedelta(seconds=turn * 3)
                pairs = [(limit, values[0]), (other, values[1]), (limit, values[1])]
                try:
                    with transaction():  # whichever order it names them in
                        turned = pairs if number % 2 else pairs[::-1]
                        limits.hit_together(kit, turned, now)
                    passed += 1
                except LimitReached:
                    continue
                with transaction():
                    if turn % 3 == 0:
                        limits.refund(kit, other, values[1], now)
                    elif turn % 5 == 0:
                        limits.forget(now - timedelta(seconds=5))
            return passed

    passed = at_once([lambda n=n: work(n) for n in range(8)])  # type: ignore[misc]
    assert sum(passed) >= 30
    with either.app_context():
        assert_latches_hold_the_sums()


def test_of_limits_counted_together_none_counts_when_one_is_reached(either: Flask) -> None:
    with either.app_context():
        kit, small = house().kit, Limit("small", 1, 3600, "")
        together = [(DAILY, "k"), (small, "k"), (HOURLY, "k")]
        with transaction():
            limits.hit_together(kit, together, NOON)
        with transaction(), pytest.raises(LimitReached) as reached:
            limits.hit_together(kit, together, NOON)
        assert reached.value.limit is small
        assert [limits.spent(kit, limit, "k", NOON) for limit, _ in together] == [1, 1, 1]


def test_a_hit_heavier_than_its_limit_never_fits(either: Flask) -> None:
    with either.app_context(), transaction(), pytest.raises(LimitReached) as reached:
        limits.hit(house().kit, BRIEF, "k", NOON, BRIEF.most + 1)
    assert reached.value.retry_after == BRIEF.window + BRIEF.grain


def test_a_refund_of_what_has_left_the_window_takes_nothing_off(either: Flask) -> None:
    with either.app_context():
        kit, later = house().kit, NOON + timedelta(seconds=BRIEF.window + BRIEF.grain)
        with transaction():
            limits.hit(kit, BRIEF, "k", NOON, 4)
            limits.hit(kit, BRIEF, "k", later)
            limits.refund(kit, BRIEF, "k", NOON, 4)
        assert limits.spent(kit, BRIEF, "k", later) == 1
        assert_latches_hold_the_sums()


def test_works_that_look_before_they_count_pass_no_limit(either: Flask) -> None:
    one, other = Limit("looked", 1000, 3600, ""), Limit("counted", 7, 3600, "")
    with either.app_context():
        kit, writer = house().kit, house().writer

    def work(_: Connection) -> bool:
        limits.foresee(kit, [(one, "k"), (other, "k")], NOON)
        try:
            limits.hit(kit, other, "k", NOON)
        except LimitReached:
            return False
        return True

    def client() -> int:
        with either.app_context():
            return sum(writer.run(work) for _ in range(4))

    assert sum(at_once([client] * 8)) == other.most
    with either.app_context():
        assert_latches_hold_the_sums()


def test_a_window_that_was_changed_counts_what_it_still_reaches(either: Flask) -> None:
    with either.app_context():
        kit, later = house().kit, NOON + timedelta(seconds=60)
        with transaction():
            limits.hit(kit, Limit("bucket", 5, 3600, ""), "k", NOON, 3)
        shorter = Limit("bucket", 5, 10, "")
        assert limits.spent(kit, shorter, "k", later) == 0
        with transaction():
            limits.hit(kit, shorter, "k", later, 5)
        assert limits.spent(kit, Limit("bucket", 5, 3600, ""), "k", later) == 5
        assert_latches_hold_the_sums()


def statements(app: Flask, value: str, now: datetime) -> list[str]:
    """The verbs of what one counted or refused hit of three limits asks of SQLite; of rows that are
    written one after another, once."""
    said: list[str] = []
    together = [(HOURLY, value), (DAILY, value), (BRIEF, "all")]
    with app.app_context(), transaction():
        here, _ = driver()
        here.set_trace_callback(said.append)
        try:
            limits.hit_together(house().kit, together, now)
        except LimitReached:
            said.append("refused")
        finally:
            here.set_trace_callback(None)
    return [verb for verb, _ in groupby(text.split()[0] for text in said)]


def test_many_limits_cost_one_look_and_a_refusal_writes_nothing(app: Flask) -> None:
    for number in range(BRIEF.most):
        assert statements(app, f"k{number}", NOON) == ["SELECT", "INSERT"]
    assert statements(app, "k", NOON) == ["SELECT", "refused"]
    gone = NOON + timedelta(seconds=BRIEF.window + BRIEF.grain)
    assert statements(app, "k", gone) == ["SELECT", "DELETE", "INSERT"]
    assert statements(app, "k", gone) == ["SELECT", "INSERT"]
