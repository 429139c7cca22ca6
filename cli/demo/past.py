"""Messages, attempts and receipts of one hour of the invented past, with what they count for."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, NamedTuple

from cli.demo.load import Loader
from cli.demo.people import Person
from cli.demo.world import CONFIRMED, FAILURES, GATEWAYS, OUTAGE, OUTAGE_HOURS, PURPOSES
from twofactor.kit import Kit
from twofactor.models.rollups import HOUR, MINUTE, UNKNOWN
from twofactor.sms.stats.measures import Facts, Key, amounts, measures, start
from twofactor.sms.stats.rollup import MINUTES_KEPT, Deltas
from twofactor.words import ErrorClass, Purpose, Status

MESSAGES = (
    "id sid purpose phone_sealed phone_fingerprint phone_ending country segments status"
    " error_code error_class attempt_id tries created_at valid_until sent_at settled_at"
    " confirmed_at"
).split()
ATTEMPTS = (
    "id sid message_id gateway gateway_ref phone_fingerprint country carrier status outcome"
    " error_code error_class reason segments price currency created_at sent_at delivered_at"
    " settled_at confirmed_at counted"
).split()
RECEIPTS = "attempt_id gateway status raw_status error_code moved received_at".split()
_FAILURE_SHARES = [share for *_, share in FAILURES]
_NAMES, _SHARES = list(GATEWAYS), [carriage.share for carriage in GATEWAYS.values()]
_PURPOSES, _PURPOSE_SHARES = [p.value for p in PURPOSES], list(PURPOSES.values())
_DELIVERED, _NOTICE = Status.DELIVERED.value, Purpose.NOTICE.value
_VALIDITY, _OUTAGE = timedelta(minutes=5), timedelta(hours=OUTAGE_HOURS)
_HANDED_OVER, _TYPING = timedelta(milliseconds=180), timedelta(seconds=9)


@dataclass(slots=True)
class Rows:
    """What is waiting to be written."""

    messages: list[tuple[Any, ...]] = field(default_factory=list)
    attempts: list[tuple[Any, ...]] = field(default_factory=list)
    receipts: list[tuple[Any, ...]] = field(default_factory=list)
    counted: dict[Key, Counter[str]] = field(default_factory=dict)

    @property
    def deltas(self) -> Deltas:
        """What the attempts add to the roll-ups."""
        found: Deltas = {}
        for key, words in self.counted.items():
            sums = found.setdefault(key, Counter())
            for counted, times in words.items():
                for name, amount in amounts(counted):
                    sums[name] += amount * times
        return found


class Text(NamedTuple):
    """One text by one gateway."""

    person: Person
    gateway: str
    purpose: str
    at: datetime


class Fate(NamedTuple):
    """How one attempt went; times are None for what did not happen, or not yet."""

    status: str
    outcome: str = "accepted"
    error_class: str = ""
    code: str = ""
    sent_at: datetime | None = None
    settled_at: datetime | None = None
    confirmed_at: datetime | None = None

    @property
    def delivered_at(self) -> datetime | None:
        return self.settled_at if self.status == _DELIVERED else None


class Past:
    """Invents history, message by message, with ids that go on where the tables end."""

    def __init__(
        self, kit: Kit, people: list[Person], first: tuple[int, int], seed: int, loader: Loader
    ) -> None:
        self.people, self.loader, self.seal = people, loader, kit.keyring.seal
        self.message_id, self.attempt_id = first
        self.tag = f"{seed & 0xFFFFFFFF:08x}"
        self.chance = Random(seed)  # noqa: S311 -- an invented world, the same again by its seed
        self.now = kit.now()

    def hour(self, rows: Rows, since: datetime, times: Sequence[float]) -> None:
        """Add messages asked for so many seconds after `since`, ascending."""
        count = len(times)
        people = self.chance.choices(self.people, k=count)
        gateways = self.chance.choices(_NAMES, _SHARES, k=count)
        purposes = self.chance.choices(_PURPOSES, _PURPOSE_SHARES, k=count)
        for person, gateway, purpose, seconds in zip(
            people, gateways, purposes, times, strict=True
        ):
            self._message(rows, Text(person, gateway, purpose, since + timedelta(seconds=seconds)))

    def _message(self, rows: Rows, text: Text) -> None:
        self.message_id += 1
        tries = 1
        if self.chance.random() < GATEWAYS[text.gateway].refused:
            failed, refused, busy = Status.FAILED.value, "refused", ErrorClass.RETRY.value
            self._attempt(rows, text, Fate(failed, refused, busy, "429", settled_at=text.at), "")
            others = [name for name in _NAMES if name != text.gateway]
            text, tries = text._replace(gateway=others[self.message_id % len(others)]), 2
        fate = self._fate(text)
        self._attempt(rows, text, fate, "next after a refusal" if tries > 1 else "first in order")
        sid, time = f"SM{self.tag}{self.message_id:024x}", self.loader.time
        person = text.person
        rows.messages.append(
            (
                self.message_id,
                sid,
                text.purpose,
                self.seal(person.e164, f"messages.phone:{sid}"),
                person.fingerprint,
                person.e164[-2:],
                person.country,
                1,
                fate.status,
                fate.code,
                fate.error_class,
                self.attempt_id,
                tries,
                time(text.at),
                time(text.at + _VALIDITY),
                time(fate.sent_at),
                time(fate.settled_at),
                time(fate.confirmed_at),
            )
        )

    def _fate(self, text: Text) -> Fate:
        chance, carriage = self.chance, GATEWAYS[text.gateway]
        good, slow = carriage.delivered, 1.0
        if (text.gateway, text.person.country) == OUTAGE and self.now - text.at < _OUTAGE:
            good, slow = good * 0.55, 6.0
        sent_at = text.at + _HANDED_OVER
        if chance.random() < good:
            late = carriage.median_seconds * slow * chance.lognormvariate(0, carriage.spread)
            status, error_class, code = _DELIVERED, "", ""
        else:
            failed, failure, code, _ = chance.choices(FAILURES, _FAILURE_SHARES)[0]
            status, error_class = failed.value, failure.value
            late = 40 + 200 * chance.random()
        settled_at = sent_at + timedelta(seconds=late)
        if settled_at > self.now:  # nobody has heard of it yet
            return Fate(Status.SENT.value, sent_at=sent_at)
        confirmed_at = None
        if status == _DELIVERED and text.purpose != _NOTICE and chance.random() < CONFIRMED:
            confirmed_at = min(self.now, settled_at + _TYPING)
        return Fate(status, "accepted", error_class, code, sent_at, settled_at, confirmed_at)

    def _attempt(self, rows: Rows, text: Text, fate: Fate, reason: str) -> None:
        self.attempt_id += 1
        carriage, (person, gateway, _, at) = GATEWAYS[text.gateway], text
        price, currency = (
            (None, "") if fate.sent_at is None else (carriage.price, carriage.currency)
        )
        facts = Facts(
            fate.status,
            fate.outcome,
            fate.error_class,
            fate.sent_at,
            fate.delivered_at,
            fate.confirmed_at is not None,
            price,
            currency,
        )
        counted, time = measures(facts), self.loader.time
        rows.counted.setdefault(self._key(text), Counter())[counted] += 1
        rows.attempts.append(
            (
                self.attempt_id,
                f"VL{self.tag}{self.attempt_id:024x}",
                self.message_id,
                gateway,
                f"demo-{self.tag}-{self.attempt_id}" if fate.sent_at else None,
                person.fingerprint,
                person.country,
                person.carrier,
                fate.status,
                fate.outcome,
                fate.code,
                fate.error_class,
                reason,
                1,
                self.loader.money(price),
                currency,
                time(at),
                time(fate.sent_at),
                time(fate.delivered_at),
                time(fate.settled_at),
                time(fate.confirmed_at),
                counted,
            )
        )
        if fate.sent_at and fate.settled_at:
            self._receipt(rows, gateway, fate, fate.settled_at)

    def _key(self, text: Text) -> Key:
        """Older attempts are counted by no minute any more: one key an hour is enough for them."""
        span = MINUTE if text.at > self.now - MINUTES_KEPT else HOUR
        person = text.person
        place = (person.country, person.carrier or UNKNOWN)
        return Key(start(text.at, span), text.gateway, *place, text.purpose)

    def _receipt(self, rows: Rows, gateway: str, fate: Fate, at: datetime) -> None:
        rows.receipts.append(
            (
                self.attempt_id,
                gateway,
                fate.status,
                fate.status,
                fate.code,
                self.loader.flag(True),
                self.loader.time(at),
            )
        )
