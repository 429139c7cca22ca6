"""Sessions and cookies (S-33…S-38, S-40, S-45, S-46)."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.browser import Browser, alert
from tests.cast import ALICE, BOB, PASSWORD, Cast
from tests.security.houses import house_on
from twofactor.clock import FixedClock
from twofactor.extensions import db
from twofactor.models import Session, User
from twofactor.models.database import transaction
from twofactor.verify import limits

HALF_MAY = (
    *("/login", "/logout", "/signup", "/help", "/healthz", "/readyz", "/metrics", "/static/"),
    *(
        "/openapi.json",
        "/docs/api",
        "/simulator/",
        "/webhooks/",
        "/v2/",
        "/operator/welcome/",
        "/welcome/",
    ),
)


def paths(app: Flask, method: str) -> list[str]:
    """Every address of the app that takes this method, with something for its variables."""
    rules = [rule for rule in app.url_map.iter_rules() if method in (rule.methods or ())]
    made = []
    for rule in rules:
        values = {name: "1" for name in rule.arguments}
        built = rule.build(values, append_unknown=False)
        made += [built[1]] if built else []
    return sorted(set(made))


@pytest.mark.parametrize("credential", ["cookie", "basic", "bearer"])
def test_s33_half_a_login_opens_nothing(cast: Cast, credential: str) -> None:
    browser = cast.at_code_page()
    cookie = browser.client.get_cookie("sixdigits")
    assert cookie is not None
    client, headers = browser.client, {}
    if credential != "cookie":
        client = cast.app.test_client()
        words = {"basic": "Basic YTpi", "bearer": f"Bearer {cookie.value}"}
        headers = {"Authorization": words[credential]}
    seen = 0
    for path in paths(cast.app, "GET"):
        if path == "/" or path.startswith(HALF_MAY):
            continue
        seen += 1
        answer = client.get(path, headers=headers)
        assert answer.status_code in (302, 303, 401, 403, 404), path
        assert ALICE not in answer.text
    assert seen >= 8


def test_s33_half_a_login_changes_nothing(cast: Cast) -> None:
    browser = cast.at_code_page()
    token = browser.token("/login/code")
    for path in paths(cast.app, "POST"):
        if not path.startswith(HALF_MAY):
            answer = browser.client.post(path, data={"csrf_token": token})
            assert answer.status_code in (302, 303, 401, 403, 404), path
            if answer.location:
                assert answer.location.startswith("/login"), path


def test_s34_the_session_token_changes_at_every_step(cast: Cast, clock: FixedClock) -> None:
    def hashes() -> list[str]:
        with cast.app.app_context():
            return list(db.session.scalars(select(Session.token_hash).order_by(Session.id)))

    browser = cast.at_code_page()
    (half,) = hashes()
    browser.post("/login/code", code=cast.code())
    (full,) = hashes()
    clock.advance(301)
    browser.post("/account/confirm/send", form="/account/confirm")
    browser.post("/account/confirm", code=cast.code())
    (stepped_up,) = hashes()
    assert len({half, full, stepped_up}) == 3


def test_s34_the_old_token_is_dead_by_the_next_request(cast: Cast) -> None:
    browser = cast.at_code_page()
    old = browser.client.get_cookie("sixdigits")
    assert old is not None
    browser.post("/login/code", code=cast.code())
    thief = Browser(cast.app)
    thief.client.set_cookie("sixdigits", old.value)
    assert thief.get("/account").location == "/login?next=/account"
    assert thief.get("/login/code").location == "/login"


def test_s34_signing_up_ends_the_session_before(cast: Cast) -> None:
    browser = cast.logged_in(BOB)
    old = browser.client.get_cookie("sixdigits")
    assert old is not None
    fields = {"email": "new@example.com", "password": PASSWORD}
    assert browser.post("/signup", **fields).status_code == 303
    thief = Browser(cast.app)
    thief.client.set_cookie("sixdigits", old.value)
    assert thief.get("/account").status_code == 303


@pytest.mark.parametrize("how", ["logout", "disabled", "ended"])
def test_s35_a_copied_cookie_dies_with_the_session(cast: Cast, clock: FixedClock, how: str) -> None:
    browser = cast.logged_in()
    copied = browser.client.get_cookie("sixdigits")
    assert copied is not None
    thief = Browser(cast.app)
    thief.client.set_cookie("sixdigits", copied.value)
    assert thief.get("/account").status_code == 200
    if how == "logout":
        answer = browser.post("/logout", form="/account")
        assert "storage" in answer.headers["Clear-Site-Data"]
    else:
        with cast.app.app_context(), transaction():
            if how == "disabled":
                user = db.session.scalars(select(User).where(User.email == ALICE)).one()
                user.disabled_at = clock.now()
            else:
                db.session.scalars(select(Session)).one().ended_at = clock.now()
    assert thief.get("/account").status_code == 303


def test_s35_logging_out_half_way_ends_the_half_session(cast: Cast) -> None:
    browser = cast.at_code_page()
    assert browser.post("/logout", form="/login/code").status_code == 303
    assert browser.get("/login/code").location == "/login"
    with cast.app.app_context():
        assert db.session.scalars(select(Session)).one().ended_at is not None


@pytest.mark.parametrize(("minutes", "is_in"), [(29, True), (30, False)])
def test_s36_an_idle_session_ends(cast: Cast, clock: FixedClock, minutes: int, is_in: bool) -> None:
    browser = cast.logged_in()
    clock.advance(minutes * 60)
    assert (browser.get("/account").status_code == 200) is is_in


def test_s36_a_session_ends_after_twelve_hours_however_busy(cast: Cast, clock: FixedClock) -> None:
    browser = cast.logged_in()
    for _ in range(28):
        clock.advance(25 * 60)
        assert browser.get("/account").status_code == 200
    clock.advance(25 * 60)
    assert browser.get("/account").status_code == 303


def test_s36_half_a_login_ends_after_ten_minutes(cast: Cast, clock: FixedClock) -> None:
    browser = cast.at_code_page()
    clock.advance(600)
    assert browser.get("/login/code").location == "/login"


def test_s37_the_cookie_is_strict_small_and_opaque(tmp_path: Path) -> None:
    with house_on(tmp_path, PUBLIC_URL="https://login.example.com") as app:
        answer = app.test_client().get("/login", base_url="https://login.example.com")
        set_cookie = answer.headers["Set-Cookie"]
    words = {part.strip() for part in set_cookie.split(";")[1:]}
    assert set_cookie.startswith("__Host-sixdigits=")
    assert words == {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"}
    assert len(set_cookie) <= 4096


def test_s37_the_cookie_stays_small_and_says_nothing_of_the_person(cast: Cast) -> None:
    browser = cast.logged_in()
    browser.get("/account/phone")
    cookie = browser.client.get_cookie("sixdigits")
    assert cookie is not None
    assert len(cookie.value) <= 1024
    with cast.app.test_request_context(headers={"Cookie": f"sixdigits={cookie.value}"}):
        from flask import session

        assert set(session) <= {"token", "csrf_token", "goes_on", "_flashes"}


def test_s38_no_page_and_no_address_holds_the_password_or_the_code(cast: Cast) -> None:
    browser = Browser(cast.app)
    refused = browser.post("/login", email=ALICE, password="a wrong password 123")
    browser = cast.at_code_page()
    code, wrong = cast.code(), cast.wrong_code()
    again = browser.post("/login/code", code=wrong)
    inside = browser.post("/login/code", code=code)
    for answer in (refused, again, inside, browser.get("/account")):
        assert "a wrong password 123" not in answer.text
        assert f'type="hidden" name="code" value="{wrong}"' not in answer.text
        assert code not in answer.text + str(answer.location) + str(answer.headers)


def tried(app: Flask, email: str, password: str) -> TestResponse:
    return Browser(app).post("/login", email=email, password=password)


def test_s46_unknown_wrong_and_disabled_look_alike(cast: Cast, clock: FixedClock) -> None:
    with cast.app.app_context(), transaction():
        user = db.session.scalars(select(User).where(User.email == "olive@example.com")).one()
        user.disabled_at = clock.now()
    wrong = "not the right password"
    answers = {
        "wrong password": tried(cast.app, "alice@example.com", wrong),
        "unknown": tried(cast.app, "zelda@example.com", wrong),
        "disabled": tried(cast.app, "olive@example.com", PASSWORD),
        "no phone": tried(cast.app, "bobby@example.com", wrong),
    }

    def look(answer: TestResponse) -> tuple[object, ...]:
        fixed = {k: v for k, v in answer.headers if k not in ("X-Request-Id", "Set-Cookie")}
        return (
            answer.status_code,
            fixed,
            len(answer.data),
            len(answer.headers.getlist("Set-Cookie")),
        )

    assert len({str(look(answer)) for answer in answers.values()}) == 1
    assert {alert(answer) for answer in answers.values()} == {
        "Enter a correct e-mail address and password"
    }


def test_s46_too_many_passwords_look_alike_for_known_and_unknown(cast: Cast) -> None:
    def last(email: str, address: str) -> TestResponse:
        browser = Browser(cast.app, address)
        for _ in range(limits.PASSWORD_PAIR.most):
            assert browser.post("/login", email=email, password="wrong").status_code == 200
        return browser.post("/login", email=email, password=PASSWORD, form="/login")

    known, unknown = last(ALICE, "203.0.113.20"), last("zelda@example.com", "203.0.113.21")
    assert (known.status_code, unknown.status_code) == (429, 429)
    assert known.headers["Retry-After"] == unknown.headers["Retry-After"]
    assert len(known.data) == len(unknown.data)


def test_s46_no_text_leaves_before_the_password_is_answered(cast: Cast) -> None:
    with cast.app.app_context():
        simulator = cast.app.extensions["sixdigits"].kit.gateways["simulator"]
        cast.at_code_page()
        assert simulator.phones.latest() == []
