"""What is answered in front of Flask leaves in one piece, as any server would say it."""

import gc
import socket
import time
from collections.abc import Iterator
from threading import Thread
from typing import Any

import pytest
import uvicorn
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from cli.serve import Protocol
from twofactor.front import Front
from twofactor.posts import Handler, Post, Reply

HOST = b"Host: a.example\r\n"
HOT = b"POST /hot HTTP/1.1\r\n" + HOST + b"Content-Length: 2\r\n"
SECONDS = 5.0


class Counting:
    """A transport that keeps what is written, piece by piece."""

    pieces: list[bytes] = []

    def __init__(self, transport: Any) -> None:
        self._transport = transport

    def write(self, piece: bytes) -> None:
        self.pieces.append(piece)
        self._transport.write(piece)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class Counted(Protocol):
    def connection_made(self, transport: Any) -> None:
        super().connection_made(Counting(transport))  # type: ignore[arg-type]


def _find(path: str) -> Handler | None:
    async def answer(post: Post) -> Reply:
        if path == "/nothing":
            return Reply(204, [], b"")
        return Reply(201, [(b"x-hot", b"yes")], post.body * 2)

    return answer if path in ("/hot", "/nothing") else None


def _behind(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    start_response("200 OK", [("Content-Length", "4")])
    return [b"cold"]


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    monkeypatch.setattr(Counting, "pieces", [])
    front: Any = Front(_behind, "a.example", [_find])
    config = uvicorn.Config(
        front,
        http=Counted,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
    )
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = Thread(target=server.run, args=([listening],))
        thread.start()
        while not server.started:
            time.sleep(0.01)
        with socket.create_connection(listening.getsockname(), timeout=SECONDS) as connected:
            yield connected
        server.should_exit = True
        thread.join()


def _read(client: socket.socket, until: bytes) -> bytes:
    seen = b""
    while not seen.endswith(until):
        piece = client.recv(65536)
        if not piece:
            break
        seen += piece
    return seen


def test_an_answer_is_one_piece_with_date_and_length(client: socket.socket) -> None:
    for _ in range(2):  # the connection is kept
        client.sendall(HOT + b"\r\nab")
        answer = _read(client, b"abab")
        assert Counting.pieces == [answer]
        head, _, body = answer.partition(b"\r\n\r\n")
        status, *lines = head.split(b"\r\n")
        headers = dict(line.split(b": ", 1) for line in lines)
        assert (status, body) == (b"HTTP/1.1 201 Created", b"abab")
        assert headers.pop(b"date").endswith(b"GMT")
        assert headers == {b"x-hot": b"yes", b"content-length": b"4"}
        Counting.pieces.clear()


def test_a_request_leaves_nothing_for_the_collector(client: socket.socket) -> None:
    gc.collect()
    gc.disable()
    try:
        for path in (b"/hot", b"/cold") * 10:  # in front of Flask, and behind
            client.sendall(HOT.replace(b"/hot", path) + b"\r\nab")
            _read(client, b"abab" if path == b"/hot" else b"cold")
        left = [one for one in gc.get_objects() if isinstance(one, RequestResponseCycle)]
    finally:
        gc.enable()
    assert len(left) <= 2  # the connection's own


def test_requests_sent_ahead_are_answered_in_their_order(client: socket.socket) -> None:
    client.sendall(HOT + b"\r\nab" + HOT + b"\r\ncd" + HOT + b"\r\nef")
    answers = _read(client, b"efef")
    assert [answers.find(body) > 0 for body in (b"abab", b"cdcd", b"efef")] == [True] * 3
    assert answers.index(b"abab") < answers.index(b"cdcd")


def test_who_wants_the_connection_closed_is_told_so(client: socket.socket) -> None:
    client.sendall(HOT + b"Connection: close\r\n\r\nab")
    answer = _read(client, b"never")
    assert b"\r\nconnection: close\r\n" in answer
    assert answer.endswith(b"\r\n\r\nabab")


def test_an_answer_without_a_body_has_no_length(client: socket.socket) -> None:
    client.sendall(HOT.replace(b"/hot", b"/nothing") + b"\r\nab")
    answer = _read(client, b"\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 204 ")
    assert b"content-length" not in answer
