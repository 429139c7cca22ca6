"""/login/code and /login/resend."""

from tests.browser import alert
from tests.cast import Cast
from twofactor.clock import FixedClock


def test_it_lets_the_right_code_in(cast: Cast) -> None:
    browser = cast.at_code_page()
    answer = browser.post("/login/code", code=cast.code())
    assert (answer.status_code, answer.location) == (303, "/account")
    assert "Two steps are on" in browser.get("/account").text


def test_it_takes_a_code_with_spaces_dashes_and_digits_of_other_scripts(cast: Cast) -> None:
    browser = cast.at_code_page()
    code = cast.code()
    typed = f" {code[:3]}-{code[3:]} ".translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    assert browser.post("/login/code", code=typed).status_code == 303


def test_it_says_how_many_tries_are_left_after_a_wrong_code(cast: Cast) -> None:
    browser = cast.at_code_page()
    answer = browser.post("/login/code", code=cast.wrong_code())
    assert answer.status_code == 200
    assert alert(answer) == "Enter a correct security code. 4 tries left"


def test_it_counts_no_check_for_what_can_not_be_a_code(cast: Cast) -> None:
    browser = cast.at_code_page()
    for typed in ("", "12345", "1234567", "abcdef"):
        assert browser.post("/login/code", code=typed).status_code == 200
    assert browser.get("/login/status").json["checks_left"] == 5  # type: ignore[index]


def test_it_refuses_a_sixth_check_even_of_the_right_code(cast: Cast) -> None:
    browser = cast.at_code_page()
    code, wrong, token = cast.code(), cast.wrong_code(), browser.token("/login/code")
    for _ in range(5):
        assert browser.post("/login/code", code=wrong).status_code == 200
    assert "Too many wrong codes" in browser.get("/login/code").text
    sixth = browser.client.post("/login/code", data={"code": code, "csrf_token": token})
    assert sixth.status_code == 200
    assert browser.get("/account").location == "/login/code"


def test_it_refuses_a_code_that_has_expired(cast: Cast, clock: FixedClock) -> None:
    browser = cast.at_code_page()
    code = cast.code()
    clock.advance(300)
    answer = browser.post("/login/code", code=code)
    assert alert(answer) == "That code has expired. Send a new code"


def test_it_sends_nothing_when_the_page_is_loaded_again(cast: Cast) -> None:
    browser = cast.at_code_page()
    for _ in range(5):
        browser.get("/login/code")
    assert len(cast.texts()) == 1


def test_it_texts_the_same_code_again_after_the_wait(cast: Cast, clock: FixedClock) -> None:
    browser = cast.at_code_page()
    early = browser.post("/login/resend", form="/login/code")
    assert early.status_code == 429
    assert early.headers["Retry-After"] == "30"
    clock.advance(30)
    assert browser.post("/login/resend", form="/login/code").status_code == 303
    first, second = cast.texts()
    assert first == second


def test_it_sends_a_new_code_once_the_old_one_has_expired(cast: Cast, clock: FixedClock) -> None:
    browser = cast.at_code_page()
    old = cast.code()
    clock.advance(301)
    assert browser.post("/login/resend", form="/login/code").status_code == 303
    assert len(cast.texts()) == 2
    assert browser.post("/login/code", code=cast.code()).status_code == 303
    assert old
