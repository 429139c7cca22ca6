"""Starts that are written in one group: rows go out together, and each is a start of its own."""

import time

from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from tests.api.program import OTHER_PHONE, PHONE, Program, wrong
from tests.cast import Cast
from tests.security.racers import at_once, busy
from twofactor.clock import FixedClock
from twofactor.extensions import db
from twofactor.house import house
from twofactor.models import Attempt, AuditEntry, Message, Verification
from twofactor.models.writer import GroupWriter
from twofactor.sms.phone import Phone
from twofactor.words import AuditEvent, Status

CROWD = [Phone(f"+120255501{n:02}", "US") for n in range(12)]


def started_together(shop: Program, phones: list[Phone]) -> list[dict[str, object]]:
    """Start a code for each at once."""
    forms = [{"To": phone.e164, "Channel": "sms"} for phone in phones]
    return together(shop, "Verifications", forms)


def checked_together(shop: Program, codes: dict[Phone, str]) -> list[dict[str, object]]:
    """Check the code of each at once."""
    forms = [{"To": phone.e164, "Code": code} for phone, code in codes.items()]
    return together(shop, "VerificationCheck", forms)


def together(shop: Program, what: str, forms: list[dict[str, str]]) -> list[dict[str, object]]:
    """Ask for all of these while the writer is busy, so that one group takes them."""

    def ask(form: dict[str, str]) -> dict[str, object]:
        client = shop.app.test_client()
        answer = client.post(f"{shop.base}/{what}", data=form, headers=shop.headers())
        return {"http": answer.status_code, **(answer.json or {})}

    with busy(writer_of(shop)):
        return at_once([lambda form=form: ask(form) for form in forms])  # type: ignore[misc]


def writer_of(shop: Program) -> GroupWriter:
    with shop.app.app_context():
        return house().writer


def test_each_of_a_group_has_its_text_and_its_audit(
    shop: Program, app: Flask, clock: FixedClock
) -> None:
    told = started_together(shop, CROWD)
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
    told = started_together(shop, [PHONE, PHONE, OTHER_PHONE, PHONE])
    assert {answer["http"] for answer in told} == {201}
    assert len({answer["sid"] for answer in told}) == 2
    cast = Cast(app, clock)
    assert len(cast.texts(PHONE)) == 3
    assert len(cast.texts(OTHER_PHONE)) == 1


def test_codes_brought_for_one_phone_in_one_group_replace_each_other(
    trusted: Program, app: Flask
) -> None:
    trusted.post(trusted.base, CustomCodeEnabled="true")
    phones = [PHONE, OTHER_PHONE, PHONE]
    forms = [{"To": one.e164, "Channel": "sms", "CustomCode": "482913"} for one in phones]
    told = together(trusted, "Verifications", forms)
    assert {answer["http"] for answer in told} == {201}
    assert len({answer["sid"] for answer in told}) == 3
    with app.app_context():
        pending = select(func.count()).where(Verification.status == "pending")
        assert db.session.scalar(pending) == 2


def test_a_code_is_checked_in_the_group_that_starts_it(trusted: Program) -> None:
    trusted.post(trusted.base, CustomCodeEnabled="true")
    trusted.start(OTHER_PHONE)  # from then on nobody reads the operator's texts anew
    start = {"To": PHONE.e164, "Channel": "sms", "CustomCode": "482913"}
    check = {"To": PHONE.e164, "Code": "482913"}

    def ask(what: str, form: dict[str, str], after: float) -> TestResponse:
        time.sleep(after)
        client = trusted.app.test_client()
        return client.post(f"{trusted.base}/{what}", data=form, headers=trusted.headers())

    with busy(writer_of(trusted)):
        started, checked = at_once(
            [
                lambda: ask("Verifications", start, 0.1),
                lambda: ask("VerificationCheck", check, 0.25),
            ]
        )
    assert started.status_code == 201
    assert checked.json["valid"] is True  # type: ignore[index]


def test_a_start_that_is_refused_takes_none_of_its_group_with_it(shop: Program, app: Flask) -> None:
    landline_of_nobody = Phone("+15005550000", "US")  # no number at all
    told = started_together(shop, [*CROWD[:3], landline_of_nobody, *CROWD[3:6]])
    assert sorted(answer["http"] for answer in told) == [201] * 6 + [400]  # type: ignore[type-var]
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Verification)) == 6
        assert db.session.scalar(select(func.count()).select_from(Message)) == 6


def test_right_codes_of_one_group_confirm_each_its_own_text_and_withdraw_what_waits(
    shop: Program, app: Flask, clock: FixedClock
) -> None:
    cast = Cast(app, clock)
    read, mistaken, waiting = CROWD[:3], CROWD[3], CROWD[4:6]
    for phone in [*read, mistaken]:
        shop.start(phone)
    cast.deliver()
    codes = {phone: cast.code(phone) for phone in read}
    codes[mistaken] = wrong(cast.code(mistaken))
    for phone in waiting:
        shop.start(phone)
        codes[phone] = unread_code(app, phone)
    told = checked_together(shop, codes)
    wrongly = [answer["to"] for answer in told if answer["valid"] is not True]
    assert wrongly == [mistaken.e164]
    with app.app_context():
        kit = house().kit
        for phone in codes:
            of = select(Message, Attempt).outerjoin(Attempt, Attempt.id == Message.attempt_id)
            mine = Verification.phone_fingerprint == kit.keyring.fingerprint(phone.e164)
            text, attempt = db.session.execute(of.join(Verification).where(mine)).one()
            assert (text.confirmed_at is not None) == (phone in read)
            assert (attempt is not None and attempt.confirmed_at is not None) == (phone in read)
            assert (text.status == Status.EXPIRED) == (phone in waiting)
            assert text.body_sealed is None


def unread_code(app: Flask, phone: Phone) -> str:
    """The code in a text that has not left."""
    with app.app_context():
        keyring = house().kit.keyring
        mine = Verification.phone_fingerprint == keyring.fingerprint(phone.e164)
        row = db.session.scalars(select(Verification).where(mine)).one()
        assert row.code_sealed is not None
        return keyring.unseal(row.code_sealed, row.code_place)
