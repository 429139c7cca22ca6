"""The product as a world uses it: its own verbs, each in the transaction its doors give it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from flask import Flask
from sqlalchemy import func, select

from cli.simulate.people import Person
from twofactor import audit, jobs
from twofactor.extensions import db
from twofactor.gateways.base import Gateway, ParsedReceipt, SendResult
from twofactor.house import house, install
from twofactor.kit import Kit, Visitor
from twofactor.models import Message, Session, User, Verification
from twofactor.models.database import transaction
from twofactor.sms import prices, receipts
from twofactor.sms.orders import Order
from twofactor.verify import authenticators, checks, progress, sessions, users, verifications
from twofactor.verify.limits import LimitReached
from twofactor.verify.targets import NoSendsLeft, NotLive, NotYet, Target
from twofactor.words import AuditEvent, CheckOutcome, Purpose, SessionState, Status

TOGETHER = 500  # people that one transaction makes


@dataclass(frozen=True)
class Product:
    """What people and gateways of a world can do with it."""

    kit: Kit

    @classmethod
    def furnished(
        cls,
        app: Flask,
        gateways: Mapping[str, Gateway],
        listed: Sequence[dict[str, object]],
        chance: Callable[[], float],
    ) -> "Product":
        """The app with these gateways and price lists."""
        built = house()
        for gateway in built.kit.gateways.values():
            getattr(getattr(gateway, "phones", None), "close", lambda: None)()
        kit = replace(built.kit, gateways=gateways, chance=chance)
        install(app, replace(built, kit=kit))
        with transaction():
            prices.put(listed)
        return cls(kit)

    def settle_in(self, people: Sequence[Person]) -> None:
        """Give everybody an account with a phone; attackers' phones are not confirmed."""
        for start in range(0, len(people), TOGETHER):
            with transaction():
                for number, person in enumerate(people[start : start + TOGETHER], start):
                    user = users.create(self.kit, f"person-{number}@example.com")
                    added = authenticators.add_phone(self.kit, user, person.phone)
                    added.confirmed_at = None if person.is_attacker else self.kit.now()
                    person.user_id, person.authenticator_id = user.id, added.id

    def ask(self, person: Person) -> bool:
        """The password was right (or an attacker enrols): a text is asked for. False: refused."""
        state = SessionState.FULL if person.is_attacker else SessionState.HALF
        visitor = Visitor(person.address)
        try:
            with transaction() as session:
                user = session.get_one(User, person.user_id)
                opened, _ = sessions.open_session(self.kit, user, state, visitor)
                target = Target(
                    Purpose.ENROL if person.is_attacker else Purpose.LOGIN,
                    person.phone,
                    opened,
                    person.authenticator_id,
                    is_verified=not person.is_attacker,
                )
                started = verifications.start(self.kit, target, visitor)
                person.session_id, person.verification_id = opened.id, started.id
        except LimitReached:
            return False
        return True

    def next_resend(self, person: Person) -> float | None:
        """Seconds until another text may be asked for; None when never."""
        seen = progress.of(self._verification(person), self.kit.now())
        return float(seen.resend_in) if seen.may_resend else None

    def resend(self, person: Person) -> bool:
        """The person presses the button. False: refused."""
        verification = self._verification(person)
        early = progress.of(verification, self.kit.now()).has_failed
        try:
            with transaction():
                verifications.resend(self.kit, verification, Visitor(person.address), early=early)
        except (LimitReached, NotYet, NoSendsLeft, NotLive):
            return False
        return True

    def check(self, person: Person, code: str) -> CheckOutcome:
        """The person types a code."""
        visitor = Visitor(person.address)
        user_sid = db.session.get_one(User, person.user_id).sid
        verification = self._verification(person)
        with transaction():
            counted = checks.count(self.kit, verification, user_sid)
        if isinstance(counted, CheckOutcome):
            return counted
        with transaction():
            outcome = checks.settle(self.kit, counted, code, user_sid, visitor)
            if outcome is CheckOutcome.APPROVED:
                audit.write(self.kit, AuditEvent.LOGGED_IN, person.user_id, visitor, factor="phone")
                sessions.step_up(self.kit, db.session.get_one(Session, person.session_id))
        return outcome

    def take(self) -> Order | None:
        return next(iter(jobs.take(self.kit, 1)), None)

    def finish(self, order: Order, result: SendResult) -> None:
        jobs.finish(self.kit, [(order, result)])

    def record(self, gateway: str, receipt: ParsedReceipt) -> None:
        """A receipt comes in."""
        with db.engine.connect().execution_options(writes=True) as connection, connection.begin():
            told = receipts.reports(self.kit, gateway, [receipt], self.kit.now())
            receipts.record(connection, [told])

    def keep_house(self) -> None:
        jobs.run_due(self.kit)

    def next_due(self) -> datetime | None:
        """When the next waiting text is due."""
        waiting = select(func.min(Message.next_try_at)).where(
            Message.status == Status.QUEUED, Message.leased_until.is_(None)
        )
        return db.session.scalar(waiting)

    def forget(self) -> None:
        """Let go of what was read, so that the next moment sees the newest state."""
        db.session.rollback()

    def _verification(self, person: Person) -> Verification:
        return db.session.get_one(Verification, person.verification_id, populate_existing=True)
