"""Clients that are slow, endless or gone hold nobody up, and not for long.

The times are short here; the protocol is the one of `make serve`.
"""

import socket
import time
from collections.abc import Callable, Iterator
from threading import Event, Thread
from typing import Any

import pytest
import uvicorn

from cli.serve import Protocol
from tests.journeys.person import Person
from tests.server import Server
from twofactor.front import Front

GET = b"GET / HTTP/1.1\r\nHost: a.example\r\n\r\n"
LAST = b"GET / HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: a.example\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
TOO_LONG = POST + b"Content-Length: 1000000\r\n\r\n"
MANY = 400
SOON = 3.0  # seconds; several times what the protocol below allows


class Quick(Protocol):
    HEADER_SECONDS = BODY_SECONDS = 0.3
    UNREAD_SECONDS = 0.5


class House:
    """Quick connections to an application that answers what it was sent, or much."""

    def __init__(self, slots: int | None = None) -> None:
        self.begun, self.may_end = Event(), Event()
        self.listening = socket.create_server(("127.0.0.1", 0))
        front: Any = Front(self._answer, "a.example", [])
        config = uvicorn.Config(
            front, http=Quick, ws="none", log_config=None, access_log=False, limit_concurrency=slots
        )
        self.server = uvicorn.Server(config)
        self.thread = Thread(target=self.server.run, args=([self.listening],))

    def __enter__(self) -> "House":
        self.thread.start()
        while not self.server.started:
            time.sleep(0.01)
        return self

    def __exit__(self, *_: object) -> None:
        self.server.should_exit = True
        self.thread.join()

    def connect(self, sending: bytes = b"") -> socket.socket:
        client = socket.create_connection(self.listening.getsockname(), timeout=SOON)
        client.sendall(sending)
        return client

    def asked(self, sending: bytes) -> bytes:
        """All that comes until the connection is closed."""
        with self.connect(sending) as client:
            return rest(client)

    def _answer(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        answer = environ["wsgi.input"].read()
        if environ["PATH_INFO"] == "/much":
            answer = b"a" * 10_000_000
        if environ["PATH_INFO"] == "/long":
            self.begun.set()
            self.may_end.wait(SOON)
        start_response("200 OK", [("Content-Length", str(len(answer)))])
        return [answer]


@pytest.fixture
def house() -> Iterator[House]:
    with House() as made:
        yield made


def rest(client: socket.socket) -> bytes:
    """Raises TimeoutError when it is not closed soon."""
    pieces = []
    try:
        while piece := client.recv(65_536):
            pieces.append(piece)
    except ConnectionError:  # closed before all was read that we had sent
        pass
    return b"".join(pieces)


def statuses(said: bytes) -> list[int]:
    return [int(answer[:3]) for answer in said.split(b"HTTP/1.1 ")[1:]]


@pytest.mark.parametrize("sent", [b"", b"GET / HT", POST + b"Content-Length: 9\r\n\r\na", CHUNKED])
def test_half_a_request_is_closed(house: House, sent: bytes) -> None:
    assert house.asked(sent) == b""


@pytest.mark.parametrize(
    ("sent", "dripped", "answers"),
    [
        (b"GET / HTTP/1.1\r\nX: ", b"a", []),
        (GET + b"GET / HTTP/1.1\r\nX: ", b"a", [200]),
        (GET, b"\r\n", [200]),
        (POST + b"Content-Length: 900\r\n\r\n", b"a", []),
        (CHUNKED, b"1\r\na\r\n", []),
        (CHUNKED + b"0\r\n", b"a: b\r\n", []),
        (TOO_LONG, b"a", [200]),
    ],
    ids="header, second header, lines, body, chunks, trailers, body too long".split(", "),
)
def test_what_drips_is_closed(
    house: House, sent: bytes, dripped: bytes, answers: list[int]
) -> None:
    give_up_at = time.monotonic() + SOON
    with house.connect(sent) as client:
        try:
            while time.monotonic() < give_up_at:
                client.sendall(dripped)
                time.sleep(0.02)
        except ConnectionError:
            pass
        assert time.monotonic() < give_up_at
        assert statuses(rest(client)) in (answers, [])  # a reset may take the answers with it


@pytest.mark.parametrize(
    "sent",
    [b"GET /", b"GET / HTTP/1.1\r\nX: ", CHUNKED + b"1;", CHUNKED + b"0\r\nX: "],
    ids=["address", "header", "chunk", "trailer"],
)
def test_what_has_no_end_is_cut_off(house: House, sent: bytes) -> None:
    with house.connect(sent) as client, pytest.raises(ConnectionError):
        client.sendall(b"a" * 100 * Quick.HEADER_BYTES)


def test_a_header_too_long_is_refused_when_it_comes_at_once(house: House) -> None:
    header = b"X: " + b"a" * Quick.HEADER_BYTES + b"\r\n"
    assert statuses(house.asked(LAST.replace(b"\r\n\r\n", b"\r\n" + header + b"\r\n"))) == [400]


def test_a_long_body_is_no_long_header(house: House) -> None:
    body = b"a" * (Quick.HEADER_BYTES - 100)
    header = POST + b"X: " + b"b" * 1000 + b"\r\nConnection: close\r\n"
    said = house.asked(header + b"Content-Length: %d\r\n\r\n" % len(body) + body)
    assert statuses(said) == [200]
    assert said.endswith(body)


def test_a_connection_that_is_kept_has_its_time_anew(house: House) -> None:
    with house.connect() as client:
        for pause in (0.2, 0.2, 0.4):
            client.sendall(GET)
            assert statuses(client.recv(65_536)) == [200]
            time.sleep(pause)
        client.sendall(LAST)
        assert statuses(rest(client)) == [200]


def test_pipelined_requests_are_answered_in_their_order(house: House) -> None:
    assert statuses(house.asked(GET + GET + LAST)) == [200, 200, 200]


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="only Linux can do it")
def test_an_answer_that_nobody_reads_is_not_kept(house: House) -> None:
    with house.connect(GET.replace(b"/ ", b"/much ")):
        give_up_at = time.monotonic() + SOON
        while not house.server.server_state.connections:
            time.sleep(0.01)
        while house.server.server_state.connections:
            assert time.monotonic() < give_up_at
            time.sleep(0.05)


