"""Budgets and limits at the doors (S-07, S-08, S-09, S-17, S-18, S-24, S-25, S-26, S-27, S-30,
S-67)."""

import re
from collections import Counter
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.browser import Browser, alert
from tests.cast import ALICE, ALICE_PHONE, BOB, BOB_PHONE, OLIVE, PASSWORD, Cast
from tests.security.houses import house_on
from tests.security.test_sessions import paths
from twofactor import audit
from twofactor.clock import FixedClock
from twofactor.extensions import db
from twofactor.house import house
from twofactor.models import AuditEntry, Message, User, Verification
from twofactor.models.database import transaction
from twofactor.sms.phone import BadPhone, parse
from twofactor.verify import limits, users
from twofactor.words import AuditEvent

DAY = 24 * 3600


def use_up(cast: Cast, address: str) -> None:
    """Five wrong codes in one login."""
    browser = cast.at_code_page(address=address)
    wrong, token = cast.wrong_code(), browser.token("/login/code")
    for _ in range(5):
        fields = {"code": wrong, "csrf_token": token}
        browser.client.post("/login/code", data=fields, environ_base={"REMOTE_ADDR": address})


def events(app: Flask) -> Counter[str]:
    with app.app_context():
        return Counter(db.session.scalars(select(AuditEntry.event)))


def test_s07_twenty_wrong_codes_a_day_are_the_budget_whatever_lies_between(
    cast: Cast, clock: FixedClock
) -> None:
    for number in range(4):
        use_up(cast, f"203.0.113.{number}")
        clock.advance(3601)
    browser = cast.at_code_page(address="203.0.113.99")
    refused = browser.post("/login/code", code=cast.code())
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) <= DAY
    with cast.app.app_context():
        newest = select(Verification).order_by(Verification.id.desc()).limit(1)
        assert db.session.scalars(newest).one().checks == 0  # refused before it was evaluated
    assert events(cast.app)[AuditEvent.LIMIT_REACHED] == 1


def test_s07_a_right_code_gives_nothing_of_the_budget_back_but_its_own(
    cast: Cast, clock: FixedClock
) -> None:
    for number in range(3):
        use_up(cast, f"203.0.113.{number}")
        clock.advance(3601)
    browser = cast.at_code_page()
    for _ in range(4):
        browser.post("/login/code", code=cast.wrong_code())
    assert browser.post("/login/code", code=cast.code()).status_code == 303
    clock.advance(3601)
    browser = cast.at_code_page(address="203.0.113.77")
    assert browser.post("/login/code", code=cast.wrong_code()).status_code == 200  # the 20th
    assert browser.post("/login/code", code=cast.code()).status_code == 429
    clock.advance(DAY)
    browser = cast.at_code_page(address="203.0.113.78")
    assert browser.post("/login/code", code=cast.code()).status_code == 303


def test_s08_wrong_passwords_from_elsewhere_do_not_lock_the_owner_out(cast: Cast) -> None:
    attacker = Browser(cast.app, "198.51.100.66")
    token = attacker.token("/login")
    codes = Counter(
        attacker.client.post(
            "/login",
            data={"email": ALICE, "password": "wrong", "csrf_token": token},
            environ_base={"REMOTE_ADDR": "198.51.100.66"},
        ).status_code
        for _ in range(1000)
    )
    assert codes[200] == limits.PASSWORD_PAIR.most
    assert cast.logged_in(address="203.0.113.5").get("/account").status_code == 200


def test_s09_the_password_step_and_other_logins_clear_no_count(cast: Cast) -> None:
    browser = cast.at_code_page()
    for _ in range(3):
        browser.post("/login/code", code=cast.wrong_code())
    cast.at_code_page(OLIVE).post("/login/code", code="000000")
    cast.logged_in(BOB)
    cast.at_code_page()  # the right password again
    with cast.app.app_context():
        kit = cast.app.extensions["sixdigits"].kit
        alice = db.session.scalars(select(User).where(User.email == ALICE)).one()
        with transaction():
            for _ in range(limits.GUESSES_DAY.most - 3):
                limits.hit(kit, limits.GUESSES_DAY, alice.sid, kit.now())
        with pytest.raises(limits.LimitReached), transaction():
            limits.hit(kit, limits.GUESSES_DAY, alice.sid, kit.now())


