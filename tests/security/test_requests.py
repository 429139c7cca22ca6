"""What every request passes and every answer carries (S-41, S-42, S-44, S-45, S-47, S-48, S-49,
S-64, S-71, S-77, S-79)."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask, request
from limits.errors import StorageError
from sqlalchemy import select, text

from tests.browser import Browser
from tests.cast import ALICE, BOB, PASSWORD, Cast
from tests.security.houses import house_on
from twofactor import jobs
from twofactor.clock import FixedClock
from twofactor.extensions import db, limiter
from twofactor.house import house
from twofactor.models import Message, User
from twofactor.models.database import transaction

FORM = "application/x-www-form-urlencoded"
PAGES = ("/login", "/signup", "/help", "/account", "/nowhere", "/healthz")
ODD_HOSTS = (
    "evil.example", "127.0.0.1.evil.example", "evil.example:5000", "127.0.0.1@evil.example",
    "127.0.0.1, evil.example", "localhost/evil", "[::1", "", "evil.example#127.0.0.1", "2130706433",
)  # fmt: skip


@pytest.mark.parametrize("path", ["/login", "/signup", "/logout", "/account/phone", "/login/code"])
def test_s41_no_form_is_taken_without_its_token(cast: Cast, path: str) -> None:
    browser = cast.logged_in(BOB)
    answer = browser.client.post(path, data={"email": ALICE, "password": PASSWORD})
    assert answer.status_code == 400
    assert browser.get("/account").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:5001"},
    ],
)
def test_s41_a_form_of_another_site_is_refused(cast: Cast, headers: dict[str, str]) -> None:
    browser = Browser(cast.app)
    answer = browser.post("/login", email=ALICE, password=PASSWORD, headers=headers)
    assert answer.status_code == 403
    assert cast.texts() == []


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_s41_reading_changes_nothing(cast: Cast, method: str) -> None:
    browser = cast.logged_in()
    for path in ("/logout", "/login/resend", "/account/phone/remove", "/account/confirm/send"):
        assert browser.client.open(path, method=method).status_code in (200, 404, 405)
    assert "Two steps are on" in browser.get("/account").text
    assert len(cast.texts()) == 1


@pytest.mark.parametrize("path", PAGES)
def test_s42_every_answer_carries_its_headers(cast: Cast, path: str) -> None:
    headers = cast.logged_in().get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    for part in (
        "default-src 'none'",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ):
        assert part in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"
    assert "Cookie" in headers["Vary"]
    assert "Server" not in headers or "Werkzeug" not in headers["Server"]


def test_s42_https_is_kept_for_a_year(tmp_path: Path) -> None:
    with house_on(tmp_path, PUBLIC_URL="https://login.example.com") as app:
        answer = app.test_client().get("/login", base_url="https://login.example.com")
        assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]


@pytest.mark.parametrize("host", ODD_HOSTS)
def test_s44_a_request_for_another_host_is_400(app: Flask, host: str) -> None:
    answer = app.test_client().get("/login", headers={"Host": host})
    assert answer.status_code == 400
    assert "evil" not in answer.text


@pytest.mark.parametrize(
    "host", ["login.example.com", "LOGIN.Example.com", "login.example.com:443"]
)
def test_s44_the_public_host_is_taken_in_each_spelling(tmp_path: Path, host: str) -> None:
    with house_on(tmp_path, PUBLIC_URL="https://login.example.com") as app:
        assert app.test_client().get("/login", headers={"Host": host}).status_code == 200
        answer = app.test_client().get("/login", headers={"Host": "login.example.com:8443"})
        assert answer.status_code == 400


def test_s45_a_forwarded_address_is_ignored_unless_a_proxy_is_named(cast: Cast) -> None:
    browser = Browser(cast.app)
    token = browser.token("/login")
    codes = []
    for number in range(70):
        answer = browser.client.post(
            "/login",
            data={"email": "x@example.com", "password": "wrong", "csrf_token": token},
            headers={
                "X-Forwarded-For": f"198.51.100.{number}",
                "Forwarded": f"for=192.0.2.{number}",
            },
            environ_base={"REMOTE_ADDR": "203.0.113.7"},
        )
        codes.append(answer.status_code)
    assert codes[-1] == 429


def test_s45_one_named_proxy_is_believed_for_one_hop(tmp_path: Path) -> None:
    with house_on(tmp_path, TRUSTED_PROXIES="1") as app:
        seen = []

        @app.before_request
        def look() -> None:
            seen.append(request.remote_addr)

        forged = {"X-Forwarded-For": "192.0.2.66, 198.51.100.5", "X-Forwarded-Host": "evil.example"}
        answer = app.test_client().get("/login", headers=forged)
        assert (answer.status_code, seen) == (200, ["198.51.100.5"])


BODIES: list[tuple[bytes, str]] = [
    (b"x" * 70_000, FORM),
    (b"&".join(b"a=%d" % n for n in range(2000)), FORM),
    (b"%ff%fe=%00&code=%", FORM),
    (b'{"code": {"a": 1}}', "application/json"),
    (b"[" * 30_000, "application/json"),
    (b"--x\r\n\r\n", "multipart/form-data; boundary=x"),
    (b"--x", "multipart/form-data"),
    (b"<a/>", "text/xml"),
    (b"code=123456", "text/plain"),
    (b"\x00" * 1000, "application/octet-stream"),
]


@pytest.mark.parametrize(("body", "kind"), BODIES, ids=range(len(BODIES)))
@pytest.mark.parametrize("path", ["/login", "/login/code", "/signup"])
def test_s47_nonsense_is_refused_and_never_500(
    cast: Cast, path: str, body: bytes, kind: str
) -> None:
    browser = cast.at_code_page()
    token = browser.token("/login/code")
    answer = browser.client.post(path, data=body, content_type=kind, headers={"X-CSRFToken": token})
    assert answer.status_code in (200, 400, 413, 415, 431)


@pytest.mark.parametrize(
    "fields",
    [
        {"email": "a\x00b@example.com", "password": "\x00"},
        {"email": "\N{REPLACEMENT CHARACTER}", "password": "x" * 20_000},
        {"email": "a" * 5000 + "@example.com", "password": ""},
        {"email": "' OR 1=1 --", "password": "%"},
        {"email": "\u202e@\u202e.\u202e", "password": "\u202e"},
    ],
)
def test_s47_odd_texts_are_answered_like_any_wrong_ones(cast: Cast, fields: dict[str, str]) -> None:
    for path in ("/login", "/signup"):
        assert Browser(cast.app).post(path, **fields).status_code in (200, 400, 413)


def test_s47_odd_texts_do_not_upset_postgresql(
    tmp_path: Path, postgresql: Callable[[], str], clock: FixedClock
) -> None:
    with house_on(tmp_path, clock, DATABASE_URL=postgresql()) as app:
        cast = Cast(app, clock)
        nul = {"email": "a\x00b@example.com", "password": "\x00"}
        assert Browser(app).post("/login", **nul).status_code == 200
        olive = cast.logged_in("olive@example.com")
        assert olive.get("/operator/messages/%00").status_code == 404
        assert olive.get("/operator/deliveries?before=99999999999999999999").status_code == 200


@pytest.mark.parametrize("sid", ["%25", "SM%25", "_" * 34, "%00", "'--", "a" * 500])
def test_s50_what_looks_like_a_pattern_finds_no_message(cast: Cast, sid: str) -> None:
    olive = cast.logged_in("olive@example.com")
    assert olive.get(f"/operator/messages/{sid}").status_code == 404


@pytest.mark.parametrize("before", ["99999999999999999999", "-1", "x", "", "0"])
def test_s47_odd_page_numbers_are_no_error(cast: Cast, before: str) -> None:
    olive = cast.logged_in("olive@example.com")
    assert olive.get(f"/operator/deliveries?before={before}").status_code == 200


@pytest.mark.parametrize("method", ["TRACE", "PUT", "DELETE", "PATCH", "BREW"])
def test_s48_other_methods_are_405_and_told_what_is_allowed(app: Flask, method: str) -> None:
    answer = app.test_client().open("/login", method=method)
    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}


def test_s48_a_code_that_comes_twice_is_refused_and_not_counted(cast: Cast) -> None:
    browser = cast.at_code_page()
    fields = {"code": [cast.code(), cast.wrong_code()], "csrf_token": browser.token("/login/code")}
    assert browser.client.post("/login/code", data=fields).status_code == 400
    assert browser.get("/login/status").json["checks_left"] == 5  # type: ignore[index]


def test_s49_what_people_and_gateways_say_is_escaped(cast: Cast) -> None:
    evil = "<script>alert(1)</script>"
    olive = cast.logged_in("olive@example.com")
    with cast.app.app_context(), transaction():
        message = db.session.scalars(select(Message)).one()
        message.error_code, message.status = evil, "failed"
        sid = message.sid
    page = olive.get(f"/operator/messages/{sid}").text
    assert evil not in page
    assert "&lt;script&gt;" in page
    assert evil not in Browser(cast.app).post("/login", email=evil, password="x").text
    assert evil not in olive.get(f"/login?next={evil}").text


def test_s64_fields_that_no_form_has_set_nothing(cast: Cast) -> None:
    more = {"is_operator": "1", "disabled_at": "", "sid": "US1", "id": "1", "state": "full"}
    browser = Browser(cast.app)
    browser.post("/signup", email="eve@example.com", password=PASSWORD, **more)
    with cast.app.app_context():
        eve = db.session.scalars(select(User).where(User.email == "eve@example.com")).one()
        assert (eve.is_operator, eve.sid.startswith("US1" + "0" * 5)) == (False, False)
    half = cast.at_code_page()
    half.post("/login/code", code=cast.wrong_code(), checks="0", max_checks="99", **more)
    assert half.get("/login/status").json["checks_left"] == 4  # type: ignore[index]
    assert half.get("/account").location == "/login/code"


def test_s71_without_the_store_of_the_fence_nothing_is_decided(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = cast.at_code_page()
    code, token = cast.code(), browser.token("/login/code")

    def wrapped(*_: object, **__: object) -> int:
        raise StorageError(ConnectionError("the store is away"))

    monkeypatch.setattr(limiter.storage, "incr", wrapped)
    answer = browser.client.post("/login/code", data={"code": code, "csrf_token": token})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert browser.get("/login/status").json["checks_left"] == 5  # type: ignore[index]


@pytest.mark.parametrize("table", ["sessions", "limit_slices", "verifications"])
def test_s79_a_broken_database_is_a_page_without_details(cast: Cast, table: str) -> None:
    browser = cast.at_code_page()
    token = browser.token("/login/code")
    with cast.app.app_context(), transaction() as session:
        session.execute(text(f"ALTER TABLE {table} RENAME TO away"))
    answer = browser.client.post("/login/code", data={"code": "123456", "csrf_token": token})
    assert answer.status_code == 503
    for word in ("sqlite", "SELECT", "Traceback", "sqlalchemy", "OperationalError", table):
        assert word not in answer.text
    assert answer.headers["X-Request-Id"] in answer.text


@pytest.mark.parametrize("path", ["/nowhere", "/login", "/account/nowhere"])
def test_s79_every_error_has_a_request_number(app: Flask, path: str) -> None:
    answer = app.test_client().post(path, data={"email": "x"})
    assert answer.status_code in (400, 404)
    assert len(answer.headers["X-Request-Id"]) == 32
    assert answer.headers["X-Request-Id"] in answer.text
    assert "Werkzeug" not in answer.text


def test_s77_readiness_tells_no_secret_and_fails_with_the_database(cast: Cast) -> None:
    client = cast.app.test_client()
    assert client.get("/readyz").json == {"status": "ready"}
    with cast.app.app_context(), transaction() as session:
        session.execute(text("ALTER TABLE periodic_jobs RENAME TO away"))
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json == {"status": "unavailable", "reason": "the database takes no writes"}
    assert client.get("/healthz").json == {"status": "ok"}


def test_one_failing_job_does_not_stop_the_others(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []

    def fail(_: object) -> None:
        raise ValueError("broken")

    wanted = (
        jobs.Periodic("broken", timedelta(seconds=1), fail),
        jobs.Periodic("whole", timedelta(seconds=1), lambda _: done.append("whole")),
    )
    monkeypatch.setattr(jobs, "PERIODIC", wanted)
    with cast.app.app_context():
        jobs.run_due(house().kit)
        jobs.run_due(house().kit)
    assert done == ["whole"]
