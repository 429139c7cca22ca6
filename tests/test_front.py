"""The front by itself: what it answers, what it hands to Flask, and how."""

from collections.abc import Iterable
from typing import Any

import pytest

from tests.front import run
from twofactor.front import Front, Message
from twofactor.posts import BODY_BYTES, Handler, Post, Reply

HOT, NETLOC = "/hot", "sixdigits.example"
CHUNKED = {"transfer-encoding": "chunked"}


class House:
    """A front with one hot address, and an application behind that says how it was asked."""

    def __init__(self) -> None:
        self.posts: list[Post] = []
        self.environs: list[dict[str, Any]] = []
        self.closed = self.stopped = 0
        self.front = Front(self._behind, NETLOC, [self._find], self._stop)

    def ask(
        self, method: str = "POST", path: str = HOT, *messages: Message, **given: Any
    ) -> list[Message]:
        """What the front says to a request whose body are these messages."""
        headers = {"host": NETLOC, "content-length": "3"} | given.pop("headers", {})
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "path": path,
            "query_string": b"",
            "headers": [(name.encode(), text.encode()) for name, text in headers.items() if text],
            **given,
        }
        return self.say(scope, *(messages or (body(b"a=b"),)))

    def say(self, scope: Message, *messages: Message) -> list[Message]:
        coming, said = iter(messages), list[Message]()

        async def receive() -> Message:
            return next(coming)

        async def send(message: Message) -> None:
            said.append(message)

        run(self.front(scope, receive, send))
        self.left = len(list(coming))
        return said

    def _find(self, path: str) -> Handler | None:
        async def answer(post: Post) -> Reply:
            self.posts.append(post)
            return Reply(201, [(b"x-hot", b"yes")], b"hot")

        return answer if path == HOT else None

    def _behind(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.environs.append(environ | {"body": environ["wsgi.input"].read()})
        start_response("200 OK", [])
        try:
            yield from (b"one, ", b"two")
        finally:
            self.closed += 1

    def _stop(self) -> None:
        self.stopped += 1


def body(data: bytes, *, more: bool = False) -> Message:
    return {"type": "http.request", "body": data, "more_body": more}


def status(said: list[Message]) -> int:
    return int(said[0]["status"])


@pytest.fixture
def house() -> House:
    return House()


def test_a_plain_post_is_answered_in_front(house: House) -> None:
    start, answer = house.ask("POST", HOT, body(b"a", more=True), body(b"=b"), query_string=b"c=d")
    assert (start["status"], answer["body"]) == (201, b"hot")
    assert (b"content-length", b"3") in start["headers"]
    assert [(post.path, post.query, post.body) for post in house.posts] == [(HOT, "c=d", b"a=b")]
    assert not house.environs


@pytest.mark.parametrize(
    "odd",
    [
        {"method": "GET"},
        {"path": "/cold"},
        {"root_path": "/under"},
        {"headers": {"host": "evil.example"}},
        {"headers": {"host": ""}},
        {"headers": {"content-length": ""}},
        {"headers": {"content-length": "0x3"}},
        {"headers": {"content-length": str(BODY_BYTES + 1)}},
        {"headers": {"content-length": ""} | CHUNKED},
    ],
)
def test_what_is_odd_goes_on_to_flask(house: House, odd: dict[str, Any]) -> None:
    assert status(house.ask(**odd)) == 200
    assert (len(house.posts), len(house.environs)) == (0, 1)


def test_a_header_given_twice_goes_on_to_flask(house: House) -> None:
    twice = [(b"host", NETLOC.encode()), (b"content-length", b"3"), *[(b"authorization", b"x")] * 2]
    house.say(
        {"type": "http", "method": "POST", "path": HOT, "query_string": b"", "http_version": "1.1"}
        | {"headers": twice},
        body(b"a=b"),
    )
    assert [environ["HTTP_AUTHORIZATION"] for environ in house.environs] == ["x,x"]


def test_a_chunked_body_works_like_one_with_a_length(house: House) -> None:
    chunked = {"content-length": ""} | CHUNKED
    house.ask("POST", "/cold", body(b"a", more=True), body(b"=b"), headers=chunked)
    (environ,) = house.environs
    assert (environ["body"], environ["CONTENT_LENGTH"]) == (b"a=b", "3")
    assert "HTTP_TRANSFER_ENCODING" not in environ  # werkzeug reads no body of which it is told so


def test_of_a_chunked_body_no_more_is_taken_than_shows_that_it_is_too_long(house: House) -> None:
    chunked = {"content-length": ""} | CHUNKED
    house.ask("POST", HOT, *[body(b"a" * BODY_BYTES, more=True)] * 5, headers=chunked)
    assert int(house.environs[0]["CONTENT_LENGTH"]) == 2 * BODY_BYTES
    assert house.left == 3


def test_a_body_whose_length_is_too_long_is_not_waited_for(house: House) -> None:
    long = str(BODY_BYTES + 1)
    house.ask("POST", "/cold", body(b"a"), headers={"content-length": long})
    assert (house.environs[0]["CONTENT_LENGTH"], house.left) == (long, 1)


@pytest.mark.parametrize("path", [HOT, "/cold"])
def test_a_query_that_is_not_ascii_is_refused(house: House, path: str) -> None:
    assert status(house.ask(path=path, query_string=b"a=\xff")) == 400
    assert not house.posts + house.environs


def test_who_leaves_in_the_middle_of_a_body_has_asked_for_nothing(house: House) -> None:
    gone = {"type": "http.disconnect"}
    assert house.ask("POST", HOT, body(b"a", more=True), gone) == []
    assert not house.posts + house.environs


def test_nobody_speaks_for_the_proxy_by_an_underscore(house: House) -> None:
    headers = {"x-forwarded-for": "203.0.113.7", "x_forwarded_for": "198.51.100.1"}
    house.ask("GET", "/cold", headers=headers)
    assert house.environs[0]["HTTP_X_FORWARDED_FOR"] == "203.0.113.7"


def test_an_answer_from_behind_comes_in_one_piece(house: House) -> None:
    said = house.ask("GET", "/cold")
    assert [message["body"] for message in said[1:] if message["body"]] == [b"one, two"]
    assert house.closed == 1


def test_the_house_is_stopped_once_and_last(house: House) -> None:
    events = [{"type": f"lifespan.{what}"} for what in ("startup", "shutdown")]
    said = house.say({"type": "lifespan"}, *events)
    assert [message["type"] for message in said] == [
        f"{event['type']}.complete" for event in events
    ]
    assert house.stopped == 1
