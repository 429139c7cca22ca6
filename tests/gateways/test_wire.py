"""The HTTP seam: its bounds, and the truth about whether a request left."""

import socket
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from tests.gateways.stub import Answer, Line, Stub, drip_body, drip_headers, hang, hang_up, huge
from twofactor.gateways.wire import Wire, WireError


@pytest.fixture
def wire() -> Wire:
    return Wire(connect_seconds=0.3, read_seconds=0.3, total_seconds=0.5)


@pytest.fixture
def silent() -> Iterator[int]:
    """A port that takes connections and never says a word, so no TLS handshake ends."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        yield int(server.getsockname()[1])


def drip_chunks(line: Line) -> None:
    line.put(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while not line.wait(0.02):
        line.put(b"1\r\nx\r\n")


def short_body(line: Line) -> None:
    line.put(Answer().head(100) + b"too little")


def not_http(line: Line) -> None:
    line.put(b"SMTP ready\r\n\r\n")


def test_it_brings_a_whole_answer(stub: Stub, wire: Wire) -> None:
    stub.behave(Answer(418, b"short and stout", {"X-Kind": "Teapot", "Retry-After": "3"}))
    reply = wire.call("POST", stub.url, form={"a": "é"}, auth=("user", "password"))
    assert (reply.status, reply.body, reply.headers["x-kind"]) == (
        418,
        b"short and stout",
        "Teapot",
    )
    assert reply.retry_after == 3.0
    assert stub.heard[0].form == {"a": "é"}


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        (hang, "answer too slow"),
        (drip_headers, "answer too slow"),
        (drip_body, "answer too slow"),
        (drip_chunks, "answer too slow"),
        (huge, "answer too large"),
        (hang_up, "no whole answer"),
        (short_body, "no whole answer"),
        (not_http, "no whole answer"),
    ],
)
def test_a_request_that_left_counts_as_sent(
    stub: Stub, wire: Wire, behaviour: Any, reason: str
) -> None:
    stub.behave(behaviour)
    with pytest.raises(WireError, match=reason) as caught:
        wire.call("POST", stub.url, form={"a": "b"})
    assert caught.value.sent


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:1/", "http://name.invalid/", "nonsense", "http://[", "ftp://127.0.0.1/"],
)
def test_a_request_without_connection_never_left(
    wire: Wire, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_such_name(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "name unknown")

    if "invalid" in url:  # tests ask no name server
        monkeypatch.setattr(socket, "getaddrinfo", no_such_name)
    with pytest.raises(WireError) as caught:
        wire.call("POST", url, form={"a": "b"})
    assert not caught.value.sent


def test_a_request_before_the_handshake_never_left(wire: Wire, silent: int) -> None:
    with pytest.raises(WireError) as caught:
        wire.call("POST", f"https://127.0.0.1:{silent}/", form={"a": "b"})
    assert not caught.value.sent


def test_it_keeps_no_cookie(stub: Stub, wire: Wire) -> None:
    stub.behave(Answer(200, b"", {"Set-Cookie": "seen=1"}))
    wire.call("GET", stub.url)
    wire.call("GET", stub.url)
    assert "cookie" not in stub.heard[1].headers


def test_it_asks_for_nothing_packed(stub: Stub, wire: Wire) -> None:
    wire.call("GET", stub.url)
    assert stub.heard[0].headers["accept-encoding"] == "identity"


def test_an_error_shows_no_address(wire: Wire) -> None:
    with pytest.raises(WireError) as caught:
        wire.call("GET", "http://user:secret@127.0.0.1:1/?password=secret")
    assert "secret" not in str(caught.value)
