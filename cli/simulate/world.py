"""One run of one world: the real product, with people and gateways around it.

No threads and no HTTP: the product's own verbs are called at simulated moments, in a database of
its own that is thrown away. The same seed gives the same people and the same bad luck.
"""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from cli.simulate import strategies
from cli.simulate.agenda import Agenda
from cli.simulate.air import Air, Simulated, Taken
from cli.simulate.composed import Compose, opened
from cli.simulate.people import PATIENCE_SECONDS, Person, draw
from cli.simulate.product import Product
from cli.simulate.scenarios import ATTACKED, Scenario
from twofactor.clock import FixedClock
from twofactor.config.settings import Settings
from twofactor.gateways.base import Accepted, OutgoingSms, ParsedReceipt, SendResult, Unknown
from twofactor.sms.orders import Order
from twofactor.words import CheckOutcome

START = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
HOUSE_SECONDS = 60.0
TRY_AGAIN_SECONDS = 5.0  # from "wrong code" to the next one typed
AFTER = timedelta(minutes=6)  # nobody new comes; those who wait may still get in
CODE = re.compile(r"#(\d{4,10})\Z")


@dataclass(frozen=True, slots=True)
class Run:
    """What is to be lived through."""

    scenario: Scenario
    users: int
    minutes: int
    seed: int
    strategy: str = strategies.OURS


@dataclass(frozen=True, slots=True)
class Lived:
    """What happened to whom, and what the gateways charged."""

    run: Run
    people: list[Person]
    books: list[Taken]


def live(compose: Compose, settings: Settings, run: Run) -> Lived:
    """Live through a run. `settings` are those of the product; where it stores its rows and whom it
    sends by is replaced."""
    settings = replace(
        settings,
        env="development",
        redis_url="",
        workers="embedded",
        gateways=("simulator",),
        countries=None,
        limits=run.scenario.has_limits,
        log_level="ERROR",
    )
    clock = FixedClock(START)
    with TemporaryDirectory() as folder, opened(compose, settings, clock, Path(folder)) as app:
        world = World(run, Agenda(clock))
        world.product = Product.furnished(app, world.gateways(), world.lists(), world.chance.random)
        return world.live()


class World:
    """People around a product."""

    product: Product

    def __init__(self, run: Run, agenda: Agenda) -> None:
        self.run, self.agenda = run, agenda
        seconds = run.minutes * 60.0
        people_chance = Random(f"{run.seed}/people")  # noqa: S311 -- a world, from its seed
        self.chance = Random(f"{run.seed}/ours")  # noqa: S311
        self.people = draw(run.scenario, run.users, seconds, people_chance)
        self.by_phone = {person.phone.e164: person for person in self.people}
        self.air = Air(
            agenda=agenda,
            chance=Random(f"{run.seed}/air"),  # noqa: S311
            carriers=(*run.scenario.carriers, ATTACKED),
            seconds=seconds,
            start=START,
            arrive=self._arrive,
            report=self._report,
            books=[],
        )

    def gateways(self) -> dict[str, Simulated | strategies.Together]:
        plans, troubles = self.run.scenario.gateways, self.run.scenario.troubles
        simulated = [Simulated(plan, troubles, self.air) for plan in plans]
        return dict(strategies.gateways(self.run.strategy, simulated, self.chance))

    def lists(self) -> list[dict[str, object]]:
        """The price lists that the gateways publish."""
        return [
            {
                "gateway": plan.name,
                "country": country,
                "since": "2026-01-01",
                "per_segment": plan.cost,
                "currency": "USD",
            }
            for plan in self.run.scenario.gateways
            for country in sorted({carrier.country for carrier in self.air.carriers})
        ]

    def live(self) -> Lived:
        self.product.settle_in(self.people)
        for person in self.people:
            self.agenda.put(person.comes_at, partial(self._come, person))
        self.agenda.put(HOUSE_SECONDS, self._keep_house)
        self.agenda.run(START + timedelta(minutes=self.run.minutes) + AFTER)
        return Lived(self.run, self.people, self.air.books)

    def _come(self, person: Person) -> None:
        person.asked_at = self.agenda.now
        person.was_refused = not self.product.ask(person)
        if not person.was_refused:
            self._send()
            self._expect(person)

    def _expect(self, person: Person) -> None:
        """Wait for the text, and press the button when it opens."""
        wait = self.product.next_resend(person)
        if wait is not None:
            self.agenda.put(wait + person.reacts, partial(self._press, person))

    def _press(self, person: Person) -> None:
        if person.in_at or person.is_typing or self._has_given_up(person):
            return
        if self.product.next_resend(person) == 0 and self.product.resend(person):
            self._send()
            self._expect(person)

    def _arrive(self, sms: OutgoingSms) -> None:
        """The phone rings; a person who isn't typing already reads it."""
        person, found = self.by_phone[sms.to], CODE.search(sms.body)
        if found and not person.is_typing and not person.is_attacker:
            person.is_typing = True
            self.agenda.put(person.reads, partial(self._type, person, found[1]))

    def _type(self, person: Person, code: str) -> None:
        if person.in_at or self._has_given_up(person):
            return
        typed = code
        if person.mistypes:
            person.mistypes, typed = False, f"{(int(code) + 1) % 10 ** len(code):0{len(code)}d}"
        outcome = self.product.check(person, typed)
        if outcome is CheckOutcome.APPROVED:
            person.in_at = self.agenda.now
        elif outcome is CheckOutcome.WRONG:
            self.agenda.put(TRY_AGAIN_SECONDS, partial(self._type, person, code))

    def _send(self) -> None:
        """Hand over what is due, as the sender's threads would."""
        due = self.product.next_due()
        while due is not None and due <= self.agenda.now and (order := self.product.take()):
            result = order.hand_over()
            seconds = getattr(order.gateway, "call_seconds", 0.0)
            self.agenda.put(seconds, partial(self._answered, order, result))
            due = self.product.next_due()
        if due is not None:
            self.agenda.put((due - self.agenda.now).total_seconds() + 0.001, self._send)

    def _answered(self, order: Order, result: SendResult) -> None:
        self.product.finish(order, result)
        if not isinstance(result, Accepted):
            self._send()
        if isinstance(result, Unknown):
            self._look(order.out.to)

    def _report(self, gateway: str, receipt: ParsedReceipt) -> None:
        self.product.record(gateway, receipt)
        if receipt.status is not None and receipt.status.is_failure:
            self._look(receipt.recipient)

    def _look(self, phone: str) -> None:
        """The page tells that the text failed: the button is open."""
        person = self.by_phone[phone]
        self.agenda.put(person.reacts, partial(self._press, person))

    def _keep_house(self) -> None:
        self.product.keep_house()
        self.agenda.put(HOUSE_SECONDS, self._keep_house)

    def _has_given_up(self, person: Person) -> bool:
        since = person.asked_at or self.agenda.now
        return (self.agenda.now - since).total_seconds() > PATIENCE_SECONDS
