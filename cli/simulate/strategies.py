"""What the product is compared with: simpler ways to use the same gateways, behind the same
interface, so that people, limits and everything else stay the product's own."""

from collections.abc import Mapping, Sequence
from random import Random
from typing import ClassVar

from cli.simulate.air import Simulated
from twofactor.gateways.base import (
    BadCredential,
    Callback,
    Credential,
    Gateway,
    Malformed,
    OutgoingSms,
    ParsedReceipt,
    Refused,
    SendResult,
)
from twofactor.gateways.wire import Wire

OURS = "sixdigits"
ONE, TWO, REDRAW = "one gateway", "two, failover on refusal", "weighted redraw"
STRATEGIES = (OURS, ONE, TWO, REDRAW)


class Together(Gateway):
    """Several gateways that look like one."""

    name = "together"
    credentials: ClassVar[tuple[Credential, ...]] = ()
    default_url = ""

    def __init__(self, inner: Sequence[Simulated]) -> None:
        super().__init__({}, Wire())
        self.inner = inner
        self.call_seconds = 0.0
        for gateway in inner:
            gateway.known_as = self.name

    def send(self, sms: OutgoingSms) -> SendResult:
        raise NotImplementedError

    def authenticate(self, callback: Callback) -> None:
        raise BadCredential("nobody calls a simulated world")

    def parse_receipts(self, callback: Callback) -> list[ParsedReceipt]:
        raise Malformed("nobody calls a simulated world")


class OnRefusal(Together):
    """The first, and the next only where that one says no."""

    def send(self, sms: OutgoingSms) -> SendResult:
        self.call_seconds = 0.0
        for gateway in self.inner:
            result = gateway.send(sms)
            self.call_seconds += gateway.call_seconds
            if not isinstance(result, Refused):
                break
        return result


class Redraw(Together):
    """A new draw for every text; earlier ones in the list are drawn more often."""

    def __init__(self, inner: Sequence[Simulated], chance: Random) -> None:
        super().__init__(inner)
        self._chance = chance

    def send(self, sms: OutgoingSms) -> SendResult:
        weights = range(len(self.inner), 0, -1)
        (gateway,) = self._chance.choices(self.inner, weights)
        result = gateway.send(sms)
        self.call_seconds = gateway.call_seconds
        return result


def gateways(
    strategy: str, all_of_them: Sequence[Simulated], chance: Random
) -> Mapping[str, Simulated | Together]:
    """What the product gets to know under this strategy."""
    if strategy == ONE:
        return {all_of_them[0].name: all_of_them[0]}
    if strategy == TWO:
        return {Together.name: OnRefusal(all_of_them[:2])}
    if strategy == REDRAW:
        return {Together.name: Redraw(all_of_them, chance)}
    return {gateway.name: gateway for gateway in all_of_them}
