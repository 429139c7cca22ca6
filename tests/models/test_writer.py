"""Grouped commits."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

import pytest
from flask import Flask
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError, OperationalError

from tests.security.racers import at_once, busy
from twofactor.extensions import db
from twofactor.models import database, hand
from twofactor.models import writer as module
from twofactor.models.entries import Ahead, Overloaded, Then
from twofactor.models.hand import Row
from twofactor.models.writer import GroupWriter


@pytest.fixture
def writer(app: Flask) -> Iterator[GroupWriter]:
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text("CREATE TABLE facts (word TEXT PRIMARY KEY)"))
    with app.app_context():
        made = GroupWriter(db.engine)
    yield made
    made.close()


def words(app: Flask) -> int:
    with app.app_context(), db.engine.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM facts")).scalar_one())


def put(word: str, connection: Connection) -> str:
    connection.execute(text("INSERT INTO facts VALUES (:word)"), {"word": word})
    return word


def test_it_commits_before_it_returns(app: Flask, writer: GroupWriter) -> None:
    assert writer.run(lambda c: put("a", c)) == "a"
    assert words(app) == 1


def test_it_gives_each_of_many_its_own_result(app: Flask, writer: GroupWriter) -> None:
    works = [lambda n=n: writer.run(lambda c: put(str(n), c)) for n in range(100)]
    assert sorted(at_once(works), key=int) == [str(n) for n in range(100)]
    assert words(app) == 100


def test_a_bad_work_fails_alone(app: Flask, writer: GroupWriter) -> None:
    gate = threading.Event()
    threading.Timer(0.2, gate.set).start()

    def one(number: int) -> str:
        def work(connection: Connection) -> str:
            gate.wait(5)  # so that the others gather into one group
            if number == 3:
                raise ZeroDivisionError
            return put(str(number), connection)

        try:
            return writer.run(work)
        except ZeroDivisionError:
            return "failed"

    results = at_once([lambda n=n: one(n) for n in range(10)])  # type: ignore[misc]
    assert results.count("failed") == 1
    assert words(app) == 9


def test_while_the_database_refuses_a_group_is_refused_as_a_whole(
    app: Flask, writer: GroupWriter
) -> None:
    calls: list[int] = []
    gate = threading.Event()
    threading.Timer(0.2, gate.set).start()

    def refuse(connection: Connection) -> None:
        gate.wait(5)
        calls.append(1)
        raise OperationalError("BEGIN", {}, Exception("database is locked"))

    def one() -> str:
        try:
            writer.run(refuse)
        except OperationalError:
            return "refused"
        return "taken"

    assert at_once([one] * 20) == ["refused"] * 20
    assert len(calls) <= 3  # one a group, not one a work


def test_too_much_waiting_work_is_refused_at_once(
    app: Flask, writer: GroupWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "WAIT_SECONDS", 0.05)
    monkeypatch.setattr(module, "GRACE_SECONDS", 0.05)
    gate = threading.Event()
    try:
        with pytest.raises(Overloaded):
            writer.run(lambda _: gate.wait(5))
    finally:
        gate.set()


def test_who_sees_to_a_work_waits_as_long_as_it_takes(
    app: Flask, writer: GroupWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "WAIT_SECONDS", 0.05)
    monkeypatch.setattr(module, "GRACE_SECONDS", 0.05)
    monkeypatch.setattr(module, "QUEUE_SIZE", 0)
    gate = threading.Event()
    threading.Timer(0.5, gate.set).start()
    assert writer.see_to(lambda c: gate.wait(5) and put("late", c)) == "late"
    assert words(app) == 1
    with pytest.raises(ZeroDivisionError):
        writer.see_to(lambda c: 1 / len(put("", c)))
    assert words(app) == 1


def test_closing_writes_what_waits(app: Flask, writer: GroupWriter) -> None:
    at_once([lambda n=n: writer.run(lambda c: put(str(n), c)) for n in range(5)])  # type: ignore[misc]
    writer.close()
    assert words(app) == 5
    assert writer.run(lambda c: put("again", c)) == "again"


def test_a_bad_work_costs_the_others_no_transaction(app: Flask, writer: GroupWriter) -> None:
    gate, groups = threading.Event(), set()
    threading.Timer(0.2, gate.set).start()

    def work(number: int, connection: Connection) -> None:
        gate.wait(5)
        put(str(number), connection)
        groups.add(id(connection))
        if number % 2:
            raise ZeroDivisionError

    def one(number: int) -> bool:
        try:
            writer.run(lambda connection: work(number, connection))
        except ZeroDivisionError:
            return False
        return True

    taken = at_once([lambda n=n: one(n) for n in range(20)])  # type: ignore[misc]
    assert taken.count(True) == 10
    assert words(app) == 10
    assert len(groups) <= 3


def test_a_work_that_raises_before_it_writes_undoes_nothing(
    app: Flask, writer: GroupWriter
) -> None:
    gate, runs = threading.Event(), []
    threading.Timer(0.2, gate.set).start()

    def work(number: int, connection: Connection) -> None:
        gate.wait(5)
        runs.append(number)
        if number % 2:
            raise ZeroDivisionError
        put(str(number), connection)

    def one(number: int) -> None:
        with suppress(ZeroDivisionError):
            writer.run(lambda connection: work(number, connection))

    at_once([lambda n=n: one(n) for n in range(20)])  # type: ignore[misc]
    assert sorted(runs) == list(range(20))  # each once
    assert words(app) == 10


def test_late_rows_are_written_together_with_what_they_belong_to(
    app: Flask, writer: GroupWriter
) -> None:
    gate, calls = threading.Event(), []
    threading.Timer(0.2, gate.set).start()

    def write(rows: list[Row]) -> None:
        calls.append(len(rows))
        for row in rows:
            put(row[0], database.connection())

    def work(number: int) -> None:
        gate.wait(5)
        hand.write_late(write, (f"late {number}",))
        if number % 5 == 0:
            raise ZeroDivisionError

    def one(number: int) -> None:
        with suppress(ZeroDivisionError):
            writer.run(lambda _: work(number))

    at_once([lambda n=n: one(n) for n in range(20)])  # type: ignore[misc]
    assert words(app) == 16  # none of those that failed
    assert len(calls) <= 3  # one a group


def test_a_late_row_that_is_refused_takes_nobody_else_with_it(
    app: Flask, writer: GroupWriter
) -> None:
    gate = threading.Event()
    threading.Timer(0.2, gate.set).start()

    def write(rows: list[Row]) -> None:
        for row in rows:
            put(row[0], database.connection())

    def one(word: str) -> str:
        def work(connection: Connection) -> str:
            gate.wait(5)
            hand.write_late(write, (word,))
            return put(f"with {word}", connection)

        try:
            return writer.run(work)
        except IntegrityError:
            return "refused"

    told = at_once([lambda n=n: one(str(n % 9)) for n in range(10)])  # type: ignore[misc]
    assert told.count("refused") == 1
    assert words(app) == 18


def test_what_comes_then_is_done_after_the_commit(app: Flask, writer: GroupWriter) -> None:
    def seen(connection: Connection) -> int:
        put("second", connection)
        return words(app)  # on another connection: what is committed

    def first(connection: Connection) -> int | Then:
        put("first", connection)
        return Then(seen)

    assert writer.run(first) == 1
    assert words(app) == 2


def test_what_fails_then_takes_nothing_back(app: Flask, writer: GroupWriter) -> None:
    def fail(connection: Connection) -> int:
        put("second", connection)
        raise ZeroDivisionError

    def first(connection: Connection) -> int | Then:
        put("first", connection)
        return Then(fail)

    with pytest.raises(ZeroDivisionError):
        writer.run(first)
    assert words(app) == 1


def together(writer: GroupWriter, works: list[Callable[[Connection], object]]) -> None:
    """Have these written in one group."""
    with busy(writer):
        at_once([lambda work=work: writer.run(work) for work in works])  # type: ignore[misc]


class Watched:
    """Works that tell what they want seen, and what became of them."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def work(self, name: str) -> Ahead:
        return Ahead(self.run, self.look, name)

    def look(self, wanted: Sequence[str]) -> None:
        self.seen.append(f"look {sorted(wanted)}")

    def run(self) -> None:
        self.seen.append("run")


def test_works_that_tell_look_together_before_the_first_runs(writer: GroupWriter) -> None:
    told = Watched()
    together(writer, [told.work("a"), Ahead(told.run), told.work("b")])
    assert told.seen == ["look ['a', 'b']", "run", "run", "run"]


def test_nobody_looks_ahead_beside_a_work_that_does_not_tell(writer: GroupWriter) -> None:
    told = Watched()
    together(writer, [told.work("a"), lambda _: told.seen.append("other"), told.work("b")])
    assert sorted(told.seen) == ["other", "run", "run"]
