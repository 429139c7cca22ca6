"""Where a login leads: only ever to a path of our own (S-43)."""

import pytest

from tests.browser import Browser
from tests.cast import BOB, PASSWORD, Cast
from webapp.destinations import own_path

PAYLOADS = (
    "https://evil.example", "http://evil.example/", "//evil.example", "///evil.example",
    "////evil.example", "/\\evil.example", "\\/evil.example", "\\\\evil.example",
    "/\\/evil.example",
    "https:evil.example", "https:/evil.example", "https:///evil.example", "javascript:alert(1)",
    "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x", "/\tevil.example", "/\n/evil.example",
    "/%09/evil.example", "/%0d%0aLocation:x", "/%2f%2fevil.example", "/%5cevil.example",
    "/..//evil.example", "/../evil.example", "/./\\evil.example", "evil.example", "evil.example/x",
    "@evil.example", "/@evil.example", "//@evil.example", "//evil.example@127.0.0.1", "?next=x",
    "#evil", "/#//evil.example", "/;@evil.example", "/account#x", "//google%E3%80%82com", "/。evil",
    "／／evil.example", "/\u2028/evil.example", "/\x00/evil.example", " //evil.example",
    "\t//evil.example", "/ /evil.example", "/account\r\nSet-Cookie: x=1", "/account\nX: y",
    "ftp://evil.example", "mailto:x@evil.example", "blob:x", "file:///etc/passwd", "http:\\\\evil",
    "//127.0.0.1:5000/account", "http://127.0.0.1:5000/account", "//[::1]/", "//0x7f.1/",
    "/<script>",
    "/account?x=<script>", "/account?x='", '/account?x="', "/" + "a" * 600,
)  # fmt: skip


def test_s43_there_are_sixty_payloads() -> None:
    assert len(set(PAYLOADS)) >= 60


@pytest.mark.parametrize("payload", PAYLOADS)
def test_s43_a_foreign_address_becomes_the_account_page(payload: str) -> None:
    assert own_path(payload) == "/account"


@pytest.mark.parametrize("path", ["/account", "/operator/deliveries?before=5&status=x", "/help/a"])
def test_s43_a_path_of_our_own_stays(path: str) -> None:
    assert own_path(path) == path


@pytest.mark.parametrize("payload", PAYLOADS[:12])
def test_s43_no_login_leads_away(cast: Cast, payload: str) -> None:
    browser = Browser(cast.app)
    browser.post("/login", email="alice@example.com", password=PASSWORD, next=payload)
    assert browser.post("/login/code", code=cast.code()).location == "/account"
    answer = Browser(cast.app).post("/login", email=BOB, password=PASSWORD, next=payload)
    assert answer.location == "/account"
