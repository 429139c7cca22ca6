"""The desk: many calls at once, answers on record in groups, nothing lost."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from queue import Queue
from threading import Barrier, Event, Lock

from tests.sms.fake import Fake
from twofactor.desk import Desk
from twofactor.gateways.base import Accepted, OutgoingSms, SendResult, Unknown
from twofactor.sms.orders import Answer, Order

WAIT = 10


def order(number: int) -> Order:
    sms = OutgoingSms(f"VL{number}", "+12025550123", "hello", 1, 60, "")
    return Order(number, number, 1, Fake(), sms, False, None, "")


class Outbox:
    """So many texts that wait, and what was put on record of them."""

    def __init__(self, texts: int) -> None:
        self.waiting = [order(number) for number in range(texts)]
        self.groups: Queue[list[int]] = Queue()
        self.lock = Lock()

    def take(self, most: int) -> list[Order]:
        with self.lock:
            taken, self.waiting = self.waiting[:most], self.waiting[most:]
        return taken

    def finish(self, answers: Sequence[Answer]) -> None:
        self.groups.put([order.attempt_id for order, _ in answers])

    def finished(self, texts: int) -> list[int]:
        found: list[int] = []
        while len(found) < texts:
            found += self.groups.get(timeout=WAIT)
        return sorted(found)


def accept(_order: Order) -> SendResult:
    return Accepted("ref")


@contextmanager
def running(
    outbox: Outbox, hand_over: Callable[[Order], SendResult] = accept, hands: int = 8
) -> Iterator[Desk]:
    desk = Desk(outbox.take, hand_over, outbox.finish, lambda: None, hands)
    desk.start()
    try:
        yield desk
    finally:
        desk.stop()


def test_as_many_calls_are_under_way_as_it_has_hands() -> None:
    outbox, together = Outbox(8), Barrier(8)

    def hand_over(order: Order) -> SendResult:
        together.wait(WAIT)  # breaks unless all eight are here
        return accept(order)

    with running(outbox, hand_over):
        assert outbox.finished(8) == list(range(8))


def test_what_finds_no_free_hand_follows_when_one_is() -> None:
    outbox = Outbox(20)
    with running(outbox, hands=2):
        assert outbox.finished(20) == list(range(20))


def test_answers_that_wait_are_put_on_record_together() -> None:
    outbox, first, go_on = Outbox(6), Event(), Event()
    put = outbox.finish

    def finish(answers: Sequence[Answer]) -> None:
        first.set()
        go_on.wait(WAIT)
        put(answers)

    outbox.finish = finish  # type: ignore[method-assign]
    seen: Queue[int] = Queue()

    def hand_over(order: Order) -> SendResult:
        seen.put(order.attempt_id)
        return accept(order)

    with running(outbox, hand_over):
        assert first.wait(WAIT)
        for _ in range(6):
            seen.get(timeout=WAIT)
        go_on.set()
    assert outbox.groups.qsize() < 6
    assert outbox.finished(6) == list(range(6))


def test_an_answer_that_cant_be_written_takes_no_other_with_it() -> None:
    outbox = Outbox(5)
    put = outbox.finish

    def finish(answers: Sequence[Answer]) -> None:
        if any(order.attempt_id == 3 for order, _ in answers):
            raise ValueError("a broken row")
        put(answers)

    outbox.finish = finish  # type: ignore[method-assign]
    with running(outbox):
        assert outbox.finished(4) == [0, 1, 2, 4]


def test_it_looks_again_when_a_text_did_not_get_through() -> None:
    outbox = Outbox(1)
    put = outbox.finish

    def finish(answers: Sequence[Answer]) -> None:
        if answers[0][0].attempt_id == 0:
            outbox.waiting.append(order(1))  # the way by another gateway
        put(answers)

    outbox.finish = finish  # type: ignore[method-assign]
    with running(outbox, lambda _: Unknown("timed out")):
        assert outbox.finished(2) == [0, 1]


def test_stopping_puts_what_is_in_hand_on_record() -> None:
    outbox, begun, go_on = Outbox(3), Barrier(4), Event()

    def hand_over(order: Order) -> SendResult:
        begun.wait(WAIT)
        go_on.wait(WAIT)
        return accept(order)

    with running(outbox, hand_over):
        begun.wait(WAIT)
        go_on.set()
    assert outbox.finished(3) == [0, 1, 2]
    assert outbox.groups.empty()
