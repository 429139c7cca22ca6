"""Gateways that answer what a test tells them to."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import ClassVar

from flask import Flask
from sqlalchemy import select

from tests.cast import ALICE, Cast
from twofactor import house, jobs
from twofactor.extensions import db
from twofactor.gateways.base import (
    Accepted,
    Callback,
    Credential,
    Gateway,
    OutgoingSms,
    ParsedReceipt,
    SendResult,
    refused,
)
from twofactor.gateways.wire import Wire
from twofactor.kit import Kit
from twofactor.models import Attempt, Message
from twofactor.words import ErrorClass

UNREACHABLE = refused("unreachable", ErrorClass.RETRY, "connection refused")
NO_ROUTE = refused("no_route", ErrorClass.ROUTE, "not covered")


class Told(Gateway):
    """Takes every text, unless `answer` says otherwise."""

    credentials: ClassVar[tuple[Credential, ...]] = ()
    default_url = ""

    def __init__(self, name: str) -> None:
        super().__init__({}, Wire())
        self.name = name  # type: ignore[misc]
        self.answer: Callable[[OutgoingSms], SendResult] | SendResult | None = None
        self.texts: list[OutgoingSms] = []

    def send(self, sms: OutgoingSms) -> SendResult:
        self.texts.append(sms)
        answer = self.answer(sms) if callable(self.answer) else self.answer
        return answer or Accepted(f"{self.name}-{len(self.texts)}")

    def authenticate(self, callback: Callback) -> None:
        raise NotImplementedError

    def parse_receipts(self, callback: Callback) -> list[ParsedReceipt]:
        raise NotImplementedError


class Stage:
    """One house with told gateways, and people who want texts."""

    def __init__(self, app: Flask, cast: Cast, *names: str) -> None:
        self.app, self.cast, self.clock = app, cast, cast.clock
        self.gateways = {name: Told(name) for name in names}
        with app.app_context():
            built = house.house()
        kit = replace(built.kit, gateways=dict(self.gateways), chance=lambda: 1.0)
        house.install(app, replace(built, kit=kit))
        self.kit: Kit = kit

    def __getitem__(self, name: str) -> Told:
        return self.gateways[name]

    def ask(self, email: str = ALICE) -> None:
        """Somebody types the right password, and the sender does what is due."""
        self.cast.at_code_page(email)
        self.deliver()

    def deliver(self) -> None:
        with self.inside() as kit:
            while jobs.deliver_next(kit):
                pass

    @contextmanager
    def inside(self) -> Iterator[Kit]:
        with self.app.app_context():
            yield self.kit

    def attempts(self) -> list[Attempt]:
        with self.app.app_context():
            return list(db.session.scalars(select(Attempt).order_by(Attempt.id)))

    def message(self) -> Message:
        """The latest one."""
        with self.app.app_context():
            return db.session.scalars(select(Message).order_by(Message.id.desc())).all()[0]
