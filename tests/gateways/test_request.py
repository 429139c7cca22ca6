"""The bytes of a request: addresses, headers and bodies, and what is refused before it leaves."""

from typing import Any

import pytest

from twofactor.gateways import request
from twofactor.gateways.request import FORM, JSON, compose, fields, origin, split, target


@pytest.mark.parametrize(
    ("url", "host", "port", "name"),
    [
        ("https://api.example.com/x", "api.example.com", 443, "api.example.com"),
        ("HTTPS://API.example.com:443/x", "api.example.com", 443, "api.example.com"),
        (" http://api.example.com:8080?x=1", "api.example.com", 8080, "api.example.com:8080"),
        ("http://[::1]:8080/", "[::1]", 8080, "[::1]:8080"),
        ("https://bücher.example/", "xn--bcher-kva.example", 443, "xn--bcher-kva.example"),
        (r"https://api.example.com\@evil.example/", "api.example.com", 443, "api.example.com"),
    ],
)
def test_an_address_leads_to_one_place(url: str, host: str, port: int, name: str) -> None:
    place = origin(split(url)[0])
    assert (place.host, place.port, place.name, place.login) == (host, port, name, None)


def test_an_address_may_hold_a_login() -> None:
    assert origin("https://me:p%40ss@api.example.com").login == ("me", "p@ss")
    assert origin("https://me@api.example.com").login is None


@pytest.mark.parametrize(
    "url",
    ["", "nonsense", "ftp://secret.example/", "http://", "http:///x", "http://secret[/",
     "http://secret.example:99999/", "https://user:secret@/"],
)  # fmt: skip
def test_what_is_no_address_is_refused_without_being_repeated(url: str) -> None:
    with pytest.raises(ValueError, match="no HTTP address") as caught:
        origin(split(url)[0])
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
    assert target(rest, None) == line


def test_parameters_follow_those_of_the_address() -> None:
    assert target("/a", {"to": "+1", "text": "é &"}) == "/a?to=%2B1&text=%C3%A9+%26"
    assert target("/a?b=1", {"c": "2"}) == "/a?b=1&c=2"
    assert target("/a", {}) == "/a"


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
        (None, None, (b"", "")),
    ],
)
def test_a_body_is_a_form_bytes_or_json(form: Any, json_body: Any, body: object) -> None:
    assert request.body(form, json_body) == body


@pytest.mark.parametrize(("form", "json_body"), [({"a": "\ud800"}, None), (None, float("nan"))])
def test_what_no_body_can_hold_is_refused(form: Any, json_body: Any) -> None:
    with pytest.raises(ValueError, match="surrogates|JSON compliant"):
        request.body(form, json_body)


def test_a_header_of_the_callers_takes_the_place_of_ours_in_any_case() -> None:
    given = {"user-AGENT": "theirs", "content-type": "text/xml", "authorization": "old"}
    assert fields(given, JSON, ("user", "password")) == {
        "user-AGENT": "theirs",
        "Accept-Encoding": "identity",
        "Accept": "*/*",
        "content-type": "text/xml",
        "Authorization": "Basic dXNlcjpwYXNzd29yZA==",
    }


def test_a_whole_request() -> None:
    assert compose("POST", "/a", "h:1", {"A": "1", "B": ""}, b"body") == (
        b"POST /a HTTP/1.1\r\nHost: h:1\r\nA: 1\r\nB: \r\nContent-Length: 4\r\n\r\nbody"
    )


def test_only_what_may_have_a_body_tells_a_length_of_nothing() -> None:
    assert b"Content-Length: 0\r\n" in compose("POST", "/", "h", {}, b"")
    assert compose("GET", "/", "h", {}, b"") == b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"


def test_host_and_length_are_never_said_twice() -> None:
    made = compose("POST", "/", "h", {"host": "signed", "content-length": "1"}, b"x")
    assert made == b"POST / HTTP/1.1\r\nhost: signed\r\ncontent-length: 1\r\n\r\nx"


@pytest.mark.parametrize(
    "headers",
    [
        {"A": "1\r\nEvil: 1"},
        {"A": "1\n 2"},
        {"A\r\nEvil": "1"},
        {"A:B": "1"},
        {"": "1"},
        {"A": "☎"},
    ],
)
def test_a_header_can_not_break_out_of_its_line(headers: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="header|latin-1"):
        compose("POST", "/", "h", headers, b"")


def test_a_method_is_a_word() -> None:
    with pytest.raises(ValueError, match="method"):
        compose("GET /evil", "/", "h", {}, b"")
