"""What went wrong elsewhere: one test an incident, each of which fails on the flaw.

The names after the underscore say whose flaw it was; the advisory is named in the docstring.
"""

import base64
import json
import logging
import threading

import pytest
from flask import Flask
from sqlalchemy import text

from tests.accounts.mailbox import link, mails
from tests.accounts.people import app_code, enrol_app, make_recovery_codes
from tests.browser import Browser
from tests.cast import ALICE, ALICE_PHONE, BOB, BOB_PHONE, OLIVE, PASSWORD, Cast
from twofactor.clock import FixedClock
from twofactor.extensions import db
from twofactor.sms import receipts
from twofactor.verify import passwords

NEW = "four words never seen together"


def test_authquake_parallel_logins_share_one_budget(cast: Cast, clock: FixedClock) -> None:
    """Microsoft 2024: a limit a session, and as many sessions as you like."""
    guessed = 0
    for number in range(5):
        browser = cast.at_code_page(address=f"198.51.100.{number}")
        wrong, token = cast.wrong_code(), browser.token("/login/code")
        for _ in range(5):
            form = {"code": wrong, "csrf_token": token}
            answer = browser.client.post("/login/code", data=form)
            guessed += answer.status_code == 200
        clock.advance(900)
    assert guessed == 20


def test_authquake_only_three_logins_wait_at_once(cast: Cast) -> None:
    """The same: codes of many sessions lived side by side."""
    waiting = [cast.at_code_page(address=f"198.51.100.{number}") for number in range(5)]
    alive = [browser.get("/login/code").status_code == 200 for browser in waiting]
    assert alive == [False, False, True, True, True]


def test_instagram_many_addresses_do_not_make_more_guesses(cast: Cast) -> None:
    """2019: the limit counted by address, and the attacker had a thousand."""
    browser = cast.at_code_page()
    wrong, token = cast.wrong_code(), browser.token("/login/code")
    for number in range(12):
        browser.client.post(
            "/login/code",
            data={"code": wrong, "csrf_token": token},
            environ_base={"REMOTE_ADDR": f"198.51.100.{number}"},
        )
    browser.client.post("/login/code", data={"code": cast.code(), "csrf_token": token})
    assert browser.get("/account").status_code == 303


