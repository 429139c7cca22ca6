"""S-63: what is posted to addresses that strangers chose."""

from pathlib import Path

import pytest

from tests.api.receiver import HOST, receiving
from twofactor.outbound import BadAddress, Poster, Unanswered, is_public

EVIL = (
    "http://shop.example/",
    "HTTP://shop.example/",
    "ftp://shop.example/",
    "file:///etc/passwd",
    "gopher://shop.example/",
    "//shop.example/",
    "shop.example/hook",
    "https:/shop.example",
    "https://",
    "https:///path",
    "https://user@shop.example/",
    "https://user:pass@shop.example/",
    "https://shop.example@127.0.0.1/",
    "https://shop.example:22/",
    "https://shop.example:80/",
    "https://shop.example:6379/",
    "https://shop.example:99999/",
    "https://shop.example:x/",
    "https://shop.example/#fragment",
    "https://shop.example\\@127.0.0.1/",
    "https://shop.example/\r\nX-Evil: 1",
    "https://shop.example/ x",
    "https://shop\u3002example/",
    "https://127.0.0.1/",
    "https://127.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0177.0.0.1/",
    "https://0/",
    "https://0.0.0.0/",
    "https://localhost/",
    "https://10.0.0.8/",
    "https://172.16.5.4/",
    "https://192.168.1.1/",
    "https://100.64.0.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://224.0.0.1/",
    "https://255.255.255.255/",
    "https://192.0.2.1/",
    "https://198.18.0.1/",
    "https://[::1]/",
    "https://[::]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:10.0.0.8]/",
    "https://[fe80::1]/",
    "https://[fd00::1]/",
    "https://[ff02::1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[2002:7f00:1::]/",
    "https://[2001:0:7f00:1::]/",
)


@pytest.mark.parametrize("url", EVIL)
def test_s63_nothing_is_posted_there(url: str) -> None:
    def never(address: tuple[str, int], timeout: float) -> None:
        raise AssertionError(f"connected to {address}")

    poster = Poster(connect=never)  # type: ignore[arg-type]
    with pytest.raises(BadAddress):
        poster.post(url, {}, b"")


def test_s63_one_private_address_among_public_ones_is_enough() -> None:
    poster = Poster(lambda _, __: ["8.8.8.8", "10.0.0.8"])
    with pytest.raises(BadAddress):
        poster.address_of("https://shop.example/")


def test_public_addresses_pass() -> None:
    assert all(map(is_public, ("8.8.8.8", "2606:4700:4700::1111")))
    assert not is_public("no address")


def test_s63_it_connects_to_the_very_address_it_checked(tmp_path: Path) -> None:
    with receiving(tmp_path) as receiver:
        receiver.addresses = ["8.8.8.8"]
        assert receiver.poster.post(f"https://{HOST}/in?a=b", {"X-A": "1"}, b"{}") == 204
        assert receiver.connected == [("8.8.8.8", 443)]
        assert receiver.resolved == [HOST]
        headers, body = receiver.got[0]
        assert (headers["host"], headers["x-a"], body) == (HOST, "1", b"{}")


def test_s63_a_redirect_is_an_answer_and_nothing_more(tmp_path: Path) -> None:
    with receiving(tmp_path) as receiver:
        receiver.answer = b"HTTP/1.1 302 Found\r\nLocation: https://127.0.0.1/\r\n\r\n"
        assert receiver.poster.post(f"https://{HOST}/", {}, b"") == 302
        assert len(receiver.connected) == 1


def test_a_certificate_of_somebody_else_is_refused(tmp_path: Path) -> None:
    with receiving(tmp_path, certified="other.example") as receiver:
        with pytest.raises(Unanswered):
            receiver.poster.post(f"https://{HOST}/", {}, b"")
        assert not receiver.got


@pytest.mark.parametrize(
    "answer", [b"", b"SSH-2.0-x\r\n", b"x" * 5000, b"HTTP/1.1 many\r\n\r\n", b"\r\n"]
)
def test_what_is_no_http_is_no_answer(tmp_path: Path, answer: bytes) -> None:
    with receiving(tmp_path) as receiver:
        receiver.answer = answer
        with pytest.raises(Unanswered):
            receiver.poster.post(f"https://{HOST}/", {}, b"")


def test_an_endless_wait_ends(tmp_path: Path) -> None:
    with receiving(tmp_path, seconds=0.0) as receiver, pytest.raises(Unanswered):
        receiver.poster.post(f"https://{HOST}/", {}, b"")
