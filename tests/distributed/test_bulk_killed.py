"""Texts to many, with a worker that is really killed in the middle."""

import signal
from collections import Counter
from datetime import timedelta

import pytest

from tests.distributed.conftest import TAKEN, House, wait_for
from tests.gateways.stub import Line
from twofactor.house import house
from twofactor.models.database import transaction
from twofactor.sms import bulk
from twofactor.sms.bulk import Text
from twofactor.sms.phone import Phone
from twofactor.words import Purpose

pytestmark = pytest.mark.xdist_group("distributed")

PEOPLE = [Phone(f"+25677{n:07}", "UG") for n in range(300)]


def slowly(line: Line) -> None:
    """Takes the texts, and says so after a second."""
    line.wait(1.0)
    TAKEN(line)


def called(distributed: House) -> Counter[str]:
    return Counter(one["number"] for h in distributed.heard for one in h["msgdata"])


def test_kill_9_in_the_middle_of_a_batch_texts_nobody_twice(distributed: House) -> None:
    distributed.stub.behave(slowly)
    with distributed.app.app_context(), transaction():
        kit = house().kit
        batch = bulk.open_batch(kit, "news", Purpose.NOTICE, has_own_bodies=True)
        texts = [Text(phone, f"hello {phone.e164}") for phone in PEOPLE]
        assert bulk.put(kit, batch, texts, kit.now() + timedelta(days=1)) == len(PEOPLE)
    worker = distributed.start_worker()
    wait_for(lambda: len(distributed.heard) > 0)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    in_hand = sum(called(distributed).values())
    assert in_hand < len(PEOPLE)
    distributed.stub.behave(TAKEN)
    distributed.start_worker()
    wait_for(lambda: sum(called(distributed).values()) == len(PEOPLE), 60)
    assert set(called(distributed).values()) == {1}
