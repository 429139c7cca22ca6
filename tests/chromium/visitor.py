"""A person at a screen: clicks and types where people do."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

from playwright.sync_api import Browser, Page, expect

from tests.server import Server

PASSWORD = "a quiet lake at dawn"
_CODE = re.compile(r"#(\d{6})\s*$")
_numbers = count(1)


class Visitor:
    """One browser window in front of one installation, with a phone that nobody else has."""

    def __init__(self, server: Server, page: Page) -> None:
        number = next(_numbers)
        self.server, self.page = server, page
        self.email = f"visitor{number}@example.com"
        self.phone = f"+1{202 + number // 100}55501{number % 100:02d}"
        self.faults: list[str] = []  # what a page must never do
        self.requests: list[str] = []
        page.on("request", lambda request: self._note(request.url))
        page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        page.on("console", self._heard)

    def open(self, path: str) -> None:
        self.page.goto(self.server.url + path)

    def press(self, name: str) -> None:
        """Press the button, or follow the link, of that name, once the page's scripts are there."""
        self.page.wait_for_load_state()
        main = self.page.locator("main, header")
        main.get_by_role("button", name=name, exact=True).or_(
            main.get_by_role("link", name=name, exact=True)
        ).first.click()

    def at(self, path: str) -> None:
        """Wait until the page of that path is there, with its scripts."""
        expect(self.page).to_have_url(self.server.url + path)
        self.page.wait_for_load_state()

    def sign_up(self) -> None:
        self.open("/signup")
        self.page.get_by_label("E-mail address").fill(self.email)
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.press("Continue")
        self.at("/account/phone")

    def give_phone(self) -> None:
        self.open("/account/phone")
        self.page.get_by_label("Mobile number").fill(self.phone)
        self.press("Send the code")
        self.at("/account/phone/confirm")

    def enrol(self) -> None:
        self.give_phone()
        self.type_code(self.code())
        self.at("/account")

    def give_password(self) -> None:
        self.open("/login")
        self.page.get_by_label("E-mail address").fill(self.email)
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.press("Continue")
        self.at("/login/code")

    def type_code(self, code: str) -> None:
        self.page.get_by_label("Security code").fill(code)
        self.press("Continue")

    def log_out(self) -> None:
        self.press("Log out")
        self.at("/login")

    def texts(self) -> list[str]:
        """What is on the phone, newest first; asked beside the page."""
        path = f"/simulator/messages.json?to=%2B{self.phone[1:]}"
        found = self.page.request.get(self.server.url + path).json()
        return [text["body"] for text in found]

    def code(self, texts: int = 1) -> str:
        """The newest code, once that many texts have come."""
        for _ in range(200):
            if len(found := self.texts()) >= texts:
                break
            self.page.wait_for_timeout(50)
        code = _CODE.search(found[0])
        assert code is not None
        return code[1]

    def wrong_code(self, texts: int = 1) -> str:
        return f"{(int(self.code(texts)) + 1) % 1_000_000:06d}"

    def become_operator(self) -> None:
        link = self.server.flask("operators", "create", self.email).splitlines()[-1]
        self.page.goto(link)
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.press("Set the password")
        self.at("/account/phone")

    def _note(self, url: str) -> None:
        self.requests.append(url)
        if not url.startswith((self.server.url, "data:")):
            self.faults.append(f"a request to {url}")

    def _heard(self, message: object) -> None:
        kind, text = getattr(message, "type", ""), getattr(message, "text", "")
        if kind in ("error", "warning") and "responded with a status of 4" not in text:
            self.faults.append(f"console: {text}")


@contextmanager
def visit(browser: Browser, server: Server, script: bool = True) -> Iterator[Visitor]:
    """A fresh window; at the end no page may have done what pages must not do."""
    context = browser.new_context(
        java_script_enabled=script,
        permissions=["clipboard-read", "clipboard-write"],
        viewport={"width": 390, "height": 844},
        locale="en-GB",
        timezone_id="UTC",
    )
    context.set_default_timeout(15_000)
    visitor = Visitor(server, context.new_page())
    try:
        yield visitor
        assert not visitor.faults, visitor.faults
    finally:
        context.close()