def test_who_finds_no_slot_is_told_so_and_far_more_are_not_let_in() -> None:
    with House(slots=2) as house, house.connect(), house.connect(), house.connect():
        assert statuses(house.asked(GET)) == [503]
        with house.connect():
            assert house.asked(b"") == b""
            assert len(house.server.server_state.connections) == 4
        time.sleep(Quick.HEADER_SECONDS + 0.1)
        assert statuses(house.asked(LAST)) == [200]


def test_who_is_told_to_stop_answers_what_has_come_already(house: House) -> None:
    with house.connect() as new, house.connect(GET) as kept, house.connect() as slow:
        kept.recv(65_536)
        slow.sendall(GET.replace(b"/ ", b"/long "))
        assert house.begun.wait(SOON)
        house.server.should_exit = True
        time.sleep(0.15)  # it looks ten times a second
        for client in (new, kept):
            client.sendall(GET)
        assert [statuses(rest(client)) for client in (new, kept)] == [[200], [200]]
        house.may_end.set()
        assert statuses(rest(slow)) == [200]
    house.thread.join()


@pytest.mark.parametrize(
    "sent",
    [b"", b"GET / HT", b"POST /login HTTP/1.1\r\nHost: a.example\r\nContent-Length: 9\r\n\r\na"],
)
def test_many_slow_clients_hold_nobody_up(
    serve_on_sqlite: Server, newcomer: Callable[[Server], Person], sent: bytes
) -> None:
    slow = [socket.create_connection(("127.0.0.1", serve_on_sqlite.port)) for _ in range(MANY)]
    try:
        for client in slow:
            client.sendall(sent)
        begun = time.monotonic()
        assert newcomer(serve_on_sqlite).open("/login").status_code == 200
        assert time.monotonic() - begun < 1
    finally:
        for client in slow:
            client.close()
