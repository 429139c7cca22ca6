"""Counted before compared, once accepted, whatever runs at the same time (S-03, S-06, S-25,
S-40); on both databases."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.cast import ALICE_PHONE, Cast
from tests.conftest import NOON
from tests.security.houses import house_on
from tests.security.racers import at_once, check, check_in_processes, copies, post
from twofactor.clock import FixedClock
from twofactor.extensions import db
from twofactor.house import house
from twofactor.kit import Visitor
from twofactor.models import Message, Session, User, Verification
from twofactor.models.database import transaction
from twofactor.sms.phone import Phone
from twofactor.verify import checks, limits, sessions, verifications
from twofactor.verify.limits import LimitReached
from twofactor.verify.verifications import Target
from twofactor.words import Purpose, SessionState, VerificationStatus

CLIENTS = 64


@pytest.fixture
def racing(tmp_path: Path, database_url: str) -> Iterator[Flask]:
    with house_on(tmp_path, DATABASE_URL=database_url) as app:
        yield app


@pytest.fixture
def stage(racing: Flask) -> Cast:
    return Cast(racing, FixedClock(NOON))


def newest(app: Flask) -> Verification:
    with app.app_context():
        rows = select(Verification).order_by(Verification.id.desc()).limit(1)
        return db.session.scalars(rows).one()


def test_s03_of_64_clients_with_the_right_code_one_gets_in(racing: Flask, stage: Cast) -> None:
    browser = stage.at_code_page()
    code, token = stage.code(), browser.token("/login/code")
    clients = copies(racing, browser, CLIENTS)
    answers = at_once(
        [lambda c=c: post(c, "/login/code", token, code=code) for c in clients]  # type: ignore[misc]
    )
    assert sum(answer.location == "/account" for answer in answers) == 1
    assert all(answer.status_code < 500 for answer in answers)
    assert newest(racing).status == VerificationStatus.APPROVED


def test_s06_of_400_checks_from_64_clients_five_are_evaluated(racing: Flask, stage: Cast) -> None:
    stage.at_code_page()
    sid, wrong = newest(racing).sid, stage.wrong_code()
    outcomes: Counter[str] = Counter()

    def seven() -> None:
        for _ in range(7):
            outcomes[check(racing, sid, wrong)] += 1

    at_once([seven] * CLIENTS)
    evaluated = outcomes["wrong"] + outcomes["exhausted"]
    assert 1 <= evaluated <= 5
    assert sum(outcomes.values()) == 7 * CLIENTS
    assert newest(racing).checks == 5
    assert newest(racing).status == VerificationStatus.MAX_ATTEMPTS_REACHED


def test_s06_processes_share_the_count(
    racing: Flask, stage: Cast, tmp_path: Path, database_url: str
) -> None:
    stage.at_code_page()
    sid, right, wrong = newest(racing).sid, stage.code(), stage.wrong_code()
    outcomes = Counter(check_in_processes(tmp_path, database_url, sid, [[wrong] * 20] * 3))
    assert outcomes["wrong"] + outcomes["exhausted"] <= 5
    assert outcomes["approved"] == 0
    assert check(racing, sid, right) == "not evaluated: exhausted"


def test_s03_processes_accept_a_code_once(
    racing: Flask, stage: Cast, tmp_path: Path, database_url: str
) -> None:
    stage.at_code_page()
    right, sid = stage.code(), newest(racing).sid
    outcomes = Counter(check_in_processes(tmp_path, database_url, sid, [[right] * 20] * 3))
    assert outcomes["approved"] == 1


def test_s06_an_error_after_the_comparison_takes_no_count_back(racing: Flask, stage: Cast) -> None:
    stage.at_code_page()
    code, sid = stage.code(), newest(racing).sid
    visitor = Visitor("203.0.113.7")
    with racing.app_context():
        kit = house().kit
        verification = db.session.scalars(select(Verification).where(Verification.sid == sid)).one()
        with transaction():
            counted = checks.count(kit, verification, "alice")
        assert isinstance(counted, checks.Counted)

        def settle_and_fail() -> None:
            with transaction():
                checks.settle(kit, counted, code, "alice", visitor)
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            settle_and_fail()
    after = newest(racing)
    assert (after.checks, after.status) == (1, VerificationStatus.PENDING)


def hit_at_once(app: Flask, limit: limits.Limit, count: int) -> int:
    """How many of `count` parallel hits one limit lets through."""

    def hit() -> bool:
        with app.app_context():
            try:
                with transaction():
                    limits.hit(house().kit, limit, "one key", NOON)
            except LimitReached:
                return False
            return True

    return sum(at_once([hit] * count))


@pytest.mark.parametrize(
    "limit",
    [
        limits.NUMBER_HOUR,
        limits.NUMBER_DAY,
        limits.ADDRESS_HOUR,
        limits.ADDRESS_DAY,
        limits.PREFIX_HOUR,
        limits.GUESSES_DAY,
        limits.GUESSES_MONTH,
    ],
    ids=lambda limit: limit.name,
)
def test_s25_parallel_hits_reach_the_limit_exactly(racing: Flask, limit: limits.Limit) -> None:
    assert hit_at_once(racing, limit, min(CLIENTS, limit.most + 12)) == limit.most


def test_s25_parallel_sends_to_one_number_stop_at_its_limit(racing: Flask, stage: Cast) -> None:
    def start() -> bool:
        with racing.app_context():
            kit, visitor = house().kit, Visitor("203.0.113.7")
            user = db.session.scalars(select(User).where(User.email == "alice@example.com")).one()
            try:
                with transaction():
                    half, _ = sessions.open_session(kit, user, SessionState.HALF, visitor)
                with transaction():
                    phone = Phone(ALICE_PHONE.e164, "US")
                    target = Target(Purpose.LOGIN, phone, half, 1, is_verified=True)
                    verifications.start(kit, target, visitor)
            except LimitReached:
                return False
            return True

    assert sum(at_once([start] * 32)) == limits.NUMBER_HOUR.most
    with racing.app_context():
        assert db.session.scalar(select(func.count(Message.id))) == limits.NUMBER_HOUR.most
        live = select(func.count(Verification.id)).where(
            Verification.status == VerificationStatus.PENDING
        )
        assert db.session.scalar(live) == 1  # uq_verifications_live was never run into
        half = select(func.count(Session.id)).where(Session.ended_at.is_(None))
        assert db.session.scalar(half) == sessions.MAX_HALF  # S-40


def test_s25_two_early_resends_after_one_failure_are_one(racing: Flask, stage: Cast) -> None:
    browser = stage.at_code_page()
    token = browser.token("/login/code")
    with racing.app_context(), transaction():
        message = db.session.scalars(select(Message)).one()
        message.status = "failed"
    clients = copies(racing, browser, 8)
    answers = at_once(
        [lambda c=c: post(c, "/login/resend", token) for c in clients]  # type: ignore[misc]
    )
    assert Counter(answer.status_code for answer in answers) == {303: 1, 429: 7}


def test_s40_parallel_logins_leave_three_half_sessions(racing: Flask, stage: Cast) -> None:
    token = stage.at_code_page("bob@example.com").token("/login")
    cookie_of = stage.at_code_page("bob@example.com")
    token = cookie_of.token("/login")
    clients = copies(racing, cookie_of, 20)
    answers = at_once(
        [
            lambda c=c: post(  # type: ignore[misc]
                c, "/login", token, email="alice@example.com", password="a quiet lake at dawn"
            )
            for c in clients
        ]
    )
    assert {answer.status_code for answer in answers} <= {303, 429}
    with racing.app_context():
        alive = select(func.count(Session.id)).where(
            Session.ended_at.is_(None), Session.state == SessionState.HALF
        )
        assert db.session.scalar(alive) == sessions.MAX_HALF