def test_s09_a_right_password_takes_back_only_its_own_count(cast: Cast) -> None:
    for _ in range(limits.PASSWORD_PAIR.most - 1):
        Browser(cast.app).post("/login", email=BOB, password="wrong")
    assert Browser(cast.app).post("/login", email=BOB, password=PASSWORD).status_code == 303
    assert Browser(cast.app).post("/login", email=BOB, password="wrong").status_code == 200
    assert Browser(cast.app).post("/login", email=BOB, password=PASSWORD).status_code == 429


def spellings() -> list[str]:
    """Over 200 ways to write one phone."""
    plain = ["+12025550123", "0012025550123", "+1 202 555 0123", "+1 (202) 555-0123"]
    plain += ["+1.202.555.0123", "+1-202-555-0123", "+1/202/555/0123", "(202) 555-0123"]
    plain += ["2025550123", "202-555-0123", "1 202 555 0123", "12025550123"]
    digits = ["0123456789", "０１２３４５６７８９", "٠١٢٣٤٥٦٧٨٩", "०१२३४५६७८९", "۰۱۲۳۴۵۶۷۸۹"]
    spaces = [("", ""), (" ", ""), ("", " "), ("\u200e", "\u202c")]
    tables = [str.maketrans("0123456789", kind) for kind in digits]
    return [a + text.translate(table) + b for text in plain for table in tables for a, b in spaces]


def test_s17_every_spelling_of_a_phone_is_one_key() -> None:
    found = spellings()
    assert len(set(found)) >= 200
    assert {parse(text, "US").e164 for text in found} == {"+12025550123"}


@pytest.mark.parametrize("typed", [" Alice@Example.COM ", "ＡＬＩＣＥ@example.com"])
def test_s17_every_spelling_of_an_address_is_one_user(typed: str) -> None:
    assert users.normal_email(typed) == ALICE


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("2001:db8::1", "2001:db8::ffff", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("::ffff:198.51.100.1", "198.51.100.1", True),
        ("::ffff:198.51.100.1", "::ffff:198.51.100.2", False),
        ("198.51.100.1", "198.51.100.2", False),
        ("fe80::1%eth0", "fe80::2%eth0", True),
    ],
)
def test_s25_an_ipv6_network_is_one_visitor(one: str, other: str, is_same: bool) -> None:
    assert (limits.network(one) == limits.network(other)) is is_same


def test_s18_a_pending_phone_replaces_nothing(cast: Cast) -> None:
    browser = cast.logged_in()
    browser.post("/account/phone", phone=BOB_PHONE.e164, country="US")
    other = cast.at_code_page(address="203.0.113.70")
    assert len(cast.texts(ALICE_PHONE)) == 2  # both logins; the new phone gets none of them
    assert other.get("/login/code").text.count("ending <strong>23</strong>") == 1


def test_s24_no_page_shows_more_than_the_last_two_digits_of_an_enrolled_phone(cast: Cast) -> None:
    olive, half = cast.logged_in(OLIVE), cast.at_code_page()
    pages = [half.get("/login/code"), olive.get("/account"), olive.get("/operator/deliveries")]
    for page in pages:
        seen = re.sub(r'href="/simulator[^"]*"', "", page.text)  # development's own phones
        assert not re.search(r"2025550\d{3}|202[- ]555", seen)


def test_s24_nobody_learns_that_a_phone_is_enrolled_elsewhere(cast: Cast) -> None:
    bob = cast.logged_in(BOB)
    answer = bob.post("/account/phone", phone=ALICE_PHONE.e164, country="US")
    assert (answer.status_code, answer.location) == (303, "/account/phone/confirm")


def test_s25_a_refused_text_is_429_with_the_time_and_no_row(cast: Cast, clock: FixedClock) -> None:
    for number in range(limits.NUMBER_HOUR.most):
        cast.at_code_page(address=f"203.0.113.{number}")
    browser = Browser(cast.app, "203.0.113.200")
    refused = browser.post("/login", email=ALICE, password=PASSWORD)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 3600 + limits.NUMBER_HOUR.grain
    with cast.app.app_context():
        assert db.session.scalar(select(func.count(Message.id))) == limits.NUMBER_HOUR.most
    assert events(cast.app)[AuditEvent.LIMIT_REACHED] == 1
    clock.advance(int(refused.headers["Retry-After"]))
    assert browser.post("/login", email=ALICE, password=PASSWORD).status_code == 303


