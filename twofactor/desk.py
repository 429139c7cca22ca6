"""The desk where texts are handed over: one thread claims them in groups, many hands call the
gateways, one thread puts the answers on record in groups.

A group costs the database little more than a single text, so hundreds of calls may be under way.
Nothing waits for a group to fill: whatever is there goes.
"""

import logging
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from threading import Condition, Thread

from twofactor.gateways.base import Accepted, SendResult
from twofactor.sender import STOP_SECONDS, Sender
from twofactor.sms.orders import Answer, Order
from twofactor.sms.settle import parts

log = logging.getLogger(__name__)

HANDS = 256  # calls under way
TOGETHER = 32  # texts of one claim: nobody else waits long for the database


class Desk:
    """Claims texts when woken, and once a second by itself; stopping at any moment loses nothing.

    `take(most)` claims that many, or all that are due; `hand_over(order)` calls the gateway;
    `finish(answers)` puts one of `settle.parts` on record; `is_due` looks for texts.
    """

    def __init__(
        self,
        take: Callable[[int], Sequence[Order]],
        hand_over: Callable[[Order], SendResult],
        finish: Callable[[Sequence[Answer]], None],
        keep_house: Callable[[], None],
        hands: int = HANDS,
        is_due: Callable[[], bool] = lambda: True,
    ) -> None:
        self._take, self._hand_over, self._finish = take, hand_over, finish
        self._most = hands
        self._orders: SimpleQueue[Order | None] = SimpleQueue()
        self._answers: SimpleQueue[Answer | None] = SimpleQueue()
        self._state = Condition()
        self._under_way = 0  # claimed and not on record yet
        self._hands = 0
        self._is_short = False  # of hands: texts may wait for one
        self._claimer = Sender(self._deal, keep_house, threads=1, is_due=is_due)
        self._clerk = Thread(target=self._record, name="desk-clerk", daemon=True)

    def start(self) -> None:
        self._clerk.start()
        self._claimer.start()

    def stop(self) -> None:
        """Claim nothing more, put what is in hand on record, then return."""
        self._claimer.stop()
        with self._state:
            self._state.wait_for(lambda: not self._under_way, STOP_SECONDS)
            for _ in range(self._hands):
                self._orders.put(None)
        self._answers.put(None)
        if self._clerk.is_alive():
            self._clerk.join(STOP_SECONDS)

    def wake(self, texts: Sequence[int] = ()) -> None:
        """A text was committed: it leaves now. Which one it was, the rows tell."""
        self._claimer.wake(texts)

    @property
    def is_alive(self) -> bool:
        """True while somebody has looked lately."""
        return self._claimer.is_alive

    def _deal(self) -> bool:
        """Claim as much as there are free hands; True when there may be more."""
        with self._state:
            room = min(TOGETHER, self._most - self._under_way)
            self._is_short = not room
        if not room:
            return False
        orders = self._take(room)
        with self._state:
            self._under_way += len(orders)
            wanted = self._under_way - self._hands
            self._hands += max(0, wanted)
        for _ in range(wanted):
            Thread(target=self._work, name="desk-hand", daemon=True).start()
        for order in orders:
            self._orders.put(order)
        return len(orders) == room

    def _work(self) -> None:
        while (order := self._orders.get()) is not None:
            self._answers.put((order, self._hand_over(order)))

    def _record(self) -> None:
        while (first := self._answers.get()) is not None:
            answers = [first]
            while len(answers) < TOGETHER:
                try:
                    more = self._answers.get_nowait()
                except Empty:
                    break
                if more is None:
                    self._answers.put(None)
                    break
                answers.append(more)
            for part in parts(answers):
                self._put(part)

    def _put(self, answers: list[Answer]) -> None:
        """On record, each alone when they can't be together."""
        try:
            self._finish(answers)
        except Exception:
            if len(answers) > 1:
                for answer in answers:
                    self._put([answer])
                return
            log.exception("an answer is lost; when its lease is over the text counts as sent")
        with self._state:
            was_short, self._is_short = self._is_short, False
            self._under_way -= len(answers)
            self._state.notify_all()
        if was_short or not all(isinstance(result, Accepted) for _, result in answers):
            self.wake()  # others wait for a hand, or another gateway is asked
