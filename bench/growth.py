"""What one login costs in a small house and in one with a long history, in turns: start, text,
receipt, check. Target: at most a tenth more CPU.

The houses are those of `flask demo`; they are made where they are missing and kept.
"""

import argparse
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import ClassVar

from flask import Flask
from sqlalchemy import select

from cli.demo.command import fill
from cli.simulate.people import Person, draw
from cli.simulate.product import Product
from cli.simulate.scenarios import CALM
from tests.settings import settings_from
from tests.sms.fake import Fake
from twofactor import ids
from twofactor.clock import FixedClock, SystemClock
from twofactor.extensions import db
from twofactor.gateways.base import OutgoingSms, ParsedReceipt, SendResult
from twofactor.house import house
from twofactor.models import Message
from twofactor.models.database import transaction
from twofactor.verify import authenticators, users
from twofactor.words import CheckOutcome, Status
from wsgi import create_app

FEW = 10_000
RATIO = 1.10
BLOCK = 25  # logins of one turn


class Reading(Fake):
    """Takes every text, and reads its code."""

    code: ClassVar[str] = ""

    def send(self, sms: OutgoingSms) -> SendResult:
        Reading.code = sms.body.rsplit("#", 1)[1]
        return super().send(sms)


@dataclass
class Place:
    """One house with so much history, and people who log in there."""

    app: Flask
    product: Product
    people: list[Person]
    seconds: float = 0.0  # of CPU

    def log_in(self, start: int) -> None:
        """One block of people."""
        with self.app.app_context():
            began = time.process_time()
            for person in self.people[start : start + BLOCK]:
                self._log_in(person)
            self.seconds += time.process_time() - began

    def _log_in(self, person: Person) -> None:
        assert self.product.ask(person)
        order = self.product.take()
        assert order is not None
        result = order.gateway.send(order.sms)
        self.product.finish(order, result)
        receipt = ParsedReceipt(
            getattr(result, "gateway_ref", ""),
            Status.DELIVERED,
            "delivered",
            attempt_sid=order.sms.reference,
        )
        self.product.record("fake", receipt)
        assert self.product.check(person, Reading.code) is CheckOutcome.APPROVED


def main(arguments: list[str]) -> bool:
    """Measure and print; True when the target is met."""
    options = _options(arguments)
    folder = Path(options.folder)
    folder.mkdir(parents=True, exist_ok=True)
    few, many = (_place(folder, n, options.logins) for n in (FEW, options.messages))
    for start in range(0, options.logins, BLOCK):
        for place in (few, many) if start // BLOCK % 2 else (many, few):
            place.log_in(start)
        if start == 0:
            few.seconds = many.seconds = 0.0  # that warmed up
    logins = options.logins - BLOCK
    ratio = many.seconds / few.seconds
    each = [1000 * place.seconds / logins for place in (few, many)]
    print(f"CPU a login: {each[0]:.1f} ms at {FEW:,}, {each[1]:.1f} ms at {options.messages:,}")
    print(f"ratio {ratio:.2f}, wanted {RATIO}")
    return ratio <= RATIO


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench growth")
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--logins", type=int, default=300)
    kept = Path(tempfile.gettempdir()) / "sixdigits-growth"
    parser.add_argument("--folder", default=str(kept), help="where the houses are kept")
    return parser.parse_args(arguments)


def _place(folder: Path, messages: int, logins: int) -> Place:
    home = folder / str(messages)
    home.mkdir(exist_ok=True)
    database = f"sqlite:///{home / 'house.sqlite3'}"
    values = {"DATABASE_URL": database, "LOG_LEVEL": "ERROR", "LIMITS": "off"}
    app = create_app(settings_from(values, home), FixedClock(SystemClock().now()))
    with app.app_context():
        db.create_all()
        if db.session.scalar(select(Message.id).limit(1)) is None:
            fill(house().kit, messages, 30, seed=1)
        product = Product.furnished(app, {"fake": Reading()}, [], lambda: 1.0)
        people = draw(CALM, logins, 1.0, Random())  # noqa: S311 -- invented people
        with transaction():
            for person in people:
                user = users.create(product.kit, f"{ids.new_token()}@example.com")
                added = authenticators.add_phone(product.kit, user, person.phone)
                added.confirmed_at = product.kit.now()
                person.user_id, person.authenticator_id = user.id, added.id
    return Place(app, product, people)
