"""flask worker, over a real Valkey, with real processes that are really killed."""

import json
import signal
from datetime import timedelta

import pytest
from redis import Redis
from sqlalchemy import func, select

from tests.distributed.conftest import TAKEN, House, wait_for
from tests.gateways.stub import Line, hang
from twofactor.distributed.line import TEXTS
from twofactor.extensions import db
from twofactor.models import Attempt, Message, Worker

pytestmark = pytest.mark.xdist_group("distributed")


def slowly(line: Line) -> None:
    """Takes the text, and says so after a second."""
    line.wait(1.0)
    TAKEN(line)


def test_a_worker_sends_what_a_door_committed(distributed: House) -> None:
    distributed.start_worker()
    wait_for(distributed.is_ready)
    text = distributed.enqueue()
    wait_for(lambda: distributed.status(text) == "sent")
    (heard,) = distributed.heard
    assert heard["msgdata"][0]["number"] == "12025550123"


def test_only_the_id_travels(distributed: House) -> None:
    text = distributed.enqueue()
    with Redis.from_url(distributed.valkey.url) as line:
        wait_for(lambda: line.llen(TEXTS) == 1)
        packed = json.loads(line.lrange(TEXTS, 0, 0)[0])
    assert f"[{text}]" in packed["headers"]["argsrepr"]
    assert "2025550123" not in json.dumps(packed)


def test_a_text_whose_wake_was_lost_is_found_by_looking(distributed: House) -> None:
    distributed.start_worker()
    wait_for(distributed.is_ready)
    text = distributed.enqueue(wake=False)
    wait_for(lambda: distributed.status(text) == "sent")


def test_texts_leave_while_the_broker_is_dead_and_after_it_came_back(distributed: House) -> None:
    distributed.start_worker()
    wait_for(distributed.is_ready)
    distributed.valkey.kill()
    texts = [distributed.enqueue() for _ in range(3)]
    wait_for(lambda: all(distributed.status(text) == "sent" for text in texts))
    assert distributed.is_ready()
    distributed.valkey.start()
    text = distributed.enqueue()
    wait_for(lambda: distributed.status(text) == "sent")
    assert len(distributed.heard) == 4


def test_a_worker_that_starts_without_a_broker_sends_all_the_same(distributed: House) -> None:
    distributed.valkey.kill()
    worker = distributed.start_worker()
    text = distributed.enqueue()
    wait_for(lambda: distributed.status(text) == "sent")
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(30) == 0


def test_s77_sigterm_finishes_the_text_in_hand(distributed: House) -> None:
    distributed.stub.behave(slowly)
    worker = distributed.start_worker()
    wait_for(distributed.is_ready)
    text = distributed.enqueue()
    wait_for(lambda: len(distributed.heard) == 1)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(30) == 0
    assert distributed.status(text) == "sent"
    with distributed.app.app_context():
        assert db.session.scalar(select(Attempt.outcome)) == "accepted"
        assert db.session.scalar(select(func.count()).select_from(Worker)) == 0


def test_kill_9_loses_no_text_and_sends_none_twice(distributed: House) -> None:
    distributed.stub.behave(slowly)
    worker = distributed.start_worker()
    wait_for(distributed.is_ready)
    texts = [distributed.enqueue(phone=f"+120255501{n:02}") for n in range(30)]
    wait_for(lambda: len(distributed.heard) >= 4)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    distributed.stub.behave(TAKEN)
    texts += [distributed.enqueue(phone=f"+120255502{n:02}") for n in range(5)]
    distributed.start_worker()
    wait_for(lambda: all(distributed.status(text) == "sent" for text in texts), 60)
    called = [heard["msgdata"][0]["number"] for heard in distributed.heard]
    assert len(called) == len(set(called))
    with distributed.app.app_context():
        outcomes = list(db.session.scalars(select(Attempt.outcome)))
        assert set(outcomes) == {"accepted", "unknown"}
        assert len(outcomes) == db.session.scalar(select(func.count()).select_from(Message))


def test_two_workers_share_the_texts_and_send_each_once(distributed: House) -> None:
    distributed.start_worker()
    distributed.start_worker()
    wait_for(distributed.is_ready)
    texts = [distributed.enqueue(phone=f"+120255501{n:02}") for n in range(60)]
    wait_for(lambda: all(distributed.status(text) == "sent" for text in texts), 60)
    called = [heard["msgdata"][0]["number"] for heard in distributed.heard]
    assert sorted(called) == sorted(f"120255501{n:02}" for n in range(60))


def test_a_hanging_gateway_keeps_no_worker_from_stopping(distributed: House) -> None:
    distributed.stub.behave(hang)
    worker = distributed.start_worker()
    wait_for(distributed.is_ready)
    text = distributed.enqueue()
    wait_for(lambda: len(distributed.heard) == 1)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timedelta(seconds=30).total_seconds()) == 0
    assert distributed.status(text) == "sent"  # nobody knows: it counts as sent
