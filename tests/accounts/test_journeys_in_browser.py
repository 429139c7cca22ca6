"""People in trouble, in Chromium: each walk as its person would click it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.accounts.live import Served, served
from tests.accounts.mailbox import link, mails
from tests.accounts.people import app_code
from tests.cast import ALICE, ALICE_PHONE, PASSWORD
from twofactor.sms.phone import Phone

NEW_PHONE = Phone("+12025550189", "US")
NEW_PASSWORD = "four words never seen together"


@pytest.fixture
def house(tmp_path: Path, chromium: Browser) -> Iterator[Served]:
    with served(tmp_path, chromium) as made:
        yield made


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).first.click()


def log_in(house: Served, phone: Phone = ALICE_PHONE, password: str = PASSWORD) -> None:
    """Alice, all the way in."""
    house.log_in(ALICE, password)
    expect(house.page).to_have_url(f"{house.url}/login/code")
    house.page.get_by_label("Security code").fill(house.cast.code(phone))
    press(house.page, "Continue")
    expect(house.page).to_have_url(f"{house.url}/account")


def change_phone(house: Served) -> None:
    page = house.page
    page.goto(f"{house.url}/account")
    page.get_by_role("link", name="Change Phone").click()
    page.get_by_label("Mobile number").fill("+1 202 555 0189")
    press(page, "Send the code")
    expect(page.get_by_text("+1 202-555-0189")).to_be_visible()
    page.get_by_label("Security code").fill(house.cast.code(NEW_PHONE))
    press(page, "Continue")
    expect(page.get_by_text("Your phone is added")).to_be_visible()


def set_password(house: Served, path: str) -> None:
    house.page.goto(house.url + path)
    house.page.get_by_label("New password", exact=True).fill(NEW_PASSWORD)
    press(house.page, "Set the password")
    expect(house.page).to_have_url(f"{house.url}/login")


def test_lost_phone(house: Served) -> None:
    log_in(house)
    page = house.page
    page.get_by_role("link", name="Add Recovery codes").click()
    press(page, "Make recovery codes")
    codes = page.locator("#recovery-codes li").all_inner_texts()
    page.get_by_label("I have saved them").check()
    press(page, "Continue")
    house.log_out()
    house.log_in(ALICE, PASSWORD)
    page.get_by_role("link", name="Use another way").click()
    typed = page.get_by_role("textbox", name="Recovery code")
    typed.fill(codes[3].lower())
    typed.press("Enter")
    expect(page.get_by_text("9 recovery codes are left")).to_be_visible()
    change_phone(house)
    house.log_out()
    log_in(house, NEW_PHONE)


def test_app_only(house: Served) -> None:
    page = house.page
    page.goto(f"{house.url}/signup")
    page.get_by_label("E-mail address").fill("nora@example.com")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    press(page, "Continue")
    page.get_by_role("link", name="Use an app").click()
    secret = page.locator("#totp-secret").inner_text()
    page.get_by_label("Code from the app").fill(app_code(secret, house.clock))
    press(page, "Continue")
    expect(page.get_by_text("Two steps are on")).to_be_visible()
    house.log_out()
    house.clock.advance(60)
    house.log_in("nora@example.com", PASSWORD)
    page.get_by_label("Code from the app").fill(app_code(secret, house.clock))
    press(page, "Continue")
    expect(page).to_have_url(f"{house.url}/account")
    assert house.cast.deliver() == 0


def test_stolen_password(house: Served) -> None:
    page = house.page
    house.log_in(ALICE, PASSWORD)  # the thief
    wrong = house.cast.wrong_code()
    for _ in range(5):
        page.get_by_label("Security code").fill(wrong)
        press(page, "Continue")
    expect(page.get_by_role("heading", name="Too many wrong codes")).to_be_visible()
    told = mails(house.cast.app, ALICE)[0]
    page.goto(house.url + link(told, "not-me"))
    expect(page.get_by_text("Somebody typed your password and then wrong codes")).to_be_visible()
    press(page, "This was not me")
    expect(page.get_by_role("heading", name="Your account is safe again")).to_be_visible()
    set_password(house, link(mails(house.cast.app, ALICE)[0], "login/reset"))
    house.log_in(ALICE, PASSWORD)
    expect(page.get_by_role("alert")).to_be_visible()
    house.clock.advance(86_401)
    log_in(house, password=NEW_PASSWORD)


def test_stolen_session(house: Served) -> None:
    log_in(house)
    browser = house.context.browser
    assert browser is not None
    elsewhere = browser.new_context()
    thief = elsewhere.new_page()
    elsewhere.add_cookies(house.context.cookies())  # type: ignore[arg-type]
    thief.goto(f"{house.url}/account/activity")
    expect(thief.get_by_role("heading", name="What happened")).to_be_visible()
    house.context.clear_cookies()  # the owner, at another computer
    house.clock.advance(120)
    log_in(house)
    house.page.get_by_role("link", name="All sessions").click()
    press(house.page, "End all others")
    thief.goto(f"{house.url}/account/activity")
    expect(thief).to_have_url(f"{house.url}/login?next=/account/activity")
    elsewhere.close()


def test_number_change_and_undo(house: Served) -> None:
    log_in(house)
    change_phone(house)
    house.log_out()
    told = next(text for text in house.cast.texts(ALICE_PHONE) if "not-me" in text)
    house.page.goto(house.url + link(told, "not-me"))
    press(house.page, "This was not me")
    expect(house.page.get_by_role("heading", name="Your account is safe again")).to_be_visible()
    house.clock.advance(120)
    log_in(house, ALICE_PHONE)
    expect(house.page.get_by_text("••••••23")).to_be_visible()


def test_reset(house: Served) -> None:
    page = house.page
    page.goto(f"{house.url}/login")
    page.get_by_role("link", name="Forgotten your password?").click()
    page.get_by_label("E-mail address").fill(ALICE)
    press(page, "Send the link")
    expect(page.get_by_role("heading", name="Look at your mail")).to_be_visible()
    assert "set a new password" in mails(house.cast.app, ALICE)[0]
    page.get_by_role("main").get_by_role("link", name="simulated mailbox").click()
    page.locator("a[href*='/login/reset/']").first.click()
    set_password(house, page.url.removeprefix(house.url))
    log_in(house, password=NEW_PASSWORD)
