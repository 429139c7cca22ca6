"""A gateway that answers what a test tells it to: the HTTP seam of the outbox."""

from collections.abc import Mapping
from dataclasses import replace

from twofactor.gateways.base import (
    Accepted,
    Callback,
    Gateway,
    OutgoingSms,
    ParsedReceipt,
    SendResult,
)
from twofactor.gateways.wire import Wire
from twofactor.kit import Kit


class Fake(Gateway):
    """Answers each text with the next of `answers`, and then with Accepted."""

    name = "fake"
    credentials = ()
    default_url = ""

    def __init__(self, *answers: SendResult | Exception) -> None:
        super().__init__({}, Wire())
        self.answers = list(answers)
        self.sent: list[OutgoingSms] = []

    def send(self, sms: OutgoingSms) -> SendResult:
        self.sent.append(sms)
        answer = self.answers.pop(0) if self.answers else Accepted(f"ref {len(self.sent)}")
        if isinstance(answer, Exception):
            raise answer
        return answer

    def authenticate(self, callback: Callback) -> None:
        raise AssertionError("no callbacks here")

    def parse_receipts(self, callback: Callback) -> list[ParsedReceipt]:
        raise AssertionError("no callbacks here")


def with_gateways(kit: Kit, gateways: Mapping[str, Gateway]) -> Kit:
    """The same kit with other gateways."""
    return replace(kit, gateways=gateways)
