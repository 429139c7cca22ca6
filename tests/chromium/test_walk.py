"""The main walk, clicked through."""

import re

from playwright.sync_api import expect

from tests.chromium.visitor import PASSWORD, Visitor


def test_it_leads_from_sign_up_over_the_simulated_phone_and_in_again(visitor: Visitor) -> None:
    page = visitor.page
    visitor.sign_up()
    visitor.give_phone()
    visitor.press("simulated phone")
    visitor.press("Use this code")
    visitor.at("/account/phone/confirm")
    expect(page.get_by_label("Security code")).to_have_value(re.compile(r"^\d{6}$"))
    expect(page.locator("[data-say]")).to_have_text("Code filled in. Press Continue.")
    visitor.press("Continue")
    visitor.at("/account")
    expect(page.get_by_text("Two steps are on.")).to_be_visible()
    visitor.log_out()
    visitor.give_password()
    visitor.press("simulated phone")
    expect(page.get_by_role("article")).to_have_count(2)
    visitor.press("Use this code")
    expect(page.get_by_label("Security code")).not_to_have_value("")
    visitor.press("Continue")
    visitor.at("/account")


def test_it_leads_there_without_script(visitor_without_script: Visitor) -> None:
    visitor = visitor_without_script
    page = visitor.page
    visitor.sign_up()
    visitor.give_phone()
    code = visitor.code()
    visitor.press("simulated phone")
    expect(page.locator(".bubble").first).to_contain_text(code)
    visitor.open("/account/phone/confirm")
    visitor.type_code(visitor.wrong_code())
    expect(page.get_by_role("alert")).to_contain_text("Enter a correct security code. 4 tries left")
    visitor.type_code(code)
    visitor.at("/account")
    visitor.log_out()
    visitor.give_password()
    visitor.press("Check again")
    visitor.at("/login/code")
    page.get_by_text("Not received a text message?").click()
    expect(page.get_by_text("Wait a minute")).to_be_visible()
    visitor.type_code(visitor.code(2))
    visitor.at("/account")


def test_it_takes_a_login_by_keyboard_alone(visitor: Visitor) -> None:
    page = visitor.page
    visitor.sign_up()
    visitor.enrol()
    visitor.log_out()
    keys = page.keyboard
    visitor.open("/login")
    expect(page.get_by_label("E-mail address")).to_be_focused()
    keys.type(visitor.email)
    keys.press("Tab")
    keys.type(PASSWORD)
    keys.press("Enter")
    visitor.at("/login/code")
    expect(page.get_by_label("Security code")).to_be_focused()
    keys.type(visitor.code(2))
    keys.press("Tab")
    expect(page.get_by_role("checkbox")).to_be_focused()  # remember this browser
    keys.press("Tab")
    expect(page.get_by_role("button", name="Continue")).to_be_focused()
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none"
    keys.press("Space")
    visitor.at("/account")


def test_it_takes_pasted_spaces_and_full_width_digits(visitor: Visitor) -> None:
    page = visitor.page
    visitor.sign_up()
    visitor.give_phone()
    code = visitor.code()
    _paste(visitor, f"{code[:3]} {code[3:]}")
    visitor.press("Continue")
    visitor.at("/account")
    visitor.log_out()
    visitor.give_password()
    wide = visitor.code(2).translate({ord("0") + n: ord("０") + n for n in range(10)})
    _paste(visitor, wide)
    expect(page.get_by_label("Security code")).to_have_value(wide)
    visitor.press("Continue")
    visitor.at("/account")


def test_it_tells_live_what_happens_to_the_text_and_counts_down(visitor: Visitor) -> None:
    page = visitor.page
    visitor.sign_up()
    visitor.enrol()
    visitor.log_out()
    visitor.give_password()
    fate, left = page.locator("[data-fate-text]"), page.locator("[data-left]")
    first = left.inner_text()
    assert re.fullmatch(r" ?\((5:00|4:5\d)\)", first)
    expect(page.get_by_role("button", name="Send it again")).to_be_disabled()
    hint = page.locator("#resend-hint")
    expect(hint).to_contain_text(re.compile(r"again in \d+ s\.\s+4 texts left"))
    expect(fate).to_have_text("Delivered to your phone")
    expect(page.locator(".fate .age")).to_have_text(re.compile(r"just now|\d+ s ago"))
    expect(left).not_to_have_text(first)


def test_it_keeps_a_second_press_from_asking_twice(visitor: Visitor) -> None:
    page = visitor.page
    visitor.sign_up()
    page.get_by_label("Mobile number").fill(visitor.phone)
    page.get_by_role("button", name="Send the code").dblclick()
    visitor.at("/account/phone/confirm")
    visitor.code()
    page.wait_for_timeout(500)
    assert len(visitor.texts()) == 1


def test_a_text_on_its_way_can_be_delivered_by_hand(visitor: Visitor) -> None:
    page = visitor.page
    visitor.sign_up()
    visitor.phone = f"+1{int(visitor.phone[-2:]) + 202}5559002"  # the simulator is slow to this one
    visitor.give_phone()
    visitor.press("simulated phone")
    expect(page.get_by_text("A text is on its way")).to_be_visible()
    assert not visitor.texts()
    visitor.press("Deliver now")
    visitor.press("Use this code")
    expect(page.get_by_label("Security code")).not_to_have_value("")
    visitor.press("Continue")
    visitor.at("/account")


def _paste(visitor: Visitor, text: str) -> None:
    field = visitor.page.get_by_label("Security code")
    visitor.page.evaluate("text => navigator.clipboard.writeText(text)", text)
    field.focus()
    visitor.page.keyboard.press("Control+V")
    expect(field).not_to_have_value("")
