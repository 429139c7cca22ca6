"""What a person can do to a text or a phone call on the simulator's phone page.

Each verb answers False when there is no such text (any more). `wake` is the radio's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from twofactor import ids
from twofactor.clock import Clock
from twofactor.gateways.simulator.network import ECHO_SECONDS, UNREACHABLE
from twofactor.gateways.simulator.phones import Phones
from twofactor.gateways.simulator.text import KEY, Fact, Text
from twofactor.words import Status

DELAY_SECONDS = 10.0
TALK_SECONDS = 10.0
BUSY = "busy"


@dataclass(frozen=True)
class Buttons:
    """The row of buttons below a text."""

    phones: Phones
    clock: Clock
    wake: Callable[[], None]
    inbound_url: str  # where replies are posted

    def deliver(self, sid: str) -> bool:
        """On the phone and reported as delivered, now."""
        return self._replan(sid, [(0, Status.DELIVERED, "")], arrives=True)

    def delay(self, sid: str, seconds: float = DELAY_SECONDS) -> bool:
        """Everything still to come of it comes later."""
        text = self.phones.text(sid)
        if text is None:
            return False
        self.phones.postpone(sid, seconds)
        if text.arrives_at and not text.has_arrived(self.clock.now()):
            self.phones.arrive(sid, text.arrives_at + timedelta(seconds=seconds))
        return True

    def undelivered(self, sid: str) -> bool:
        """Reported as undelivered, now, whatever the phone shows."""
        return self._replan(sid, [(0, Status.UNDELIVERED, UNREACHABLE)])

    def duplicate(self, sid: str) -> bool:
        """The last receipt, now, and once more."""
        text = self.phones.text(sid)
        if text is None:
            return False
        last = text.status if text.status.is_final else Status.DELIVERED
        return self._replan(sid, [(0, last, text.error_code)] * 2)

    def out_of_order(self, sid: str) -> bool:
        """Reported as delivered, and only then as sent."""
        plan = [(0.0, Status.DELIVERED, ""), (ECHO_SECONDS, Status.SENT, "")]
        return self._replan(sid, plan, arrives=True)

    def drop(self, sid: str) -> bool:
        """Lost on the way: nothing more is ever heard, and it comes to the phone no more."""
        text = self.phones.text(sid)
        if text is not None and not text.has_arrived(self.clock.now()):
            self.phones.arrive(sid, None)
        return self._replan(sid, [])

    def answer(self, sid: str) -> bool:
        """Answer a phone call and press a key; it ends a while after the code was read."""
        return self._replan(sid, [(0, Status.SENT, KEY), (TALK_SECONDS, Status.DELIVERED, "")])

    def voicemail(self, sid: str) -> bool:
        """A machine answers a phone call, and presses no key."""
        return self._replan(sid, [(0, Status.DELIVERED, "")])

    def busy(self, sid: str) -> bool:
        """The line is busy."""
        return self._replan(sid, [(0, Status.UNDELIVERED, BUSY)])

    def reply(self, sid: str, body: str) -> bool:
        """The phone answers the text, for instance with STOP."""
        text, now = self.phones.text(sid), self.clock.now()
        if text is None:
            return False
        answer = Text(
            sid=ids.new_sid(ids.MESSAGE),
            to=text.sender,
            sender=text.to,
            body=body,
            at=now,
            url=self.inbound_url,
            arrives_at=now,
            carrier=text.carrier,
            is_reply=True,
        )
        self.phones.put(answer, [Fact(Status.DELIVERED, now)])
        self.wake()
        return True

    def _replan(
        self,
        sid: str,
        plan: list[tuple[float, Status, str]],
        *,
        arrives: bool = False,
    ) -> bool:
        text, now = self.phones.text(sid), self.clock.now()
        if text is None:
            return False
        if arrives and not text.has_arrived(now):
            self.phones.arrive(sid, now)
        facts = [Fact(status, now + timedelta(seconds=after), code) for after, status, code in plan]
        self.phones.replan(sid, facts)
        self.wake()
        return True
