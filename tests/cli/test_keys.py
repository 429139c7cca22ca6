"""flask keys rotate: a new key in front, and nobody notices (S-74)."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from tests.accounts.mailbox import link, mails
from tests.browser import Browser
from tests.cast import ALICE, ALICE_PHONE, PASSWORD, Cast
from tests.cli.conftest import Run
from tests.conftest import close
from tests.settings import settings_for
from tests.stamp import stamp
from twofactor import rotation
from twofactor.clock import FixedClock
from twofactor.extensions import db
from twofactor.house import house
from twofactor.models import Attempt, Authenticator, Message
from wsgi import create_app

SECRET = "keys-tests-0123456789-0123456789ab"
OLD, NEW = (base64.urlsafe_b64encode(bytes([n]) * 32).decode() for n in (1, 2))


@contextmanager
def served(folder: Path, clock: FixedClock, *keys: str, is_new: bool = False) -> Iterator[Flask]:
    """The same house, started with these data keys."""
    values = {"SECRET_KEY": SECRET, "DATA_KEYS": ",".join(keys)}
    app = create_app(settings_for(folder, **values), clock)
    if is_new:
        with app.app_context():
            db.create_all()
        stamp(app)
    yield app
    close(app)


def half_in(folder: Path, clock: FixedClock) -> str:
    """Alice is at the code page, by the old key; her code."""
    with served(folder, clock, OLD, is_new=True) as app:
        cast = Cast(app, clock)
        cast.at_code_page()
        return cast.code()


def test_s74_it_renews_every_value_and_says_which_key_may_go(
    tmp_path: Path, clock: FixedClock
) -> None:
    half_in(tmp_path, clock)
    with served(tmp_path, clock, NEW, OLD) as app:
        with app.app_context():
            assert rotation.waiting(house().kit) > 3
        answer = app.test_cli_runner().invoke(args=["keys", "rotate"])
        assert answer.exit_code == 0
        assert "Drop the older keys from SIXDIGITS_DATA_KEYS in 6 minutes" in answer.output
    with served(tmp_path, clock, NEW) as app, app.app_context():
        kit = house().kit
        phones = [a for a in db.session.scalars(select(Authenticator)) if a.phone_sealed]
        opened = {kit.keyring.unseal(a.phone_sealed, a.place) for a in phones if a.phone_sealed}
        assert ALICE_PHONE.e164 in opened
        prints = {a.phone_fingerprint for a in phones}
        assert kit.keyring.fingerprint(ALICE_PHONE.e164) in prints
        assert set(db.session.scalars(select(Attempt.phone_fingerprint))) <= prints
        assert set(db.session.scalars(select(Message.phone_fingerprint))) <= prints
        assert rotation.waiting(kit) == 0


def test_s74_a_live_code_works_before_and_after_the_rotation(
    tmp_path: Path, clock: FixedClock
) -> None:
    with served(tmp_path, clock, OLD, is_new=True) as app:
        cast = Cast(app, clock)
        browser = cast.at_code_page()
        code = cast.code()
        cookies = browser.client._cookies  # what the browser keeps over a restart of ours
    with served(tmp_path, clock, NEW, OLD) as app:
        again = Browser(app)
        again.client._cookies = cookies
        app.test_cli_runner().invoke(args=["keys", "rotate"])
        assert again.post("/login/code", code=code).status_code == 303
        assert again.get("/account").status_code == 200


def test_s74_nobody_is_logged_out_when_the_old_key_is_dropped(
    tmp_path: Path, clock: FixedClock
) -> None:
    with served(tmp_path, clock, OLD, is_new=True) as app:
        cookies = Cast(app, clock).logged_in().client._cookies
    with served(tmp_path, clock, NEW, OLD) as app:
        app.test_cli_runner().invoke(args=["keys", "rotate"])
    with served(tmp_path, clock, NEW) as app:
        again = Browser(app)
        again.client._cookies = cookies
        assert again.get("/account").status_code == 200
        clock.advance(3600)
        assert Browser(app).post("/login", email=ALICE, password=PASSWORD).status_code == 303


def test_s74_links_in_mails_work_on_with_the_new_key_alone(
    tmp_path: Path, clock: FixedClock
) -> None:
    new = "alice@new.example"
    with served(tmp_path, clock, OLD, is_new=True) as app:
        browser = Cast(app, clock).logged_in()
        browser.post("/account/email", email=new)
        path = link(mails(app, new)[0], "email/confirm")
    with served(tmp_path, clock, NEW, OLD) as app:
        app.test_cli_runner().invoke(args=["keys", "rotate"])
    with served(tmp_path, clock, NEW) as app:
        assert new in Browser(app).get(path).text
        Browser(app).post(path)
        undo = link(mails(app, ALICE)[0], "not-me")
    with served(tmp_path, clock, OLD, NEW) as app:
        app.test_cli_runner().invoke(args=["keys", "rotate"])
    with served(tmp_path, clock, OLD) as app:
        Browser(app).post(undo)
        assert Browser(app).post("/login", email=ALICE, password=PASSWORD).status_code == 303


def test_s74_without_the_old_key_it_names_the_remedy_and_changes_nothing(
    tmp_path: Path, clock: FixedClock
) -> None:
    half_in(tmp_path, clock)
    with served(tmp_path, clock, NEW) as app:
        answer = app.test_cli_runner().invoke(args=["keys", "rotate"])
        assert answer.exit_code == 1
        assert "Put the key that sealed it back into SIXDIGITS_DATA_KEYS" in answer.output
    with served(tmp_path, clock, OLD) as app, app.app_context():
        assert rotation.waiting(house().kit) == 0


def test_s74_it_goes_on_where_it_was_stopped(
    tmp_path: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    half_in(tmp_path, clock)
    monkeypatch.setattr(rotation, "PORTION", 1)
    with served(tmp_path, clock, NEW, OLD) as app, app.app_context():
        kit = house().kit
        before = rotation.waiting(kit)

        def stop(_: int) -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            rotation.rotate(kit, stop)
        assert rotation.waiting(kit) == before - 1
        done: list[int] = []
        rotation.rotate(kit, done.append)
        assert sum(done) == before - 1
        assert rotation.waiting(kit) == 0


def test_again_there_is_nothing_to_do(app: Flask, run: Run, cast: Cast) -> None:
    assert "0 values are sealed with the newest key now." in run("keys", "rotate").output
