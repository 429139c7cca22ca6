"""The people of a world: when they come, what phone they have, how they read and type."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from cli.simulate.scenarios import ATTACKED, Carrier, Scenario
from twofactor.sms.phone import Phone

READING_SECONDS, READING_SPREAD = 8.0, 0.45  # from the text's arrival to the typed code
LATE, WRONG = 0.003, 0.04  # shares of people who put the phone away first; who mistype once
REACTION_SECONDS = (1.0, 5.0)  # until a person presses the button that has just opened
PATIENCE_SECONDS = 280.0
APART = 99_991  # honest numbers are no neighbours; shares no factor with 10**7


@dataclass(slots=True)
class Person:
    """One person and what happened to them."""

    phone: Phone
    comes_at: float  # seconds from the start
    reads: float
    reacts: float
    mistypes: bool
    is_attacker: bool = False
    address: str = ""
    user_id: int = 0
    authenticator_id: int = 0
    session_id: int = 0
    verification_id: int = 0
    asked_at: datetime | None = None
    in_at: datetime | None = None
    was_refused: bool = False
    is_typing: bool = field(default=False)

    @property
    def wait(self) -> float | None:
        """Seconds from asking to being in."""
        if self.asked_at is None or self.in_at is None:
            return None
        return (self.in_at - self.asked_at).total_seconds()


def draw(scenario: Scenario, users: int, seconds: float, chance: Random) -> list[Person]:
    """The honest people, and behind them the attackers."""
    honest = [
        _person(number, chance.choice(scenario.carriers), seconds, chance)
        for number in range(users)
    ]
    return honest + [
        _attacker(number, seconds, chance) for number in range(round(users * scenario.attackers))
    ]


def honest(people: Sequence[Person]) -> list[Person]:
    return [person for person in people if not person.is_attacker]


def _person(number: int, carrier: Carrier, seconds: float, chance: Random) -> Person:
    reads = READING_SECONDS * chance.lognormvariate(0.0, READING_SPREAD)
    if chance.random() < LATE:
        reads += chance.uniform(60, 200)
    return Person(
        Phone(f"{carrier.prefix}{number * APART % 10**7:07d}", carrier.country),
        comes_at=chance.uniform(0, seconds),
        reads=reads,
        reacts=chance.uniform(*REACTION_SECONDS),
        mistypes=chance.random() < WRONG,
        address=f"2001:db8:{number:x}::1",
    )


def _attacker(number: int, seconds: float, chance: Random) -> Person:
    """Neighbouring numbers, from a handful of addresses; nobody ever types a code."""
    return Person(
        Phone(f"{ATTACKED.prefix}{number:07d}", ATTACKED.country),
        comes_at=chance.uniform(seconds * 0.2, seconds),
        reads=PATIENCE_SECONDS * 10,
        reacts=0.1,
        mistypes=False,
        is_attacker=True,
        address=f"203.0.113.{number % 50}",
    )
