"""The thread by which the simulated network calls the webhooks: signed, over real HTTP."""

import html
import logging
import re
from datetime import timedelta
from threading import Condition, Event, Lock, Thread

from twofactor.clock import Clock
from twofactor.gateways.simulator.claims import Claims
from twofactor.gateways.simulator.forms import form_of
from twofactor.gateways.simulator.phones import Phones
from twofactor.gateways.simulator.text import KEY, Call, Outcome
from twofactor.gateways.twilio import sign
from twofactor.gateways.wire import Reply, Wire, WireError

MAX_TRIES = 6
FIRST_RETRY_SECONDS = 1.0  # doubles with every further try: 1, 2, 4, 8, 16
POLL_SECONDS = 1.0  # how late a text of another process may be noticed
GATHER_SECONDS = 0.05  # how late a report may be, so that many share a transaction
THREADS = 4

_SAY = re.compile(r"<Say[^>]*>(.*?)</Say>", re.S)

log = logging.getLogger(__name__)


class Radio:
    """Posts what is due on the phones. Every report is made at least once, by whichever process
    claims it; after MAX_TRIES without a taker, or a plain no, it is dropped."""

    def __init__(self, phones: Phones, wire: Wire, clock: Clock, token: str) -> None:
        """`token` signs as a Twilio auth token does."""
        self._phones, self._wire, self._clock, self._token = phones, wire, clock, token
        self._claims = Claims(phones, clock)
        self._look_out = Lock()  # who holds it waits for what falls due; the others wait for it
        self._news = Condition()
        self._is_new = False  # so that no news is missed between a look and the wait
        self._off = Event()
        self._threads: list[Thread] = []

    def start(self, threads: int = THREADS) -> None:
        """Begin to post in daemon threads."""
        self._off.clear()
        self._threads = [
            Thread(target=self._run, name=f"simulator-radio-{n}", daemon=True)
            for n in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    def stop(self, seconds: float = 5.0) -> None:
        """Stop after the calls under way; what is not posted stays on the phones."""
        self._off.set()
        self.wake()
        for thread in self._threads:
            thread.join(seconds)

    def wake(self) -> None:
        """Look at once: something new is on the phones."""
        with self._news:
            self._is_new = True
            self._news.notify()

    def post_due(self) -> int:
        """Post all that is due, here and now; how many calls that took."""
        calls = 0
        while call := self._claims.take():
            self._claims.settle(self._post(call))
            calls += 1
        return calls

    def _run(self) -> None:
        while not self._off.is_set():
            try:
                self._go_on()
            except Exception:
                log.exception("the simulated network stumbled; it goes on in a second")
                self._off.wait(POLL_SECONDS)

    def _go_on(self) -> None:
        """Post one after the other until the radio is off."""
        try:
            while call := self._next():
                self._claims.settle(self._post(call))
                self.wake()  # there is something to put on record
        finally:
            self._claims.hand_back()

    def _next(self) -> Call | None:
        """Wait for the next call; None when the radio is off."""
        with self._look_out:
            while not self._off.is_set():
                if call := self._claims.take():
                    return call
                self._rest()
        return None

    def _rest(self) -> None:
        """Wait until something falls due or is heard, and then for what comes with it."""
        pause = self._pause()
        with self._news:
            if not self._is_new:
                self._news.wait(pause)
            self._is_new = False
        self._off.wait(GATHER_SECONDS)

    def _pause(self) -> float:
        """Seconds until something falls due, at most until the next look at other processes."""
        due_at = self._phones.next_due()
        if due_at is None:
            return POLL_SECONDS
        return min(POLL_SECONDS, max(0.0, (due_at - self._clock.now()).total_seconds()))

    def _post(self, call: Call) -> Outcome:
        form, is_key = form_of(call, self._clock.now()), call.error_code == KEY
        url = call.text.answer_url if is_key else call.text.url
        headers = {"X-Twilio-Signature": sign(self._token, url, list(form.items()))}
        try:
            reply = self._wire.call("POST", url, headers=headers, form=form)
            status = reply.status
        except WireError:
            status = 0
        if 200 <= status < 300:
            if is_key:
                self._phones.say(call.text, _said(reply))
            return Outcome(call, is_taken=True)
        if 0 < status < 500 and status != 429 or call.tries >= MAX_TRIES:
            log.warning("%s: a simulated receipt was not taken (HTTP %s)", call.text.sid, status)
            return Outcome(call)
        wait = FIRST_RETRY_SECONDS * 2 ** (call.tries - 1)
        return Outcome(call, again_at=self._clock.now() + timedelta(seconds=wait))


def _said(reply: Reply) -> str:
    """What a voice reads of the script in an answer."""
    return html.unescape("\n".join(_SAY.findall(reply.body.decode(errors="replace"))))
