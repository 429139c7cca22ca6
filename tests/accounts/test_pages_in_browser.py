"""The account pages in Chromium: nothing for axe to find, small and large, light and dark."""

import os
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.accounts.live import Served, served
from tests.accounts.mailbox import link, mails
from tests.cast import ALICE, ALICE_PHONE, PASSWORD

BEHIND = (
    "/account",
    "/account/app",
    "/account/passkeys",
    "/account/recovery-codes",
    "/account/phone",
    "/account/email",
    "/account/password",
    "/account/devices",
    "/account/sessions",
    "/account/activity",
    "/account/preferences",
    "/account/data",
)
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def look(page: Page, name: str) -> list[str]:
    """What axe finds on the page as it stands; with SCREENSHOTS set also a picture."""
    page.wait_for_load_state()
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}})
    return [f"{name}: {v['id']} {v['nodes'][0]['target']}" for v in found.response["violations"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing(
    tmp_path: Path, chromium: Browser, width: int, scheme: Literal["light", "dark"]
) -> None:
    with served(tmp_path, chromium) as house:
        house.page.set_viewport_size({"width": width, "height": 844})
        house.page.emulate_media(color_scheme=scheme)
        faults = [fault for name, fault in walk(house, f"{width}-{scheme}")]
    assert not faults, "\n".join(faults)


def walk(house: Served, size: str) -> list[tuple[str, str]]:
    """Every page of these features, as somebody meets them."""
    page, found = house.page, list[tuple[str, str]]()

    def see(name: str) -> None:
        found.extend((name, fault) for fault in look(page, f"{size}-{name}"))

    house.log_in(ALICE, PASSWORD)
    house.at("/login/code")
    see("login-code")
    page.get_by_label("Security code").fill(house.cast.code(ALICE_PHONE))
    page.get_by_role("button", name="Continue").click()
    house.at("/account")
    page.goto(f"{house.url}/account/recovery-codes")
    page.get_by_role("button", name="Make recovery codes").click()
    expect(page.get_by_role("button", name="Download")).to_be_visible()
    see("recovery-codes-shown")
    for path in BEHIND:
        page.goto(f"{house.url}{path}")
        see(path.strip("/").replace("/", "-"))
    house.clock.advance(301)
    page.goto(f"{house.url}/account/app")
    see("confirm")
    page.get_by_role("button", name="Send me a text").click()
    expect(page.get_by_text("We sent you a text")).to_be_visible()
    page.get_by_label("Security code").fill("1")
    page.get_by_role("button", name="Continue").first.click()
    expect(page.get_by_role("alert")).to_be_visible()
    see("confirm-error")
    house.log_out()
    house.at("/login")
    page.goto(f"{house.url}/login/forgotten")
    see("forgotten")
    page.get_by_label("E-mail address").fill(ALICE)
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("heading", name="Look at your mail")).to_be_visible()
    see("forgotten-asked")
    inbox = mails(house.cast.app, ALICE)
    page.goto(house.url + link(inbox[0], "login/reset"))
    see("reset")
    page.goto(house.url + link(inbox[1], "not-me"))
    see("not-me")
    page.goto(f"{house.url}/simulator/mail")
    see("mail")
    house.log_in(ALICE, PASSWORD)
    house.at("/login/code")
    page.goto(f"{house.url}/login/other")
    see("other")
    return found