def test_s26_nobody_who_is_not_known_makes_a_text(cast: Cast) -> None:
    for method in ("GET", "HEAD", "POST"):
        for path in paths(cast.app, method):
            if not path.startswith("/static"):
                browser = Browser(cast.app)
                browser.client.open(
                    path,
                    method=method,
                    data={"csrf_token": browser.token("/login")} if method == "POST" else None,
                )
    with cast.app.app_context():
        assert db.session.scalar(select(func.count(Message.id))) == 0


REFUSED = {
    "premium": ["+19005550123", "+449098790123", "+491900123456", "+33899123456", "+61190012345"],
    "toll free": ["+18005550123", "+448081570123", "+498001234567", "+33800123456"],
    "shared cost": ["+448451234567", "+498011234567", "+33810123456", "+41848123456"],
    "satellite and worldwide": ["+881612345678", "+8816123456789", "+87073123456", "+88213123456"],
    "universal": ["+80012345678", "+80812345678", "+97912345678"],
    "landline": [
        "+442071838750",
        "+493012345678",
        "+33142685300",
        "+256414123456",
        "+254202012345",
    ],
    "unassigned": ["+12345", "+99999999999", "+2100000000", "+14005550123", "+44799999", "+25610"],
    "short": ["911", "112", "+1911", "+112", "999", "100"],
    "voip and pagers": ["+445612345678", "+447612345678", "+49180112345678"],
    "no number": ["", "+", "abc", "++12025550123", "+1 202 555 01x3", "1" * 65, "+0", "tel:+1"],
    "other": ["+1500555", "+870", "+999", "+0012025550123", "00", "+12025550123ext5", "*100#"],
    "uan": ["+443001234567", "+49700123456789", "+441343"],
}


def test_s27_the_table_has_sixty_numbers() -> None:
    assert sum(map(len, REFUSED.values())) >= 55


@pytest.mark.parametrize("number", [n for numbers in REFUSED.values() for n in numbers])
def test_s27_ranges_that_cost_or_do_not_exist_are_refused(number: str) -> None:
    with pytest.raises(BadPhone):
        parse(number)


@pytest.mark.parametrize(("countries", "is_sent"), [("US", True), ("UG,KE", False), ("*", True)])
def test_s27_only_countries_on_the_list_get_texts(
    tmp_path: Path, clock: FixedClock, countries: str, is_sent: bool
) -> None:
    with house_on(tmp_path, clock, COUNTRIES=countries) as app:
        cast = Cast(app, clock)
        answer = Browser(app).post("/login", email=ALICE, password=PASSWORD)
        assert (answer.status_code == 303) is is_sent
        assert bool(cast.texts()) is is_sent
        bob = cast.logged_in(BOB)
        page = bob.post("/account/phone", phone=BOB_PHONE.e164, country="US")
        assert (page.status_code == 303) is is_sent
        assert is_sent or "can't send texts to that country" in alert(page)


def test_s30_a_text_with_unknown_fate_counts_as_sent_and_is_not_sent_again(
    cast: Cast, clock: FixedClock
) -> None:
    cast.at_code_page()
    assert cast.deliver() == 1
    assert cast.deliver() == 0
    clock.advance(60)
    assert cast.deliver() == 0


def test_s67_a_login_leaves_its_audit(cast: Cast) -> None:
    browser = cast.at_code_page()
    browser.post("/login/code", code=cast.wrong_code())
    browser.post("/login/code", code=cast.code())
    browser.post("/logout", form="/account")
    Browser(cast.app).post("/login", email=ALICE, password="wrong")
    wanted = (
        AuditEvent.PASSWORD_RIGHT, AuditEvent.CODE_SENT, AuditEvent.CODE_WRONG,
        AuditEvent.CODE_RIGHT, AuditEvent.LOGGED_IN, AuditEvent.LOGGED_OUT,
        AuditEvent.PASSWORD_WRONG,
    )  # fmt: skip
    seen = events(cast.app)
    assert [event for event in wanted if seen[event] != 1] == []
    with cast.app.app_context():
        for entry in db.session.scalars(select(AuditEntry)):
            assert entry.at.utcoffset() is not None
            assert "203.0.113" not in f"{entry.visitor}{entry.detail}"


def test_s67_the_audit_row_falls_with_what_it_tells_of(cast: Cast) -> None:
    before = events(cast.app)

    def fail() -> None:
        with cast.app.app_context(), transaction():
            audit.write(house().kit, AuditEvent.LOGGED_IN)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert events(cast.app) == before
