"""A served house for a real browser: at `localhost`, which browsers take for a secure place."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, expect
from werkzeug.serving import make_server

from tests.cast import Cast
from tests.conftest import NOON, close
from tests.settings import settings_for
from twofactor.clock import FixedClock
from twofactor.extensions import db
from wsgi import create_app

CHROMIUM = "/usr/bin/chromium"


@dataclass
class Served:
    """One house, its people, and a browser with a virtual authenticator."""

    url: str
    cast: Cast
    clock: FixedClock
    context: BrowserContext
    page: Page
    devtools: CDPSession

    def at(self, path: str) -> None:
        """Wait until the page of that path is there, with its scripts."""
        expect(self.page).to_have_url(self.url + path)
        self.page.wait_for_load_state()

    def press(self, name: str) -> None:
        """Press the button of that name, once the page's scripts are there."""
        self.page.wait_for_load_state()
        self.page.get_by_role("button", name=name).click()

    def log_in(self, email: str, password: str) -> None:
        """Type the password."""
        self.page.goto(f"{self.url}/login")
        self.page.get_by_label("E-mail address").fill(email)
        self.page.get_by_label("Password", exact=True).fill(password)
        self.page.get_by_role("button", name="Continue").click()

    def log_out(self) -> None:
        self.page.get_by_role("button", name="Log out").click()

    def add_authenticator(self, *, verified: bool = True) -> str:
        """A virtual device that holds passkeys; its id."""
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": verified,
            "automaticPresenceSimulation": True,
        }
        self.devtools.send("WebAuthn.enable")
        made = self.devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        return str(made["authenticatorId"])


@contextmanager
def served(folder: Path, chromium: Browser) -> Iterator[Served]:
    """Start the server in a thread, and a window of the browser in front of it."""
    server = make_server("127.0.0.1", 0, lambda *_: [], threaded=True)
    url, clock = f"http://localhost:{server.port}", FixedClock(NOON)
    app = create_app(settings_for(folder, PUBLIC_URL=url), clock)
    with app.app_context():
        db.create_all()
    server.app = app
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        context = chromium.new_context(viewport={"width": 390, "height": 844})
        page = context.new_page()
        devtools = context.new_cdp_session(page)
        yield Served(url, Cast(app, clock), clock, context, page, devtools)
        context.close()
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        close(app)
