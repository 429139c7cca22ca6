"""Simulated gateways behind the interface of every gateway, and what they do to a text."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from random import Random
from typing import ClassVar

from cli.simulate.agenda import Agenda
from cli.simulate.scenarios import Carrier, GatewayPlan, Trouble
from twofactor.gateways.base import (
    Accepted,
    BadCredential,
    Callback,
    Credential,
    Gateway,
    Malformed,
    OutgoingSms,
    ParsedReceipt,
    SendResult,
    Unknown,
    refused,
)
from twofactor.gateways.wire import Wire
from twofactor.words import ErrorClass, Status

CALL_SECONDS, HANG_SECONDS, REFUSAL_SECONDS = 0.2, 10.0, 0.1
SPREAD = 0.4  # of the time to the phone, lognormal
FAILURE_SECONDS = 25.0  # until a gateway that tells the truth reports a lost text
FAILURES_TOLD = 0.5  # of the lost texts


@dataclass(frozen=True, slots=True)
class Taken:
    """A text that a gateway took, in its own books."""

    at: datetime
    gateway: str
    to: str
    country: str
    cost: Decimal


@dataclass(frozen=True, slots=True)
class Air:
    """What all gateways of a world share. `arrive` hands a text to its phone, `report` a receipt to
    the product; `books` grows."""

    agenda: Agenda
    chance: Random
    carriers: Sequence[Carrier]
    seconds: float  # of the whole run
    start: datetime
    arrive: Callable[[OutgoingSms], None]
    report: Callable[[str, ParsedReceipt], None]
    books: list[Taken]

    def carrier(self, phone: str) -> Carrier:
        return next(c for c in self.carriers if phone.startswith(c.prefix))

    def passed(self) -> float:
        """Seconds since the start."""
        return (self.agenda.now - self.start).total_seconds()


class Simulated(Gateway):
    """One gateway of the plan with its troubles. Every text costs its price, arrived or not."""

    credentials: ClassVar[tuple[Credential, ...]] = ()
    default_url = ""
    call_seconds = CALL_SECONDS  # of the last call

    def __init__(self, plan: GatewayPlan, troubles: Sequence[Trouble], air: Air) -> None:
        super().__init__({}, Wire())
        self.name = plan.name  # type: ignore[misc]
        self.known_as = plan.name  # to the product, when a strategy speaks for it
        self.plan, self.air = plan, air
        self._troubles = [t for t in troubles if t.gateway == plan.name]

    def send(self, sms: OutgoingSms) -> SendResult:
        carrier = self.air.carrier(sms.to)
        present = [t for t in self._troubles if self._is_present(t, carrier.country)]
        if any(trouble.is_down for trouble in present):
            return self._down()
        self.call_seconds = CALL_SECONDS
        now = self.air.agenda.now
        self.air.books.append(Taken(now, self.name, sms.to, carrier.country, self.plan.cost))
        reference = f"{self.name}-{len(self.air.books)}"
        self._carry(sms, reference, carrier, present)
        return Accepted(reference)

    def authenticate(self, callback: Callback) -> None:
        raise BadCredential("nobody calls a simulated world")

    def parse_receipts(self, callback: Callback) -> list[ParsedReceipt]:
        raise Malformed("nobody calls a simulated world")

    def _is_present(self, trouble: Trouble, country: str) -> bool:
        start = trouble.start * self.air.seconds
        end = trouble.end * self.air.seconds
        if trouble.minutes is not None:
            end = start + trouble.minutes * 60
        return start <= self.air.passed() < end and trouble.country in ("", country)

    def _down(self) -> SendResult:
        if self.air.chance.random() < 0.5:
            self.call_seconds = REFUSAL_SECONDS
            return refused("unreachable", ErrorClass.RETRY, "connection refused")
        self.call_seconds = HANG_SECONDS
        return Unknown("no answer within 10 s")

    def _carry(
        self, sms: OutgoingSms, reference: str, carrier: Carrier, present: Sequence[Trouble]
    ) -> None:
        chance = self.air.chance
        usual = max([self._seconds(t) for t in present], default=self.plan.seconds)
        wait = usual * carrier.slower * chance.lognormvariate(0.0, SPREAD)
        loss = max([t.drops for t in present], default=0.0) or self.plan.loss
        is_lost = chance.random() < loss
        if not is_lost:
            self.air.agenda.put(CALL_SECONDS + wait, lambda: self.air.arrive(sms))
        if any(t.fakes_receipts for t in present):
            self._receipt(sms, reference, Status.DELIVERED, min(wait, self.plan.seconds))
        elif is_lost and chance.random() < FAILURES_TOLD:
            self._receipt(sms, reference, Status.UNDELIVERED, FAILURE_SECONDS)
        elif not is_lost and chance.random() < self.plan.receipts:
            self._receipt(sms, reference, Status.DELIVERED, wait + 0.5)

    def _seconds(self, trouble: Trouble) -> float:
        """To the phone, as slow as the trouble has become."""
        if not trouble.slows_to:
            return self.plan.seconds
        start = trouble.start * self.air.seconds
        part = (self.air.passed() - start) / (self.air.seconds - start)
        return self.plan.seconds + part * (trouble.slows_to - self.plan.seconds)

    def _receipt(self, sms: OutgoingSms, reference: str, status: Status, after: float) -> None:
        receipt = ParsedReceipt(
            reference, status, status.value, attempt_sid=sms.reference, recipient=sms.to
        )
        self.air.agenda.put(CALL_SECONDS + after, lambda: self.air.report(self.known_as, receipt))
