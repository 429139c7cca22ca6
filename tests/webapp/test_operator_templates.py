"""/operator/templates: every text on a phone."""

from sqlalchemy import select

from tests.cast import ALICE, OLIVE, Cast
from twofactor.extensions import db
from twofactor.models import User
from twofactor.sms.sentences import LANGUAGES


def test_it_shows_each_text_with_its_segments(cast: Cast) -> None:
    browser = cast.logged_in(OLIVE)
    page = browser.get("/operator/templates").text
    assert "012345 is your Sixdigits security code to log in." in page
    assert "1 segment of GSM-7, 57 characters spare." in page
    assert "To mend" not in page
    for language in LANGUAGES:
        assert browser.get(f"/operator/templates?language={language}").status_code == 200


def test_arabic_runs_from_right_to_left(cast: Cast) -> None:
    page = cast.logged_in(OLIVE).get("/operator/templates?language=ar").text
    assert 'class="bubble" dir="rtl" lang="ar"' in page


def test_an_unknown_language_is_not_found(cast: Cast) -> None:
    assert cast.logged_in(OLIVE).get("/operator/templates?language=tlh").status_code == 404


def test_it_is_for_operators_alone(cast: Cast) -> None:
    assert cast.logged_in().get("/operator/templates").status_code == 403


def test_a_code_comes_in_the_users_language(cast: Cast) -> None:
    with cast.app.app_context():
        alice = db.session.scalars(select(User).where(User.email == ALICE)).one()
        alice.language = "sw"
        db.session.commit()
    cast.at_code_page()
    assert "ni namba yako ya siri ya Sixdigits ya kuingia." in cast.texts()[0]
