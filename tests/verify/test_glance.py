"""What works of a group read ahead of their turn, and what makes it void."""

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.api.program import OTHER_PHONE, PHONE, Program
from tests.cast import Cast
from tests.models.test_row_of import group
from twofactor.clock import FixedClock
from twofactor.extensions import db
from twofactor.house import house
from twofactor.models import Service
from twofactor.sms.phone import Phone
from twofactor.verify import entries, glance
from twofactor.verify.entries import Entry
from twofactor.verify.glance import Wanted
from twofactor.words import VerificationStatus


class Shop:
    """A program with a code under way to each phone."""

    neighbour: "Shop"

    def __init__(self, app: Flask) -> None:
        self.program = Program(app)
        for phone in (PHONE, OTHER_PHONE):
            assert self.program.start(phone).status_code == 201

    def wanted(self, phone: Phone = PHONE) -> Wanted:
        service = db.session.query(Service).filter_by(sid=self.program.service_sid).one()
        return Wanted(service.account_id, service.sid, phone)


@pytest.fixture
def shop(app: Flask, cast: Cast, clock: FixedClock) -> Iterator[Shop]:
    made = Shop(app)
    made.neighbour = Shop(app)
    with app.app_context():
        yield made


def latest(wanted: Wanted) -> Entry:
    seen = glance.of_check(house().kit, wanted)
    assert seen is not None
    assert seen.latest is not None
    return seen.latest


def test_whoever_looks_first_finds_what_was_foreseen(shop: Shop) -> None:
    one, other = shop.wanted(), shop.wanted(OTHER_PHONE)
    with group():
        assert glance.foresee(house().kit, [one, other]) == [1, 1]
        assert len(entries.foreseen()) == 2
        assert latest(one).phone_fingerprint != latest(other).phone_fingerprint
        assert entries.foreseen() == {}


def test_who_counts_a_check_makes_it_void(shop: Shop) -> None:
    kit, one = house().kit, shop.wanted()
    with group():
        before = latest(one)
        glance.foresee(kit, [one])
        assert entries.count_check(before, kit.now()) is not None
        assert latest(one).checks == 1


def test_who_ends_a_verification_makes_it_void(shop: Shop) -> None:
    kit, one = house().kit, shop.wanted()
    with group():
        before = latest(one)
        glance.foresee(kit, [one])
        entries.end(before.id, VerificationStatus.CANCELED, kit.now())
        assert latest(one).status == "canceled"


def test_who_adds_one_makes_it_void(shop: Shop) -> None:
    kit, one = house().kit, shop.wanted()
    with group():
        before = latest(one)
        entries.end(before.id, VerificationStatus.CANCELED, kit.now())
        glance.foresee(kit, [one])
        before.sid = before.sid[:-4] + "0000"
        entries.add(before)
        assert latest(one).sid == before.sid


def test_what_was_foreseen_for_another_account_is_not_taken(shop: Shop) -> None:
    one = shop.wanted()
    stranger = one._replace(account_id=one.account_id + 1)
    with group():
        glance.foresee(house().kit, [one])
        assert glance.of_check(house().kit, stranger) is None


def test_two_services_that_want_one_phone_find_each_its_own(shop: Shop) -> None:
    one, other = shop.wanted(), shop.neighbour.wanted()
    with group():
        assert glance.foresee(house().kit, [one, other]) == [1, 2]
        assert [latest(of).service_id for of in (one, other)] == [1, 2]


def test_a_service_that_is_not_there_has_no_id(shop: Shop) -> None:
    one = shop.wanted()._replace(service_sid="VA" + "0" * 32)
    with group():
        assert glance.foresee(house().kit, [one]) == [None]
        assert glance.of_check(house().kit, one) is None
