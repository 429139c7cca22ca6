"""A small named cast. Alice logs in with a phone; Bob is new; Olive runs the place."""

import re

from flask import Flask

from tests.browser import Browser
from twofactor import jobs
from twofactor.clock import FixedClock
from twofactor.house import house
from twofactor.models import User
from twofactor.models.database import transaction
from twofactor.sms.phone import Phone
from twofactor.verify import authenticators, passwords, users

ALICE = "alice@example.com"
BOB = "bob@example.com"
OLIVE = "olive@example.com"
PASSWORD = "a quiet lake at dawn"  # noqa: S105 -- the cast shares one
ALICE_PHONE = Phone("+12025550123", "US")
BOB_PHONE = Phone("+12025550145", "US")
OLIVE_PHONE = Phone("+12025550167", "US")
PASSWORD_HASH = passwords.hashed(PASSWORD)
CODE = re.compile(r"#(\d{4,10})\Z")


class Cast:
    """Puts people on the stage of one app."""

    def __init__(self, app: Flask, clock: FixedClock) -> None:
        self.app = app
        self.clock = clock
        with app.app_context():
            self._add(ALICE, ALICE_PHONE)
            self._add(BOB, None)
            self._add(OLIVE, OLIVE_PHONE, is_operator=True)

    def at_code_page(self, email: str = ALICE, address: str = "203.0.113.7") -> Browser:
        """A browser that has typed the right password."""
        browser = Browser(self.app, address)
        answer = browser.post("/login", email=email, password=PASSWORD)
        assert answer.status_code == 303
        return browser

    def logged_in(self, email: str = ALICE, address: str = "203.0.113.7") -> Browser:
        """A browser that is all the way in."""
        browser = self.at_code_page(email, address)
        phone = OLIVE_PHONE if email == OLIVE else ALICE_PHONE
        if email != BOB:
            answer = browser.post("/login/code", code=self.code(phone))
            assert answer.status_code == 303
        return browser

    def deliver(self) -> int:
        """Let the sender do what is due; how many texts left."""
        sent = 0
        with self.app.app_context():
            while jobs.deliver_next(house().kit):
                sent += 1
        return sent

    def texts(self, phone: Phone = ALICE_PHONE) -> list[str]:
        """What the sender has handed to a phone, newest first."""
        self.deliver()
        with self.app.app_context():
            simulator = house().kit.gateways["simulator"]
            return [text.body for text in simulator.phones.texts(phone.e164)]  # type: ignore[attr-defined]

    def code(self, phone: Phone = ALICE_PHONE) -> str:
        """The code in the newest text that holds one; notices hold none."""
        found = [match[1] for text in self.texts(phone) if (match := CODE.search(text))]
        assert found, "no text holds a code"
        return found[0]

    def wrong_code(self, phone: Phone = ALICE_PHONE) -> str:
        """A code that is not the right one."""
        return f"{(int(self.code(phone)) + 1) % 1_000_000:06d}"

    def _add(self, email: str, phone: Phone | None, *, is_operator: bool = False) -> User:
        kit = house().kit
        with transaction():
            user = users.create(kit, email, PASSWORD_HASH, is_operator=is_operator)
            if phone is not None:
                added = authenticators.add_phone(kit, user, phone)
                added.confirmed_at = kit.now()
        return user
