"""What a call is given, as it leaves: addresses, headers and bodies, and what is refused."""

from typing import Any

import pytest

from twofactor.gateways import request
from twofactor.gateways.request import FORM, JSON, headers, login, split, target


def asked(url: str, params: dict[str, str] | None = None) -> str:
    return target(split(url)[1], params)


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://api.example.com/x", ("https", "api.example.com", None)),
        ("HTTPS://API.example.com:443/x", ("https", "api.example.com", 443)),
        (" http://api.example.com:8080?x=1", ("http", "api.example.com", 8080)),
        ("http://[::1]:8080/", ("http", "[::1]", 8080)),
        ("https://bücher.example/", ("https", "xn--bcher-kva.example", None)),
        (r"https://api.example.com\@evil.example/", ("https", "api.example.com", None)),
    ],
)
def test_an_address_leads_to_one_place(url: str, origin: tuple[str, str, int | None]) -> None:
    place, parts = split(url)
    assert (place, login(parts)) == (origin, None)


def test_an_address_may_hold_a_login() -> None:
    assert login(split("https://me:p%40ss@api.example.com")[1]) == ("me", "p@ss")
    assert login(split("https://me@api.example.com")[1]) is None


@pytest.mark.parametrize(
    "url",
    ["", "nonsense", "ftp://secret.example/", "http://", "http:///x", "http://secret[/",
     "http://secret.example:99999/", "https://user:secret@/"],
)  # fmt: skip
def test_what_is_no_address_is_refused_without_being_repeated(url: str) -> None:
    with pytest.raises(ValueError, match="no HTTP address") as caught:
        split(url)
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    ("rest", "line"),
    [
        ("", "/"),
        ("?a=1", "/?a=1"),
        ("/a/b?c=%2B1&d=e/f", "/a/b?c=%2B1&d=e/f"),
        ("/a b?c=é#part", "/a%20b?c=%C3%A9"),
        ("/a?100%", "/a?100%25"),
        ("/a/../b", "/b"),
        ("/a\r\nX-Evil: 1", "/a%0D%0AX-Evil:%201"),
    ],
)
def test_a_request_line_holds_only_what_it_may(rest: str, line: str) -> None:
    assert asked(f"https://api.example.com{rest}") == line


def test_parameters_follow_those_of_the_address() -> None:
    assert asked("http://h/a", {"to": "+1", "text": "é &"}) == "/a?to=%2B1&text=%C3%A9+%26"
    assert asked("http://h/a?b=1", {"c": "2"}) == "/a?b=1&c=2"
    assert asked("http://h/a", {}) == "/a"


@pytest.mark.parametrize(
    ("form", "json_body", "body"),
    [
        ({"a": "é", "b": ["1", "2"]}, None, (b"a=%C3%A9&b=1&b=2", FORM)),
        (b"<raw/>", None, (b"<raw/>", "")),
        (None, {"a": "é"}, (b'{"a": "\\u00e9"}', JSON)),
        (None, [], (b"[]", JSON)),
        ({}, {"a": 1}, (b'{"a": 1}', JSON)),
        (b"", {"a": 1}, (b'{"a": 1}', JSON)),
        ({"a": "1"}, {"a": 2}, (b"a=1", FORM)),
        (None, None, (None, "")),
    ],
)
def test_a_body_is_a_form_bytes_or_json(form: Any, json_body: Any, body: object) -> None:
    assert request.body(form, json_body) == body


@pytest.mark.parametrize(("form", "json_body"), [({"a": "\ud800"}, None), (None, float("nan"))])
def test_what_no_body_can_hold_is_refused(form: Any, json_body: Any) -> None:
    with pytest.raises(ValueError, match="surrogates|JSON compliant"):
        request.body(form, json_body)


def test_a_header_of_the_callers_takes_the_place_of_ours_in_any_case() -> None:
    given = {"user-AGENT": "theirs", "Content-Type": "text/xml", "Authorization": "old"}
    assert headers(given, JSON, ("user", "password")) == {
        "user-agent": "theirs",
        "accept-encoding": "identity",
        "accept": "*/*",
        "content-type": "text/xml",
        "authorization": "Basic dXNlcjpwYXNzd29yZA==",
    }
