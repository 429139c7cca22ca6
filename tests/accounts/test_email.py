"""E-mail addresses: proved at sign-up, changed like a number, sent by a real mail server."""

import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.accounts.mailbox import link, mails
from tests.browser import Browser
from tests.cast import ALICE, BOB, PASSWORD, Cast
from tests.conftest import close
from tests.settings import settings_for
from twofactor import jobs
from twofactor.clock import FixedClock
from twofactor.config.faults import ConfigError
from twofactor.extensions import db
from twofactor.house import house
from twofactor.mail.post import NotTaken, Post
from wsgi import create_app

NEW = "alice@new.example"


class _Smtp(socketserver.StreamRequestHandler):
    """Speaks just enough SMTP to take a mail, or to refuse whoever is called nobody."""

    def handle(self) -> None:
        self.wfile.write(b"220 test\r\n")
        for line in self.rfile:
            word = line[:4].upper()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                lines = iter(self.rfile.readline, b".\r\n")
                self.server.taken.append(b"".join(lines).decode())  # type: ignore[attr-defined]
            if word == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            refused = word == b"RCPT" and b"nobody" in line
            self.wfile.write(b"550 no such user\r\n" if refused else b"250 well\r\n")


@pytest.fixture
def server() -> Iterator[socketserver.ThreadingTCPServer]:
    made = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Smtp)
    made.daemon_threads = True
    made.taken = []  # type: ignore[attr-defined]
    thread = threading.Thread(target=made.serve_forever)
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


def test_sign_up_sends_a_link_that_proves_the_address(cast: Cast, app: Flask) -> None:
    browser = Browser(app)
    browser.post("/signup", email="fay@example.com", password=PASSWORD)
    assert "Please confirm your e-mail address" in browser.get("/account").text
    path = link(mails(app, "fay@example.com")[0], "email/confirm")
    assert browser.get(path).status_code == 200
    assert "Please confirm" in browser.get("/account").text, "opening the link proved it"
    assert browser.post(path).status_code == 303
    assert "Please confirm" not in browser.get("/account").text


def test_a_new_address_counts_when_it_is_proved(cast: Cast, app: Flask) -> None:
    browser = cast.logged_in()
    browser.post("/account/email", email=NEW)
    assert Browser(app).post("/login", email=NEW, password=PASSWORD).status_code == 200
    browser.post(link(mails(app, NEW)[0], "email/confirm"))
    assert Browser(app).post("/login", email=NEW, password=PASSWORD).status_code == 303


def test_the_old_address_is_told_and_undoes_it(cast: Cast, app: Flask) -> None:
    thief = cast.logged_in()
    thief.post("/account/email", email=NEW)
    thief.post(link(mails(app, NEW)[0], "email/confirm"))
    told = mails(app, ALICE)[0]
    assert "e-mail address of your account was changed" in told
    Browser(app).post(link(told, "not-me"))
    assert thief.get("/account").status_code == 303
    assert Browser(app).post("/login", email=ALICE, password=PASSWORD).status_code == 303
    assert Browser(app).post("/login", email=NEW, password=PASSWORD).status_code == 200


def test_a_taken_address_is_not_taken_over(cast: Cast, app: Flask) -> None:
    browser = cast.logged_in()
    browser.post("/account/email", email=BOB)
    answer = browser.post(link(mails(app, BOB)[0], "email/confirm"))
    assert answer.status_code == 404
    assert "bob@example.com" not in browser.get("/account").text


def test_a_mail_server_takes_the_mail(
    tmp_path: Path, clock: FixedClock, server: socketserver.ThreadingTCPServer
) -> None:
    port = server.server_address[1]
    mail = {"SMTP_URL": f"smtp://127.0.0.1:{port}", "MAIL_FROM": "no-reply@example.com"}
    app = create_app(settings_for(tmp_path, **mail), clock)
    with app.app_context():
        db.create_all()
    try:
        Cast(app, clock)
        Browser(app).post("/login/forgotten", email=ALICE)
        assert mails(app, ALICE) == [], "the words stayed after the hand-over"
        (taken,) = server.taken  # type: ignore[attr-defined]
        assert f"To: {ALICE}" in taken
        assert "From: no-reply@example.com" in taken
    finally:
        close(app)


def test_a_server_that_is_away_is_tried_again(tmp_path: Path, clock: FixedClock) -> None:
    mail = {"SMTP_URL": "smtp://127.0.0.1:1", "MAIL_FROM": "no-reply@example.com"}
    app = create_app(settings_for(tmp_path, **mail), clock)
    with app.app_context():
        db.create_all()
        try:
            Cast(app, clock)
            Browser(app).post("/login/forgotten", email=ALICE)
            assert jobs.post_next(house().kit), "its words are written"
            assert jobs.post_next(house().kit), "it is tried"
            assert not jobs.post_next(house().kit)
            clock.advance(31)
            assert jobs.post_next(house().kit)
        finally:
            close(app)


def test_a_refused_address_is_refused_for_good(server: socketserver.ThreadingTCPServer) -> None:
    port = server.server_address[1]
    post = Post(f"smtp://127.0.0.1:{port}", "no-reply@example.com")
    with pytest.raises(NotTaken) as error:
        post.send("nobody@example.com", "Hello", "You")
    assert error.value.permanent


@pytest.mark.parametrize("url", ["http://mail", "smtp://", "smtp://mail:port", "mail.example.com"])
def test_a_bad_mail_server_stops_the_start(url: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as error:
        settings_for(tmp_path, SMTP_URL=url, MAIL_FROM="a@example.com")
    assert "SIXDIGITS_SMTP_URL" in str(error.value.faults[0])
