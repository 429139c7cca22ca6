"""The HTTP seam: its bounds, and the truth about whether a request left."""

import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from tests.gateways.stub import Answer, Line, Stub, drip_body, drip_headers, hang, hang_up, huge
from twofactor.gateways.wire import Wire, WireError


@pytest.fixture
def wire() -> Wire:
    return Wire(connect_seconds=0.3, read_seconds=0.3, total_seconds=0.5)


class Keeper:
    """Keeps its connections: answers every request with how many came on that connection, and
    closes after `patience` of them, without a word."""

    def __init__(self, patience: int) -> None:
        self.patience = patience
        self.closed = threading.Event()
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}/"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            with connection:
                for count in range(1, self.patience + 1):
                    if not connection.recv(65536):
                        break
                    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n%d" % count)
            self.closed.set()

    def close(self) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()


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


def endless_chunk(line: Line) -> None:
    """A length below nothing means, for some parsers, all that ever comes."""
    line.put(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n")
    for _ in range(160):
        line.put(b"x" * 65536)


def endless_trailer(line: Line) -> None:
    line.put(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n")
    for _ in range(160):
        line.put(b"X-More: trailer\r\n" * 4096)


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
        (endless_chunk, "answer too large"),
        (endless_trailer, "answer too large"),
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


def test_a_connection_is_kept_for_the_next_call(wire: Wire) -> None:
    with closing(Keeper(patience=9)) as keeper:
        assert [wire.call("POST", keeper.url).body for _ in range(3)] == [b"1", b"2", b"3"]


def test_a_kept_connection_that_was_closed_meanwhile_is_replaced(wire: Wire) -> None:
    with closing(Keeper(patience=1)) as keeper:
        assert wire.call("POST", keeper.url).body == b"1"
        assert keeper.closed.wait(5)
        assert wire.call("POST", keeper.url).body == b"1"


def test_a_request_on_a_kept_connection_that_breaks_counts_as_sent(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(Keeper(patience=1)) as keeper:
        wire.call("POST", keeper.url)
        assert keeper.closed.wait(5)
        monkeypatch.setattr("urllib3.connectionpool.is_connection_dropped", lambda _: False)
        with pytest.raises(WireError, match="no whole answer") as caught:
            wire.call("POST", keeper.url)
        assert caught.value.sent
        assert wire.call("POST", keeper.url).body == b"1"


def test_it_sends_what_it_is_given(stub: Stub, wire: Wire) -> None:
    wire.call("put", f"{stub.url}/a?b=1", headers={"X-Key": "k"}, params={"c": "+2"}, form=b"<x/>")
    heard = stub.heard[0]
    assert (heard.method, heard.path, heard.body) == ("PUT", "/a", b"<x/>")
    assert heard.query == [("b", "1"), ("c", "+2")]
    assert heard.headers["x-key"] == "k"
    assert heard.headers["host"] == stub.url.removeprefix("http://")


def test_an_address_with_a_login_logs_in(stub: Stub, wire: Wire) -> None:
    wire.call("GET", stub.url.replace("//", "//user:pass%20word@"))
    assert stub.heard[0].headers["authorization"] == "Basic dXNlcjpwYXNzIHdvcmQ="


def test_it_takes_no_proxy_from_the_environment(
    stub: Stub, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert wire.call("GET", stub.url).status == 200


def test_nobody_there_is_no_slow_answer(wire: Wire) -> None:
    with pytest.raises(WireError, match=r"no whole answer \(NewConnectionError\)"):
        wire.call("GET", "http://127.0.0.1:1/")


@pytest.mark.parametrize("given", [{"A": "1\r\nB: 2"}, {"A": "\u260e"}])
def test_a_header_that_would_break_the_request_is_never_sent(
    stub: Stub, wire: Wire, given: dict[str, str]
) -> None:
    with pytest.raises(WireError) as caught:
        wire.call("GET", stub.url, headers=given)
    assert not caught.value.sent
    assert stub.heard == []


def test_an_authority_that_can_not_be_read_is_an_error_before_anything_left(silent: int) -> None:
    with pytest.raises(WireError) as caught:
        Wire(ca_file="/nowhere/ca.pem").call("GET", f"https://127.0.0.1:{silent}/")
    assert not caught.value.sent


def test_no_log_tells_an_address(stub: Stub, wire: Wire, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), caplog.at_level(logging.DEBUG, "urllib3"):
        wire.call("POST", f"{stub.url}/secret?password=secret", form={"a": "secret"})
    assert "POST" in caplog.text
    assert "secret" not in caplog.text
