"""The simulated phone network behind the interface of every gateway; its callbacks are Twilio's."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from twofactor import ids
from twofactor.clock import Clock
from twofactor.gateways.base import (
    Accepted,
    Callback,
    Credential,
    Gateway,
    InboundText,
    KeyPress,
    OutgoingCall,
    OutgoingSms,
    ParsedReceipt,
    Refused,
    Script,
    SendResult,
    Unknown,
    refused,
)
from twofactor.gateways.simulator import network
from twofactor.gateways.simulator.network import Fate
from twofactor.gateways.simulator.phones import Phones
from twofactor.gateways.simulator.text import Fact, Text
from twofactor.gateways.twilio import Twilio
from twofactor.gateways.wire import Wire
from twofactor.words import Channel, ErrorClass, Status

SENDER = "+15005550006"  # the sender of Twilio's own test mode
PAUSE_SECONDS = 5.0
RING_SECONDS = 30.0
NO_ANSWER = "no-answer"
REFUSALS: Mapping[str, Refused] = {
    network.NOT_A_MOBILE: refused(network.NOT_A_MOBILE, ErrorClass.BAD_PHONE, "not a mobile"),
    network.OPTED_OUT: refused(network.OPTED_OUT, ErrorClass.OPTED_OUT, "the person sent STOP"),
    network.TOO_MANY: refused(
        network.TOO_MANY, ErrorClass.RETRY, "too many requests", PAUSE_SECONDS
    ),
}


class Simulator(Gateway):
    """Needs no company and no money: texts and calls go to the simulated phones, and the radio
    reports."""

    name = "simulator"
    bulk_rate = 1000.0
    credentials = (
        Credential("SEED", "decides every delay and loss", required=False, default="1"),
        Credential("LOSS_PERCENT", "texts that get lost, 0 to 100", required=False, default="0"),
    )
    default_url = ""
    takes_callback_url = True

    def __init__(
        self,
        settings: Mapping[str, str],
        wire: Wire,
        *,
        phones: Phones,
        clock: Clock,
        token: str,
        wake: Callable[[], None],
    ) -> None:
        """`token` signs the callbacks and `wake` tells the radio of a new text.

        Raises ValueError for a LOSS_PERCENT that is none.
        """
        super().__init__(settings, wire)
        self.loss_percent = _percent(self.settings["LOSS_PERCENT"])
        self.phones, self.clock, self.wake = phones, clock, wake
        self._callbacks = Twilio({"AUTH_TOKEN": token}, wire)

    @property
    def webhooks_to_enter(self) -> list[str]:
        """None: the radio knows the way."""
        return []

    @property
    def sender_id(self) -> str:
        return SENDER

    @property
    def channels(self) -> frozenset[Channel]:
        return frozenset(Channel)

    def send(self, sms: OutgoingSms) -> SendResult:
        fate = network.fate(self.settings["SEED"], sms.to, sms.reference, self.loss_percent)
        if fate.refusal:
            return REFUSALS[fate.refusal]
        try:
            sid = self._put(sms, fate)
        except sqlite3.Error as error:
            return refused("unavailable", ErrorClass.RETRY, error)
        if fate.is_answer_lost:
            return Unknown("the answer was lost")
        return Accepted(sid, segments=sms.segments)

    def call(self, call: OutgoingCall) -> SendResult:
        fate = network.fate(self.settings["SEED"], call.to, call.reference)
        if fate.refusal:
            return REFUSALS[fate.refusal]
        try:
            sid = self._ring(call, fate)
        except sqlite3.Error as error:
            return refused("unavailable", ErrorClass.RETRY, error)
        return Unknown("the answer was lost") if fate.is_answer_lost else Accepted(sid)

    def authenticate(self, callback: Callback) -> None:
        self._callbacks.authenticate(callback)

    def parse_receipts(self, callback: Callback) -> list[ParsedReceipt]:
        return self._callbacks.parse_receipts(callback)

    def parse_inbound(self, callback: Callback) -> list[InboundText]:
        return self._callbacks.parse_inbound(callback)

    def parse_key(self, callback: Callback) -> KeyPress:
        return self._callbacks.parse_key(callback)

    def script(self, sentences: Sequence[str], language: str) -> Script:
        return self._callbacks.script(sentences, language)

    def _ring(self, call: OutgoingCall, fate: Fate) -> str:
        """The phone rings until somebody does something, or nobody does."""
        now = self.clock.now()
        text = Text(
            sid=ids.new_sid(ids.CALL),
            to=call.to,
            sender=SENDER,
            body=call.greeting,
            at=now,
            url=call.callback_url,
            arrives_at=now + timedelta(seconds=fate.delay_to_sent),
            carrier=fate.carrier,
            answer_url=call.answer_url,
        )
        rings, ends = timedelta(seconds=fate.delay_to_sent), timedelta(seconds=RING_SECONDS)
        facts = [
            Fact(Status.SENT, now + rings),
            Fact(Status.UNDELIVERED, now + ends, NO_ANSWER),
        ]
        self.phones.put(text, facts)
        self.wake()
        return text.sid

    def _put(self, sms: OutgoingSms, fate: Fate) -> str:
        now, wait = self.clock.now(), fate.delay_to_phone
        text = Text(
            sid=ids.new_sid(ids.MESSAGE),
            to=sms.to,
            sender=sms.sender or SENDER,
            body=sms.body,
            at=now,
            url=sms.callback_url,
            arrives_at=None if wait is None else now + timedelta(seconds=wait),
            carrier=fate.carrier,
        )
        facts = [
            Fact(report.status, now + timedelta(seconds=report.after_seconds), report.error_code)
            for report in fate.reports
        ]
        self.phones.put(text, facts)
        self.wake()
        return text.sid


def _percent(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 100:
        raise ValueError("SIXDIGITS_SIMULATOR_LOSS_PERCENT: write a number from 0 to 100")
    return value
