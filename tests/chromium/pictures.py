"""Make the pictures of docs/ anew: `python -m tests.chromium.pictures`, in about ten seconds."""

import os
import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.chromium.visitor import Visitor
from tests.server import ROOT, Server

IMAGES = ROOT / "docs" / "images"
MOST_BYTES = 150_000


def main() -> None:
    """Walk the main walk on a server of its own and photograph what is seen."""
    IMAGES.mkdir(exist_ok=True)
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        server = Server(Path(folder) / "house").start()
        try:
            walk(browser, server)
        finally:
            server.stop()
            browser.close()


def walk(browser: Browser, server: Server) -> None:
    """The pictures in the order in which docs/first-steps.md shows them."""
    visitor = _visitor(browser, server, "alice", "+12025550123")
    page = visitor.page
    visitor.open("/signup")
    page.get_by_label("E-mail address").fill(visitor.email)
    _take(page, "sign-up")
    visitor.sign_up()
    page.get_by_label("Mobile number").fill("+1 202 555 0123")
    _take(page, "add-phone")
    visitor.enrol()
    _take(page, "account")
    visitor.log_out()
    visitor.give_password()
    expect(page.locator("[data-fate]")).to_have_attribute("data-status", "delivered")
    page.wait_for_timeout(400)
    _take(page, "code")
    visitor.press("simulated phone")
    _take(page, "phone")
    _operator(browser, server)


def _operator(browser: Browser, server: Server) -> None:
    olive = _visitor(browser, server, "olive", "+12025550167")
    olive.become_operator()
    olive.enrol()
    olive.open("/operator/messages")
    expect(olive.page.locator("tbody .badge").first).to_be_visible()
    while olive.page.locator('tbody .badge[data-status="sent"]').count():
        olive.page.wait_for_timeout(500)
        olive.page.reload()
    olive.page.set_viewport_size({"width": 1280, "height": 720})
    olive.open("/operator/deliveries")
    expect(olive.page.locator(".tiles").first).to_be_visible()
    _take(olive.page, "deliveries")


def _visitor(browser: Browser, server: Server, name: str, phone: str) -> Visitor:
    context = browser.new_context(
        viewport={"width": 390, "height": 780},
        device_scale_factor=1.5,
        locale="en-GB",
        timezone_id="UTC",
    )
    visitor = Visitor(server, context.new_page())
    visitor.email, visitor.phone = f"{name}@example.com", phone
    return visitor


def _take(page: Page, name: str) -> None:
    page.evaluate("document.activeElement?.blur(); scrollTo(0, 0)")
    path = IMAGES / f"{name}.png"
    page.screenshot(path=path, animations="disabled")
    size = path.stat().st_size
    print(f"{path.relative_to(ROOT)}: {size / 1000:.0f} kB")
    assert size <= MOST_BYTES, path


if __name__ == "__main__":
    main()
