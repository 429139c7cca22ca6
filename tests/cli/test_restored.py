"""flask restored: what a backup brings back opens nothing (S-75)."""

from flask import Flask
from sqlalchemy import select

from tests.cast import OLIVE, Cast
from tests.cli.conftest import Run
from twofactor.extensions import db
from twofactor.models import Message, Verification


def test_s75_sessions_and_live_codes_of_the_backup_are_void(
    app: Flask, run: Run, cast: Cast
) -> None:
    olive = cast.logged_in(OLIVE)
    alice = cast.at_code_page()
    code = cast.code()
    answer = run("restored", "--yes")
    assert answer.exit_code == 0
    assert (
        "Ended: 2 sessions, 1 codes, 0 links, 0 waiting texts, 0 remembered browsers, 0 mails."
        in answer.output
    )
    assert olive.get("/account").status_code == 303
    assert alice.get("/login/code").status_code == 303
    with app.app_context():
        live = db.session.scalars(select(Verification).where(Verification.status == "pending"))
        assert live.all() == []
    assert code


def test_s75_texts_that_waited_then_are_not_sent_now(app: Flask, run: Run, cast: Cast) -> None:
    cast.at_code_page()
    assert "1 waiting texts," in run("restored", "--yes").output
    assert cast.deliver() == 0
    with app.app_context():
        assert set(db.session.scalars(select(Message.body_sealed))) == {None}


def test_it_asks_first(run: Run) -> None:
    assert run("restored", input="n\n").exit_code == 1
