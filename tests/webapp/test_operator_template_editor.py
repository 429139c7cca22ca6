"""/operator/templates/<language>/<name>: an operator's own words."""

import html
import re

import pytest

from tests.browser import Browser, alert
from tests.cast import OLIVE, OLIVE_PHONE, Cast

PLACE = "/operator/templates/en/login"
OWN = "{code} opens {brand} for {minutes} minutes. Do not share it."


@pytest.fixture
def olive(cast: Cast) -> Browser:
    return cast.logged_in(OLIVE)


def send(browser: Browser, action: str, sentence: str = OWN, **more: str) -> str:
    answer = browser.post(PLACE, action=action, sentence=sentence, version="0", **more)
    return answer.text if answer.status_code == 200 else browser.get(answer.location).text


def test_it_shows_the_built_in_text_to_begin_with(olive: Browser) -> None:
    page = olive.get(PLACE).text
    assert "{code} is your {brand} security code to log in." in page
    assert "Nobody has edited this text yet." in page
    assert "Good to send." in page


def test_check_shows_the_phone_the_cost_and_what_to_mend(olive: Browser) -> None:
    page = send(olive, "check", OWN.replace("Do", "– Do"))
    assert "012345 opens Sixdigits for 5 minutes. – Do not share it." in page
    assert "&#39;–&#39; (U+2013) moves the whole text to UCS-2, 70 a segment" in page
    assert "– becomes -" in page
    assert "Nobody has edited this text yet." in page


def test_the_characters_that_force_ucs2_are_replaced_for_whom_wants_it(olive: Browser) -> None:
    page = send(olive, "mend", OWN.replace("Do", "– Do"))
    assert "minutes. - Do not share it.</textarea>" in page
    assert "Good to send." in page


def test_a_draft_in_the_address_is_looked_at_and_changes_nothing(olive: Browser) -> None:
    page = olive.get(PLACE, query_string={"sentence": OWN + " {name}"}).text
    assert "Knows no placeholder {name}: use {code}, {brand}, {minutes}." in page
    assert "Nobody has edited this text yet." in page


def test_a_saved_text_is_sent_and_listed_with_its_author(cast: Cast, olive: Browser) -> None:
    page = send(olive, "save")
    assert "Kept. Phones get this text within three seconds." in page
    assert "by olive@example.com" in page
    assert "Your words" in olive.get("/operator/templates").text
    cast.at_code_page()
    assert " opens Sixdigits for 5 minutes." in cast.texts()[0]


def test_what_the_guard_refuses_is_not_kept(olive: Browser) -> None:
    answer = olive.post(PLACE, action="save", sentence="Hello", version="0")
    assert "Must hold {code}, {brand}, {minutes}." in alert(answer)
    assert "Nobody has edited this text yet." in answer.text


def test_two_segments_need_a_tick(olive: Browser) -> None:
    long = (
        OWN
        + " Nobody of us asks for it by phone, by mail or at the door, so tell nobody of it at all."
    )
    assert "Takes 2 segments, 1 are allowed" in send(olive, "save", long)
    assert "Kept." in send(olive, "save", long, dear="y")


def test_of_two_operators_the_second_is_told(olive: Browser) -> None:
    send(olive, "save")
    page = send(olive, "save", OWN.replace("opens", "is for"))
    assert "Somebody else edited this text meanwhile." in page
    assert 'name="version" value="1"' in page


def test_the_way_back_to_the_built_in_text(cast: Cast, olive: Browser) -> None:
    send(olive, "save")
    olive.post(PLACE, action="restore", version="1")
    page = olive.get(PLACE).text
    assert "The built-in text is in force again." in page
    assert "Use these words again" in page
    cast.at_code_page()
    assert "security code to log in" in cast.texts()[0]


def test_the_words_of_an_older_version_can_be_saved_again(olive: Browser) -> None:
    send(olive, "save")
    olive.post(PLACE, action="save", sentence=OWN.replace("opens", "is for"), version="1")
    (path,) = re.findall(rf'href="({PLACE}\?[^"]+)"', olive.get(PLACE).text)
    draft = olive.get(html.unescape(path)).text
    assert f"{OWN}</textarea>" in draft
    assert 'name="version" value="2"' in draft


def test_saving_needs_a_fresh_second_factor_and_the_draft_survives_it(
    cast: Cast, olive: Browser
) -> None:
    olive.get(PLACE)
    cast.clock.advance(6 * 60)
    answer = olive.post(PLACE, action="save", sentence=OWN, version="0")
    assert (answer.status_code, answer.location) == (303, "/account/confirm")
    olive.post("/account/confirm/send", form="/account/confirm")
    back = olive.post("/account/confirm", method="phone", code=cast.code(OLIVE_PHONE))
    assert back.location.startswith(f"{PLACE}?sentence=")
    assert f"{OWN}</textarea>" in olive.get(back.location).text
    assert "Kept." in send(olive, "save")


@pytest.mark.parametrize("name", ["en/nothing", "tlh/login", "en/help"])
def test_a_text_that_there_is_not_is_not_found(olive: Browser, name: str) -> None:
    assert olive.get(f"/operator/templates/{name}").status_code == 404


def test_it_is_for_operators_only(cast: Cast) -> None:
    alice = cast.logged_in()
    assert alice.get(PLACE).status_code == 403
    answer = alice.post(PLACE, form="/account/preferences", action="save", sentence=OWN)
    assert answer.status_code == 403


def test_the_audit_page_shows_what_was_and_what_is(olive: Browser) -> None:
    send(olive, "save")
    page = olive.get("/operator/audit?event=text_edited").text
    assert f"language en, text login, before built-in, after “{OWN}”" in page
