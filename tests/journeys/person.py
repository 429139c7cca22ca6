"""A person with a browser and a simulated phone, over real HTTP."""

import html
import re
import time
from collections.abc import Callable
from typing import Any, TypeVar

import requests

from tests.server import Server

PASSWORD = "a quiet lake at dawn"
PATIENCE = 15.0  # seconds; only ever waited out in full when something is broken
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_CODE = re.compile(r"#(\d{4,10})\Z")

T = TypeVar("T")


class Person:
    """Follows redirects as a browser does; `page` is what is on the screen."""

    def __init__(self, server: Server, name: str, phone: str) -> None:
        self.server = server
        self.email = f"{name}@example.com"
        self.phone = phone
        self.web = requests.Session()
        self.page = requests.Response()

    @property
    def at(self) -> str:
        """The path of the page on the screen."""
        return str(self.page.url).removeprefix(self.server.url)

    def open(self, path: str) -> requests.Response:
        address = path if path.startswith("http") else self.server.url + path
        self.page = self.web.get(address, timeout=30)
        return self.page

    def send(self, path: str, **fields: str) -> requests.Response:
        """Press a button of the page on the screen, and go where it leads."""
        answer = self.press(path, **fields)
        if not answer.is_redirect:
            self.page = answer
            return answer
        return self.open(answer.headers["Location"])

    def press(self, path: str, **fields: str) -> requests.Response:
        """Press a button of the page on the screen; the answer itself."""
        found = _TOKEN.search(self.page.text)
        assert found is not None, f"there is no form on {self.at}"
        data = {"csrf_token": found[1], **fields}
        return self.web.post(self.server.url + path, data=data, timeout=30, allow_redirects=False)

    def alert(self) -> str:
        """The words of the error on the screen."""
        found = re.search(r'role="alert".*?</(?:ul|p)>', self.page.text, re.S)
        assert found is not None, f"no error is shown on {self.at}"
        words = re.sub(r"^[^>]*>|<h2>.*?</h2>|<[^>]+>", " ", found[0], flags=re.S)
        return " ".join(html.unescape(words).split())

    def sign_up(self) -> None:
        self.open("/signup")
        self.send("/signup", email=self.email, password=PASSWORD)
        assert self.at == "/account/phone", self.page.text

    def enrol(self) -> None:
        self.open("/account/phone")
        self.send("/account/phone", phone=self.phone)
        assert self.at == "/account/phone/confirm", self.page.text
        self.send("/account/phone/confirm", code=self.code())
        assert self.at == "/account", self.page.text

    def log_out(self) -> None:
        self.open("/account")
        self.send("/logout")
        assert self.at == "/login"

    def give_password(self) -> None:
        self.open("/login")
        self.send("/login", email=self.email, password=PASSWORD)

    def log_in(self) -> None:
        before = len(self.texts())
        self.give_password()
        assert self.at == "/login/code", self.page.text
        self.await_texts(before + 1)
        self.send("/login/code", code=self.code())
        assert self.at == "/account", self.page.text

    def texts(self) -> list[str]:
        """What is on the phone, newest first."""
        path = f"{self.server.url}/simulator/messages.json"
        found = requests.get(path, params={"to": self.phone}, timeout=30).json()
        return [text["body"] for text in found]

    def await_texts(self, count: int) -> list[str]:
        return until(self.texts, lambda texts: len(texts) >= count)

    def code(self) -> str:
        """The code of the newest text, once there is one."""
        found = _CODE.search(self.await_texts(1)[0])
        assert found is not None
        return found[1]

    def wrong_code(self) -> str:
        return f"{(int(self.code()) + 1) % 1_000_000:06d}"

    def status(self) -> dict[str, Any]:
        """What the code page's script is told."""
        answer = self.web.get(f"{self.server.url}/login/status", timeout=30)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def await_status(self, status: str) -> dict[str, Any]:
        return until(self.status, lambda told: told["status"] == status)


def until(look: Callable[[], T], is_it: Callable[[T], bool]) -> T:
    """Look again and again until it is so; what was seen then."""
    give_up_at = time.monotonic() + PATIENCE
    while not is_it(seen := look()):
        assert time.monotonic() < give_up_at, f"it never came to it; last seen: {seen}"
        time.sleep(0.05)
    return seen
