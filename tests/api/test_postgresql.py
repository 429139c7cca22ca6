"""The races of the API on PostgreSQL, where rows are locked one by one."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.api.program import PHONE, Cast, Program
from tests.conftest import close
from tests.servers import postgresql_server
from tests.settings import settings_for
from twofactor.clock import FixedClock
from twofactor.extensions import db
from twofactor.words import Scope
from wsgi import create_app


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with postgresql_server() as new_database:
        yield new_database()


@pytest.fixture
def on_postgresql(address: str, tmp_path: Path, clock: FixedClock) -> Iterator[Program]:
    app = create_app(settings_for(tmp_path, DATABASE_URL=address), clock)
    with app.app_context():
        db.create_all()
    yield Program(app, "Elephant", tuple(Scope))
    with app.app_context():
        db.drop_all()
    close(app)


def test_many_repeated_creates_make_one(on_postgresql: Program) -> None:
    key = {"Idempotency-Key": "one"}
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda _: on_postgresql.post("/v2/Services", key, FriendlyName="x"), range(16))
        )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1


def test_many_starts_make_one_live_code_and_five_texts(
    on_postgresql: Program, clock: FixedClock
) -> None:
    cast = Cast(on_postgresql.app, clock)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: on_postgresql.start(), range(12)))
    taken = [answer.json["sid"] for answer in answers if answer.status_code == 201]  # type: ignore[index]
    assert len(set(taken)) == 1
    assert {answer.status_code for answer in answers} <= {201, 429}
    assert len(cast.texts(PHONE)) == len(taken) == 5  # one after the other


def test_s03_many_right_codes_are_one_approval(on_postgresql: Program, clock: FixedClock) -> None:
    cast = Cast(on_postgresql.app, clock)
    on_postgresql.start()
    code = cast.code(PHONE)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: on_postgresql.check(code), range(16)))
    told = [answer.json["valid"] for answer in answers if answer.status_code == 200]  # type: ignore[index]
    assert told.count(True) == 1
    assert {answer.status_code for answer in answers} <= {200, 404, 429}


def test_lists_filters_and_summaries_work(on_postgresql: Program, clock: FixedClock) -> None:
    cast = Cast(on_postgresql.app, clock)
    on_postgresql.start()
    on_postgresql.check(cast.code(PHONE))
    found = on_postgresql.get("/v2/Attempts?Status=converted&Country=us&PageSize=1")
    assert len(found.json["attempts"]) == 1  # type: ignore[index]
    summary = on_postgresql.get("/v2/Attempts/Summary").json
    assert summary is not None
    assert summary["total_converted"] == 1
    assert on_postgresql.delete(on_postgresql.base).status_code == 204
