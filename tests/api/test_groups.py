"""Starts that are written in one group: rows go out together, and each is a start of its own."""

import threading
import time

from flask import Flask
from sqlalchemy import func, select

from tests.api.program import OTHER_PHONE, PHONE, Program
from tests.cast import Cast
from tests.security.racers import at_once
from twofactor.clock import FixedClock
from twofactor.extensions import db
from twofactor.house import house
from twofactor.models import AuditEntry, Message, Verification
from twofactor.sms.phone import Phone
from twofactor.words import AuditEvent

CROWD = [Phone(f"+120255501{n:02}", "US") for n in range(12)]


def together(shop: Program, phones: list[Phone]) -> list[dict[str, object]]:
    """Start a code for each while the writer is busy, so that one group takes them all."""
    gate = threading.Event()
    with shop.app.app_context():
        writer = house().writer
    busy = threading.Thread(target=lambda: writer.run(lambda _: gate.wait(10)))
    busy.start()
    threading.Timer(0.5, gate.set).start()

    def start(phone: Phone) -> dict[str, object]:
        client = shop.app.test_client()
        fields = {"To": phone.e164, "Channel": "sms"}
        answer = client.post(f"{shop.base}/Verifications", data=fields, headers=shop.headers())
        return {"http": answer.status_code, **(answer.json or {})}

    time.sleep(0.05)
    told = at_once([lambda phone=phone: start(phone) for phone in phones])  # type: ignore[misc]
    busy.join()
    return told


def test_each_of_a_group_has_its_text_and_its_audit(
    shop: Program, app: Flask, clock: FixedClock
) -> None:
    told = together(shop, CROWD)
    assert {answer["http"] for answer in told} == {201}
    with app.app_context():
        rows = db.session.execute(
            select(Verification.sid, Verification.phone_fingerprint, Message.phone_fingerprint)
            .join(Message, Message.verification_id == Verification.id)
            .order_by(Message.id)
        ).all()
        noted = select(func.count()).where(AuditEntry.event == AuditEvent.CODE_SENT)
        assert db.session.scalar(noted) == len(CROWD)
    assert sorted(row[0] for row in rows) == sorted(str(answer["sid"]) for answer in told)
    assert all(row[1] == row[2] for row in rows)
    cast = Cast(app, clock)
    assert all(len(cast.texts(phone)) == 1 for phone in CROWD)


def test_starts_for_one_phone_in_one_group_are_one_code_sent_again(
    shop: Program, app: Flask, clock: FixedClock
) -> None:
    told = together(shop, [PHONE, PHONE, OTHER_PHONE, PHONE])
    assert {answer["http"] for answer in told} == {201}
    assert len({answer["sid"] for answer in told}) == 2
    cast = Cast(app, clock)
    assert len(cast.texts(PHONE)) == 3
    assert len(cast.texts(OTHER_PHONE)) == 1


def test_a_start_that_is_refused_takes_none_of_its_group_with_it(shop: Program, app: Flask) -> None:
    landline_of_nobody = Phone("+15005550000", "US")  # no number at all
    told = together(shop, [*CROWD[:3], landline_of_nobody, *CROWD[3:6]])
    assert sorted(answer["http"] for answer in told) == [201] * 6 + [400]  # type: ignore[type-var]
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Verification)) == 6
        assert db.session.scalar(select(func.count()).select_from(Message)) == 6
