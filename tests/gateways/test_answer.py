"""How an HTTP answer is read from a connection: whole, within its bounds, or not at all."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException

import pytest

from twofactor.gateways.answer import Answer
from twofactor.gateways.deadline import AnswerTooLarge, Call

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


@contextmanager
def line_with(written: bytes, *, is_open: bool) -> Iterator[socket.socket]:
    """A connection on which that came."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.settimeout(5)
        theirs.sendall(written)
        if not is_open:
            theirs.shutdown(socket.SHUT_WR)
        yield ours


def read(written: bytes, method: str = "POST", *, is_open: bool = True) -> Answer:
    with line_with(written, is_open=is_open) as line:
        return Answer(line, Call(5, answer_bytes=1000), method)


def test_it_takes_as_much_as_the_length_says_and_keeps_the_connection() -> None:
    answer = read(OK + b"X-Kind:  Tea \r\nContent-Length: 3\r\n\r\nyes")
    assert (answer.status, answer.body, answer.headers["x-kind"]) == (200, b"yes", "Tea")
    assert not answer.is_last


def test_chunks_are_joined_and_the_trailer_dropped() -> None:
    answer = read(CHUNKED + b"3;note=x\r\nyes\r\nA\r\n, it works\r\n0\r\nX-Sum: 1\r\n\r\n")
    assert answer.body == b"yes, it works"
    assert not answer.is_last
    assert read(CHUNKED + b"1\r\nx\r\n0\r\n", is_open=False).body == b"x"


def test_without_a_length_the_body_ends_with_the_connection() -> None:
    answer = read(OK + b"\r\nall of it", is_open=False)
    assert answer.body == b"all of it"
    assert answer.is_last


@pytest.mark.parametrize(
    "head",
    [
        OK + b"Connection: Close\r\n",
        b"HTTP/1.0 200 OK\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\n",
    ],
)
def test_a_connection_that_ends_is_not_kept(head: bytes) -> None:
    assert read(head + b"Content-Length: 0\r\n\r\n").is_last


def test_a_connection_with_more_than_was_asked_for_is_not_kept() -> None:
    assert read(OK + b"Content-Length: 1\r\n\r\nxHTTP/1.1 200 OK\r\n\r\n").is_last


def test_an_old_server_may_keep_the_connection_if_it_says_so() -> None:
    head = b"HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\n"
    assert not read(head + b"Content-Length: 0\r\n\r\n").is_last


@pytest.mark.parametrize("status", [204, 304])
def test_some_answers_have_no_body(status: int) -> None:
    written = b"HTTP/1.1 %d Nothing\r\nContent-Length: 5\r\n\r\n" % status
    assert read(written).body == b""
    assert read(OK + b"Content-Length: 5\r\n\r\n", "HEAD").body == b""


def test_what_comes_before_the_answer_is_passed_over() -> None:
    early = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
    answer = read(early + OK + b"Content-Length: 3\r\n\r\nyes")
    assert (answer.status, answer.body) == (200, b"yes")
    assert "link" not in answer.headers


def test_odd_headers_are_read_as_far_as_they_go() -> None:
    head = b"HTTP/1.1 200\nA: 1\r\na: 2\r\nLong: one\r\n\ttwo\r\nno header\r\n more\r\n: empty\r\n"
    answer = read(head + b"Content-Length: 0\r\n\r\n")
    assert answer.headers == {"a": "1, 2", "long": "one two", "content-length": "0"}


@pytest.mark.parametrize(
    "written",
    [
        b"",
        b"HTTP/1.1 20",
        b"SMTP ready\r\n\r\n",
        b"HTTP/2 200 OK\r\n\r\n",
        b"HTTP/1.1 2000 OK\r\n\r\n",
        OK + b"Content-Le",
        OK + b"Content-Length: 5\r\n\r\nhalf",
        OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nwhole",
        OK + b"Content-Length: -1\r\n\r\n",
        OK + b"Content-Length: 1_0\r\n\r\n" + b"x" * 10,
        CHUNKED + b"-1\r\nx\r\n0\r\n\r\n",
        CHUNKED + b"5\r\nhalf",
        CHUNKED + b"1\r\nxx\r\n0\r\n\r\n",
        CHUNKED + b"many\r\n",
    ],
)
def test_what_is_no_whole_answer_is_refused(written: bytes) -> None:
    with pytest.raises(HTTPException):
        read(written, is_open=False)


@pytest.mark.parametrize(
    "written",
    [
        OK + b"Content-Length: 1001\r\n\r\n",
        OK + b"Content-Length: 999999999999999999\r\n\r\n",
        OK + b"\r\n" + b"x" * 1001,
        CHUNKED + b"FFFFFFFF\r\n",
        CHUNKED + b"258\r\n" + b"x" * 600 + b"\r\n258\r\n",
        OK + b"X-Many: header\r\n" * 200,
        OK + b"X-Long: " + b"x" * 3000,
        CHUNKED + b"1\r\nx\r\n0\r\n" + b"X-Trailer: 1\r\n" * 200,
    ],
)
def test_no_part_of_an_answer_is_too_large(written: bytes) -> None:
    with pytest.raises(AnswerTooLarge):
        read(written, is_open=False)


def test_an_answer_of_just_the_size_is_taken() -> None:
    assert len(read(OK + b"Content-Length: 1000\r\n\r\n" + b"x" * 1000).body) == 1000


def test_the_end_of_the_call_is_the_end_of_every_read() -> None:
    with line_with(OK, is_open=True) as line, pytest.raises(TimeoutError):
        Answer(line, Call(0.05, answer_bytes=1000), "GET")
    with line_with(OK, is_open=True) as line, pytest.raises(TimeoutError):
        Answer(line, Call(0, answer_bytes=1000), "GET")
