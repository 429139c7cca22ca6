"""Many senders on one PostgreSQL: each text once, one pace, every key renewed."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from tests.conftest import close
from tests.gateways.stub import Answer, Stub
from tests.servers import postgresql_server
from tests.settings import settings_for
from twofactor import jobs, rotation
from twofactor.clock import FixedClock
from twofactor.crypto import Keyring
from twofactor.distributed import heartbeat
from twofactor.extensions import db
from twofactor.house import house
from twofactor.kit import Kit
from twofactor.models.database import transaction
from twofactor.sms import bulk, outbox
from twofactor.sms.bulk import Text
from twofactor.sms.phone import Phone
from twofactor.words import Purpose
from wsgi import create_app

pytestmark = pytest.mark.xdist_group("postgresql")

TAKEN = Answer.of({"Status": "OK", "Cost": "35", "Currency": "UGX", "MsgFollowUpUniqueCode": "C1"})
PEOPLE = [Phone(f"+25677{n:07}", "UG") for n in range(300)]
SENDERS = 6


@pytest.fixture
def stub() -> Iterator[Stub]:
    with Stub() as server:
        server.behave(TAKEN)
        yield server


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with postgresql_server() as new_database:
        yield new_database()


@pytest.fixture
def app(tmp_path: Path, clock: FixedClock, stub: Stub, address: str) -> Iterator[Flask]:
    values = {
        "DATABASE_URL": address,
        "GATEWAYS": "egosms",
        "EGOSMS_USERNAME": "u",
        "EGOSMS_API_KEY": "k",
        "EGOSMS_CALLBACK_TOKEN": "t" * 16,
        "EGOSMS_API_URL": stub.url + "/api/v1/json/",
        "BULK_RATES": "egosms=100",
    }
    made = create_app(settings_for(tmp_path, **values), clock)
    with made.app_context():
        db.drop_all()
        db.create_all()
    yield made
    close(made)


def put(kit: Kit, people: list[Phone]) -> int:
    with transaction():
        batch = bulk.open_batch(kit, "news", Purpose.NOTICE, has_own_bodies=True)
        texts = [Text(phone, f"hello {phone.e164}") for phone in people]
        return bulk.put(kit, batch, texts, kit.now() + timedelta(days=1))


def together(app: Flask, work: object) -> None:
    """Let SENDERS threads do it at the same time, each with a session of its own."""

    def run(_: int) -> None:
        with app.app_context():
            assert callable(work)
            work(house().kit)

    with ThreadPoolExecutor(SENDERS) as pool:
        list(pool.map(run, range(SENDERS)))


def called(stub: Stub) -> Counter[str]:
    return Counter(one["number"] for heard in stub.heard for one in heard.json["msgdata"])


def send_all(kit: Kit) -> None:
    while jobs.deliver_bulk(kit):
        pass


def test_who_puts_together_puts_each_once(app: Flask) -> None:
    counts: list[int] = []
    together(app, lambda kit: counts.append(put(kit, PEOPLE)))
    assert sum(counts) == len(PEOPLE)


def test_many_senders_send_each_once_at_one_pace(app: Flask, stub: Stub, clock: FixedClock) -> None:
    with app.app_context():
        put(house().kit, PEOPLE)
    together(app, send_all)
    assert sum(called(stub).values()) <= 200  # two seconds' worth, whoever sends
    clock.advance(3)
    together(app, send_all)
    clock.advance(3)
    together(app, send_all)
    assert set(called(stub).values()) == {1}
    assert len(called(stub)) == len(PEOPLE)


def test_many_senders_claim_a_code_once(app: Flask, stub: Stub) -> None:
    with app.app_context():
        kit = house().kit
        with transaction():
            until = kit.now() + timedelta(minutes=5)
            outbox.enqueue(kit, Purpose.LOGIN, PEOPLE[0], "hello", until)
    together(app, jobs.deliver_next)
    assert list(called(stub).values()) == [1]


def test_workers_show_themselves(app: Flask) -> None:
    together(app, lambda kit: heartbeat.beat(kit, heartbeat.new_name()))
    with app.app_context():
        assert heartbeat.alive(house().kit) == SENDERS


def test_s74_keys_rotate(app: Flask) -> None:
    with app.app_context():
        kit = house().kit
        put(kit, PEOPLE)
        keys = [b"\x09" * 32, *kit.settings.data_keys]
        newer = Kit(kit.settings, kit.clock, Keyring(kit.settings.secret_key, keys), kit.gateways)
        assert rotation.waiting(newer) == 2 * len(PEOPLE)
        rotation.rotate(newer, lambda _: None)
        assert rotation.waiting(newer) == 0
        assert put(newer, PEOPLE) == 0  # a new key gives nobody a second text