def test_vikunja_an_error_after_the_comparison_takes_no_count_back(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CVE-2026-35597: the count stood in the transaction that the failed login rolled back."""
    browser = cast.at_code_page()
    code = cast.code()
    monkeypatch.setattr(receipts, "confirm", lambda *_: 1 / 0)
    assert browser.post("/login/code", code=code).status_code == 500
    status = browser.get("/login/status").json
    assert status is not None
    assert status["checks_left"] == 4


def test_vaultwarden_the_counter_of_protected_actions_counts(cast: Cast, clock: FixedClock) -> None:
    """CVE-2026-27801: guesses at a step-up were never counted."""
    browser = cast.logged_in()
    clock.advance(301)
    browser.post("/account/confirm/send", form="/account/confirm")
    wrong, right = cast.wrong_code(), cast.code()
    token = browser.token("/account/confirm")
    for _ in range(5):
        form = {"code": wrong, "csrf_token": token}
        browser.client.post("/account/confirm", data=form)
    browser.client.post("/account/confirm", data={"code": right, "csrf_token": token})
    assert browser.get("/account/app").location == "/account/confirm"


def test_ail_the_code_step_has_a_limit(cast: Cast) -> None:
    """CVE-2026-56450: no limit at all at the code step."""
    browser = cast.at_code_page()
    code, wrong, token = cast.code(), cast.wrong_code(), browser.token("/login/code")
    for _ in range(5):
        browser.client.post("/login/code", data={"code": wrong, "csrf_token": token})
    browser.client.post("/login/code", data={"code": code, "csrf_token": token})
    assert browser.get("/account").location == "/login/code"


@pytest.mark.parametrize("way", ["text", "app", "recovery"])
def test_better_auth_a_code_raced_by_many_lets_in_once(
    way: str, cast: Cast, clock: FixedClock
) -> None:
    """better-auth 8067, Gitea, Cacti 6996: read, check, write; two came in between."""
    owner = cast.logged_in()
    page, form = "/login/other", {"method": way}
    if way == "app":
        secret = enrol_app(owner, clock)
        clock.advance(60)
        form["code"] = app_code(secret, clock)
    elif way == "recovery":
        form["code"] = make_recovery_codes(owner)[0]
    count = 1 if way == "text" else 3
    browsers = [cast.at_code_page(address=f"198.51.100.{n}") for n in range(count)]
    if way == "text":
        page, form = "/login/code", {"code": cast.code()}
        browsers *= 3
    tokens = [browser.token(page) for browser in browsers]
    cookies = [browser.client.get_cookie("sixdigits") for browser in browsers]
    answers: list[int] = []
    before = rights(cast.app)
    gate = threading.Barrier(len(browsers))

    def race(number: int) -> None:
        client, cookie = cast.app.test_client(), cookies[number]
        assert cookie is not None
        client.set_cookie("sixdigits", cookie.value)
        gate.wait()
        sent = client.post(page, data={**form, "csrf_token": tokens[number]})
        answers.append(sent.status_code)

    threads = [threading.Thread(target=race, args=(n,)) for n in range(len(browsers))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == len(browsers)
    assert answers.count(303) == 1
    assert rights(cast.app) == before + 1


def rights(app: Flask) -> int:
    """How often a code was found right."""
    with app.app_context():
        found = text("SELECT count(*) FROM audit_entries WHERE event = 'code_right'")
        return int(db.session.execute(found).scalar_one())


def test_devise_a_text_code_is_taken_once(cast: Cast, clock: FixedClock) -> None:
    """CVE-2015-7225, CVE-2021-43177, CVE-2025-6014, CVE-2026-33473: the same code again."""
    browser = cast.logged_in()
    clock.advance(301)
    browser.post("/account/confirm/send", form="/account/confirm")
    code = cast.code()
    assert browser.post("/account/confirm", code=code, method="phone").status_code == 303
    assert browser.post("/account/confirm", code=code, method="phone").status_code == 200


def test_pypi_an_app_code_older_than_the_last_one_is_refused(cast: Cast, clock: FixedClock) -> None:
    """PyPI compares with the last accepted code only, so A, B, A goes through."""
    secret = enrol_app(cast.logged_in(BOB), clock)
    clock.advance(60)
    first, second = app_code(secret, clock, -30), app_code(secret, clock)
    answers = [
        cast.at_code_page(BOB).post("/login/other", method="app", code=code).status_code
        for code in (first, second, first)
    ]
    assert answers == [303, 303, 200]


def test_keycloak_every_flow_knows_of_the_lock(cast: Cast, clock: FixedClock) -> None:
    """CVE-2026-9798: another flow ignored the temporary lock."""
    owner = cast.logged_in()
    secret = enrol_app(owner, clock)
    clock.advance(60)
    thief = cast.at_code_page(address="198.51.100.9")
    wrong = f"{(int(app_code(secret, clock)) + 1) % 1_000_000:06d}"
    for _ in range(10):
        thief.post("/login/other", method="app", code=wrong)
    clock.advance(301)
    answer = owner.post("/account/confirm", method="app", code=app_code(secret, clock))
    assert answer.status_code == 429


def test_keycloak_a_password_alone_removes_no_second_factor(cast: Cast, clock: FixedClock) -> None:
    """CVE-2026-3429."""
    browser = cast.logged_in()
    clock.advance(301)
    browser.post("/account/confirm", password=PASSWORD, method="password")
    answer = browser.post("/account/phone/remove", form="/account")
    assert answer.location == "/account/confirm"
    assert "Two steps are on" in browser.get("/account").text


def test_nextcloud_a_half_finished_login_is_no_credential(cast: Cast, app: Flask) -> None:
    """CVE-2026-45690 and -45691: the token of before the second factor worked as Basic, Bearer."""
    half = cast.at_code_page()
    cookie = half.client.get_cookie("sixdigits")
    assert cookie is not None
    basic = base64.b64encode(f"{ALICE}:{PASSWORD}".encode()).decode()
    for header in (f"Bearer {cookie.value}", f"Basic {basic}"):
        answer = app.test_client().get("/account", headers={"Authorization": header})
        assert answer.status_code == 303
        assert answer.location.startswith("/login")


@pytest.mark.parametrize(
    "forged",
    [
        "",
        "{}",
        "null",
        "[]",
        json.dumps({"id": "x", "response": {}}),
        json.dumps({"id": "x", "response": {"clientDataJSON": "e30"}}),
        "[" * 15_000,
    ],
)
def test_gitlab_a_forged_answer_of_a_passkey_opens_nothing(forged: str, cast: Cast) -> None:
    """CVE-2026-0723."""
    half = cast.at_code_page()
    answer = half.post("/login/other", method="passkey", credential=forged)
    assert answer.status_code == 200
    assert half.get("/account").location == "/login/code"
    alone = Browser(cast.app).post("/login/passkey", form="/login", credential=forged)
    assert alone.location == "/login"


def test_wp_2fa_a_code_is_bound_to_its_user_and_browser(cast: Cast) -> None:
    """CVE-2025-13587."""
    olive, bob, alice = cast.at_code_page(OLIVE), cast.logged_in(BOB), cast.at_code_page()
    code = cast.code(ALICE_PHONE)
    bob.post("/account/phone", phone=BOB_PHONE.e164)
    assert olive.post("/login/code", code=code).status_code == 200
    assert bob.post("/account/phone/confirm", code=code).status_code == 200
    assert alice.post("/login/code", code=code).status_code == 303


def test_flask_security_a_reset_does_not_skip_the_second_factor(cast: Cast, app: Flask) -> None:
    """Flask-Security issue 258."""
    browser = Browser(app)
    browser.post("/login/forgotten", email=ALICE)
    browser.post(link(mails(app, ALICE)[0], "login/reset"), password=NEW)
    assert browser.post("/login", email=ALICE, password=NEW).location == "/login/code"


def test_flask_security_no_change_by_a_get_or_from_another_site(cast: Cast) -> None:
    """CVE-2021-21241: a token by a cross-site GET."""
    browser = cast.logged_in()
    for path in ("/account/phone/remove", "/account/app/remove", "/logout"):
        assert browser.get(path).status_code == 405
    token = browser.token("/account")
    answer = browser.client.post(
        "/logout", data={"csrf_token": token}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 403
    assert browser.get("/account").status_code == 200


def test_flask_security_a_stale_step_up_opens_no_change(cast: Cast, clock: FixedClock) -> None:
    """GHSA-f66q-9rf6-8795: freshness could be bypassed."""
    browser = cast.logged_in()
    clock.advance(301)
    for path in ("/account/app", "/account/passkeys", "/account/phone", "/account/email"):
        assert browser.get(path).location == "/account/confirm"


def test_django_two_factor_the_password_is_not_kept_between_the_steps(cast: Cast) -> None:
    """CVE-2020-15105."""
    half = cast.at_code_page()
    cookie = half.client.get_cookie("sixdigits")
    assert cookie is not None
    padded = cookie.value.split(".")[0] + "=="
    assert PASSWORD.encode() not in base64.urlsafe_b64decode(padded)
    assert PASSWORD not in half.get("/login/code").text


def test_allauth_another_spelling_is_the_same_account(cast: Cast) -> None:
    """0.44, 0.51: upper and lower case made new counters."""
    browser = Browser(cast.app)
    for spelling in ("alice@example.com", "ALICE@example.com", " Alice@Example.COM ") * 4:
        last = browser.post("/login", email=spelling, password="wrong")
    assert last.status_code == 429


def test_allauth_own_login_clears_no_counter(cast: Cast) -> None:
    """65.8.1: logging in to one's own account reset the count against another."""
    browser = Browser(cast.app)
    for number in range(11):
        last = browser.post("/login", email=ALICE, password="wrong")
        if number % 3 == 0:
            Browser(cast.app).post("/login", email=BOB, password=PASSWORD)
    assert last.status_code == 429


def test_allauth_a_made_up_forwarded_address_counts_for_nothing(cast: Cast) -> None:
    """65.14.2: a spoofed client address."""
    browser = Browser(cast.app)
    token = browser.token("/login")
    for number in range(11):
        last = browser.client.post(
            "/login",
            data={"email": ALICE, "password": "wrong", "csrf_token": token},
            headers={"X-Forwarded-For": f"198.51.100.{number}"},
        )
    assert last.status_code == 429


def test_allauth_a_wrong_login_costs_one_slow_hash_whoever_it_is_for(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """0.54, 65.3.0: the time told whether there was such an account (S-46)."""
    hashes, slow = [], passwords.is_right

    def counted(password_hash: str, password: str) -> bool:
        hashes.append(password_hash)
        return slow(password_hash, password)

    Browser(cast.app).post("/signup", email="new@example.com", password=NEW)
    monkeypatch.setattr(passwords, "is_right", counted)
    for email in (ALICE, BOB, "new@example.com", "nobody@example.com", "no address at all"):
        Browser(cast.app).post("/login", email=email, password="wrong")
        assert len(hashes) == 1, email
        hashes.clear()


def test_authy_nobody_learns_whose_a_number_is(cast: Cast) -> None:
    """2024: a lookup without a key told of 33 million numbers which had an account."""
    seen = []
    for address, number in (("198.51.100.1", ALICE_PHONE.e164), ("198.51.100.2", "+12025550177")):
        bob = cast.logged_in(BOB, address=address)
        answer = bob.post("/account/phone", phone=number)
        page = bob.get("/account/phone/confirm").text
        seen.append((answer.status_code, answer.location, len(page)))
        assert bob.post("/account/phone", phone=number).status_code == 303, "it is asked for again"
    assert seen[0] == seen[1]
    for path in ("/v2/Services", f"/v2/Attempts?To={ALICE_PHONE.e164}", "/v2/Attempts/Summary"):
        assert cast.app.test_client().get(path).status_code == 401


def test_authentik_a_link_is_good_for_its_own_user_alone(cast: Cast, app: Flask) -> None:
    """CVE-2023-26481: a recovery link worked for any user."""
    Browser(app).post("/login/forgotten", email=BOB)
    path = link(mails(app, BOB)[0], "login/reset")
    Browser(app).post(path, password=NEW, email=ALICE, user=ALICE)
    assert Browser(app).post("/login", email=ALICE, password=PASSWORD).status_code == 303
    assert Browser(app).post("/login", email=ALICE, password=NEW).status_code == 200


def test_voxox_no_body_stays_after_the_hand_over(cast: Cast, app: Flask) -> None:
    """2018: 26 million texts with their codes lay in an open store."""
    cast.at_code_page()
    assert cast.deliver() == 1
    with app.app_context():
        kept = text("SELECT count(*) FROM messages WHERE body_sealed IS NOT NULL")
        assert db.session.execute(kept).scalar() == 0


def test_no_code_in_the_log(cast: Cast, caplog: pytest.LogCaptureFixture) -> None:
    """CWE-532 in several projects."""
    caplog.set_level(logging.DEBUG)
    browser = cast.at_code_page()
    code, wrong = cast.code(), cast.wrong_code()
    browser.post("/login/code", code=wrong)
    browser.post("/login/code", code=code)
    assert caplog.records
    assert code not in caplog.text
    assert wrong not in caplog.text


def test_twitter_neighbouring_numbers_do_not_bring_texts_for_ever(
    cast: Cast, clock: FixedClock
) -> None:
    """X: 60 million USD a year by pumping; a prefix stops after 20 texts an hour."""
    sent = 0
    for number in range(25):
        if number % 8 == 0:
            browser = cast.logged_in(BOB, address=f"198.51.100.{number}")
        answer = browser.post("/account/phone", phone=f"+1202555{100 + number:04d}")
        sent += answer.status_code == 303
    assert sent <= 20


def test_flask_no_answer_with_a_session_is_cached(cast: Cast) -> None:
    """CVE-2023-30861: a proxy handed one person's cookie to another."""
    for path in ("/account", "/login", "/account/activity"):
        answer = cast.logged_in().get(path)
        assert "no-store" in answer.headers["Cache-Control"]
        assert "Cookie" in answer.headers["Vary"]


def test_notify_one_code_lives_at_a_time(cast: Cast) -> None:
    """GOV.UK Notify kept up to five codes alive for half an hour."""
    first = cast.at_code_page()
    old = cast.code()
    second = cast.at_code_page(address="198.51.100.9")
    if cast.code() != old:
        assert first.post("/login/code", code=old).status_code == 200
    assert second.post("/login/code", code=cast.code()).status_code == 303
