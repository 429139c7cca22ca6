"""Every page in every state that a person may see, one after the other."""

import re
import time
from collections.abc import Iterator

from playwright.sync_api import Page, expect

from tests.chromium.visitor import PASSWORD, Visitor

ARTICLES = (
    "change-number",
    "code-not-accepted",
    "is-text-message-safe",
    "lost-phone",
    "stop-and-start",
    "text-not-arriving",
)

OWN_PAGES = (
    ("/account/email", "e-mail address"),
    ("/account/password", "new password"),
    ("/account/app", "app"),
    ("/account/passkeys", "passkeys"),
    ("/account/recovery-codes", "recovery codes"),
    ("/account/devices", "remembered browsers"),
    ("/account/sessions", "sessions"),
    ("/account/activity", "activity"),
    ("/account/preferences", "preferences"),
    ("/account/data", "data"),
    ("/simulator/mail", "mails"),
)


def before_login(visitor: Visitor) -> Iterator[str]:
    """Yields the name of what is on the screen."""
    page = visitor.page
    visitor.open("/login")
    yield "login"
    page.get_by_label("E-mail address").fill(visitor.email)
    page.get_by_label("Password", exact=True).fill("nothing like it")
    visitor.press("Continue")
    _refused(page)
    yield "login refused"
    visitor.open("/signup")
    yield "sign up"
    page.get_by_label("E-mail address").fill("nobody")
    page.get_by_label("Password", exact=True).fill("password")
    visitor.press("Continue")
    _refused(page)
    yield "sign up refused"
    visitor.open("/help")
    yield "help"
    for article in ARTICLES:
        visitor.open(f"/help/{article}")
        yield article
    visitor.open("/nowhere")
    yield "not found"
    visitor.open("/operator/welcome/no-such-link")
    yield "welcome, link used up"
    visitor.open("/simulator/phone/?to=%2B12025550100")
    yield "phone without texts"
    for path, name in (
        ("/login/forgotten", "forgotten password"),
        ("/login/reset/no-such-link", "new password, link used up"),
        ("/email/confirm/no-such-link", "e-mail address, link used up"),
        ("/not-me/no-such-link", "not me, link used up"),
        ("/login/recover/no-such-link", "recovery link, used up"),
    ):
        visitor.open(path)
        yield name


def enrolling(visitor: Visitor) -> Iterator[str]:
    page = visitor.page
    visitor.sign_up()
    yield "add a phone"
    page.get_by_label("Mobile number").fill("12")
    visitor.press("Send the code")
    _refused(page)
    yield "add a phone refused"
    visitor.open("/account")
    yield "account with one step"
    visitor.give_phone()
    yield "confirm the phone"
    visitor.type_code("12")
    _refused(page)
    yield "confirm the phone refused"
    visitor.type_code(visitor.code())
    visitor.at("/account")
    yield "account"
    visitor.open("/account/confirm")
    yield "step-up"
    visitor.press("Send me a text")
    expect(page.get_by_text("We sent you a text")).to_be_visible()
    yield "step-up with a text"
    for path, name in OWN_PAGES:
        visitor.open(path)
        yield name


def logging_in(visitor: Visitor) -> Iterator[str]:
    page = visitor.page
    visitor.sign_up()
    visitor.enrol()
    visitor.log_out()
    visitor.give_password()
    yield "code page"
    page.get_by_text("Not received a text message?").click()
    expect(page.locator("[data-fate]")).to_have_attribute("data-status", "delivered")
    time.sleep(0.3)  # the colours of the track take a moment to change
    yield "code page, delivered"
    wrong = visitor.wrong_code(2)
    visitor.type_code(wrong)
    _refused(page)
    yield "wrong code"
    visitor.open("/login/other")
    yield "another way"
    visitor.open("/simulator/phone/")
    yield "phones"
    visitor.open(f"/simulator/phone/?to=%2B{visitor.phone[1:]}")
    page.get_by_text("About this text").first.click()
    yield "phone"
    visitor.open("/login/code")
    for left in ("3 tries", "2 tries", "1 try"):
        visitor.type_code(wrong)
        expect(page.get_by_role("alert")).to_contain_text(left)
    visitor.type_code(wrong)
    expect(page.get_by_role("heading", name="Too many wrong codes")).to_be_visible()
    yield "too many wrong codes"


def operating(visitor: Visitor) -> Iterator[str]:
    page = visitor.page
    link = visitor.server.flask("operators", "create", visitor.email).splitlines()[-1]
    page.goto(link)
    yield "welcome"
    page.get_by_label("Password", exact=True).fill("password")
    visitor.press("Set the password")
    _refused(page)
    yield "welcome refused"
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    visitor.press("Set the password")
    visitor.enrol()
    visitor.open("/operator/deliveries")
    yield "deliveries"
    visitor.open("/operator/messages?status=rejected")
    yield "messages, none"
    visitor.open("/operator/messages")
    yield "messages"
    page.locator("tbody a").first.click()
    expect(page.get_by_role("heading", name="What happened")).to_be_visible()
    yield "message"
    visitor.open("/operator/people")
    yield "people"
    page.locator("tbody a").first.click()
    expect(page.get_by_role("heading", name="Latest texts")).to_be_visible()
    yield "person"


def editing(visitor: Visitor) -> Iterator[str]:
    page = visitor.page
    visitor.become_operator()
    visitor.enrol()
    visitor.open("/operator/gateways")
    page.get_by_text("Addresses").first.click()
    page.get_by_text("Switch off").first.click()
    yield "gateways"
    visitor.open("/operator/audit")
    yield "audit"
    visitor.open("/operator/templates?language=ar")
    yield "texts"
    visitor.open("/operator/templates/en/login")
    words = page.get_by_label("Your words")
    words.fill("{code} opens {brand} – for {minutes} minutes. Do not share it.")
    page.get_by_role("button", name="Write it in GSM-7").click()
    expect(words).to_have_value(re.compile("opens {brand} - for"))
    visitor.press("Save")
    expect(page.get_by_text("Kept.")).to_be_visible()
    yield "text in the operator's words"
    words.fill("{code} opens {shop}")
    expect(page.get_by_text("Knows no placeholder {shop}")).to_be_visible()
    visitor.press("Save")
    _refused(page)
    yield "text refused"
    visitor.press("Back to the built-in text")
    expect(page.get_by_text("The built-in text is in force again.")).to_be_visible()
    visitor.server.flask("services", "create", "Corner shop")
    visitor.open("/operator/services")
    yield "services"


def _refused(page: Page) -> None:
    expect(page.get_by_role("alert")).to_be_visible()


TOURS = (before_login, enrolling, logging_in, operating, editing)
