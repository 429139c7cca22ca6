"""The embedded sender: woken, surviving, stopping."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Queue

from twofactor.sender import Sender


@contextmanager
def running(sender: Sender) -> Iterator[Sender]:
    sender.start()
    try:
        yield sender
    finally:
        sender.stop()


def test_it_delivers_when_woken_until_nothing_is_left() -> None:
    waiting, seen = ["a", "b", "c"], Queue[str]()
    lock = threading.Lock()

    def deliver() -> bool:
        with lock:
            if not waiting:
                return False
            seen.put(waiting.pop(0))
            return True

    with running(Sender(deliver, lambda: None, threads=2)) as sender:
        sender.wake()
        assert [seen.get(timeout=10) for _ in range(3)] == ["a", "b", "c"]


def test_it_looks_by_itself_when_a_wake_up_was_lost() -> None:
    delivered = threading.Event()

    def deliver() -> bool:
        delivered.set()
        return False

    with running(Sender(deliver, lambda: None, threads=1)):
        assert delivered.wait(10)


def test_wake_ups_that_come_during_a_delivery_are_answered_by_one_more() -> None:
    begun, go_on, deliveries = Queue[int](), threading.Event(), Queue[int]()

    def deliver() -> bool:
        begun.put(1)
        go_on.wait(10)
        deliveries.put(1)
        return False

    sender = Sender(deliver, lambda: None, threads=1, is_due=lambda: False)
    with running(sender):
        sender.wake()
        begun.get(timeout=10)
        for _ in range(50):
            sender.wake()
        go_on.set()
        begun.get(timeout=10)
    assert deliveries.qsize() == 2


def test_the_look_delivers_only_what_is_due_and_a_wake_up_asks_nobody() -> None:
    looked, delivered, is_due = Queue[int](), threading.Event(), threading.Event()

    def look() -> bool:
        looked.put(1)
        return is_due.is_set()

    def deliver() -> bool:
        delivered.set()
        return False

    with running(Sender(deliver, lambda: None, threads=1, is_due=look)) as sender:
        for _ in range(2):
            looked.get(timeout=10)
        assert not delivered.is_set()
        sender.wake()
        assert delivered.wait(10)
        delivered.clear()
        is_due.set()
        assert delivered.wait(10)


def test_a_look_that_fails_delivers_all_the_same() -> None:
    delivered = threading.Event()

    def look() -> bool:
        raise ValueError("no database")

    def deliver() -> bool:
        delivered.set()
        return False

    with running(Sender(deliver, lambda: None, threads=1, is_due=look)):
        assert delivered.wait(10)


def test_it_survives_what_delivery_and_housekeeping_raise() -> None:
    tries, looks = Queue[int](), Queue[int]()

    def deliver() -> bool:
        tries.put(1)
        raise ValueError("a broken text")

    def look() -> None:
        looks.put(1)
        raise ValueError("a broken job")

    with running(Sender(deliver, look, threads=1)) as sender:
        assert [tries.get(timeout=10) for _ in range(2)] == [1, 1]
        assert [looks.get(timeout=10) for _ in range(2)] == [1, 1]
        assert sender.is_alive


def test_stopping_lets_the_text_in_hand_finish() -> None:
    begun, go_on, finished = threading.Event(), threading.Event(), threading.Event()

    def deliver() -> bool:
        begun.set()
        go_on.wait(10)
        finished.set()
        return False

    with running(Sender(deliver, lambda: None, threads=1)):
        assert begun.wait(10)
        threading.Timer(0.2, go_on.set).start()
    assert finished.is_set()
